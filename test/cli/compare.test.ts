import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonSchema } from '../../src/experiment/compare/comparison-schema.js';
import type { ComparisonDocument } from '../../src/experiment/compare/document.js';
import { type Installed, install, QUEUE } from './installed.js';

let cli: Installed;
let file: string;
let twoNodes: string;

beforeAll(async () => {
  cli = await install();
  file = join(cli.folder, 'queue.yaml');
  twoNodes = join(cli.folder, 'two-nodes.yaml');
  writeFileSync(file, QUEUE);
  writeFileSync(twoNodes, QUEUE.replace('nodes: 1', 'nodes: 2'));
});
afterAll(() => cli.remove());

const compare = (...args: string[]) => cli.wipsim(['compare', ...args]);

async function documentOf(...args: string[]): Promise<ComparisonDocument> {
  const { stdout, stderr } = await compare(...args, '--json');
  expect(stderr).toBe('');
  return JSON.parse(stdout) as ComparisonDocument;
}

describe('wipsim compare', () => {
  it('holds the variants of a scenario against its own policies, in a table', async () => {
    const { code, stdout, stderr } = await compare(file);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^Small queue: base, lifo$/m);
    expect(stdout).toMatch(/^seed 7 · \d+ replications each on the same random numbers/m);
    expect(stdout).toMatch(/^Policies +Measured +Against base +Found$/m);
    expect(stdout).toMatch(/^workload chat: latency p99\n {2}base .*\n {2}lifo .*worse$/m);
    expect(stdout).toMatch(/^✓ quick +base +≤ 30 s/m);
    expect(stdout).toMatch(/^base is best in workload chat: latency p99/m);
  });

  it('writes a document with --json that its schema takes, the same bytes again and with other workers', async () => {
    const first = await compare(file, '--json', '--workers', '1');
    const document = JSON.parse(first.stdout) as ComparisonDocument;
    expect(comparisonSchema.parse(document)).toEqual(document);
    expect((await compare(file, '--json', '--no-cache', '--workers', '2')).stdout).toBe(first.stdout);
    const { baseline, setups, metrics } = document;
    expect([baseline, setups.map(({ name }) => name)]).toEqual(['base', ['base', 'lifo']]);
    expect(metrics[0]!.metric).toBe('workloads.chat.latency_s.p99');
    expect(metrics[0]!.winner).toBe('base');
  });

  it('takes the variants, the baseline and the metrics that are named', async () => {
    const metric = 'total.latency_s.mean';
    const document = await documentOf(
      file,
      ...['--policy', 'base', '--policy', 'lifo', '--baseline', 'lifo'],
      ...['--metric', metric, '--replications', '4', '--confidence', '99%', '--seed', 'mine'],
    );
    expect(document.setups.map(({ name }) => name)).toEqual(['lifo', 'base']);
    expect(document.metrics.map((one) => one.metric)).toEqual([metric]);
    expect(document.metrics[0]!.differences).toMatchObject([{ setup: 'base', against: 'lifo' }]);
    expect(document.replications).toEqual({ looks: [4], used: 4, budget: 4 });
    expect([document.confidence, document.seed]).toEqual([0.99, 'mine']);
  });

  it('holds several files side by side, by their names', async () => {
    const document = await documentOf(file, twoNodes, '--metric', 'total.latency_s.mean');
    expect(document.setups.map(({ name }) => name)).toEqual(['queue', 'two-nodes']);
    expect(document.metrics[0]!.winner).toBe('two-nodes');
  });

  it('takes --set in all of them', async () => {
    const set = ['--set', 'run.duration=5m', '--replications', '2'];
    const [plain, changed] = [await documentOf(file, ...set.slice(2)), await documentOf(file, ...set)];
    for (const i of [0, 1]) expect(changed.setups[i]!.scenario.hash).not.toBe(plain.setups[i]!.scenario.hash);
  });

  it('reads a scenario with its variants from standard input', async () => {
    const args = ['--replications', '2', '--json'];
    const piped = await cli.wipsim(['compare', '-', ...args], { input: QUEUE });
    expect(piped.stdout).toBe((await compare(file, ...args)).stdout);
  });

  it('writes result.json, and what it prints is that file', async () => {
    const out = join(cli.folder, 'out');
    const { code, stdout, stderr } = await compare(file, '--out', out, '--json');
    expect(code).toBe(0);
    expect(readFileSync(join(out, 'result.json'), 'utf8')).toBe(stdout);
    expect(existsSync(join(out, 'report.html'))).toBe(true);
    expect(stderr).toContain(`wrote ${join(out, 'result.json')}`);
  });

  it('exits with 3 where no setup meets all SLOs, with 0 where one does', async () => {
    const slo = (atMost: string) => ['--set', `slos[0].atMost=${atMost}`, '--replications', '3', '--quiet'];
    expect((await compare(file, ...slo('1s'))).code).toBe(3);
    const { metrics } = await documentOf(file, '--replications', '3');
    const [base, lifo] = ['base', 'lifo'].map((name) => metrics[0]!.estimates[name]!.mean);
    expect((await compare(file, ...slo(`${(base! + lifo!) / 2}s`))).code).toBe(0);
  });
});

describe('a mistake', () => {
  it.each([
    [
      'a variant that is not there',
      ['--policy', 'lfo', '--policy', 'base'],
      '--policy: there is no lfo (did you mean "lifo"?); expected one of base, lifo',
    ],
    ['one variant alone', ['--policy', 'lifo'], 'a comparison needs two of base, lifo'],
    ['a variant twice', ['--policy', 'lifo', '--policy', 'lifo'], '--policy: lifo stands twice'],
    [
      'a baseline that is not there',
      ['--baseline', 'bas'],
      '--baseline: there is no bas (did you mean "base"?)',
    ],
    [
      'a metric that is not there',
      ['--metric', 'total.latency_s.p9'],
      '--metric: `total.latency_s` has no `p9`; did you mean `total.latency_s.p90`?',
    ],
    [
      'a budget that cannot tell anything',
      ['--max-replications', '1'],
      '--max-replications 1: expected at least 2',
    ],
    ['a share above 1', ['--confidence', '95'], 'expected a share below 1, for example 5% or 0.05'],
    ['a confidence of nothing', ['--confidence', '0%'], 'expected a share from 50% to below 100%'],
    ['a limit to what is exact', ['--replications', '4', '--max-replications', '3'], 'give one of the two'],
    [
      'a shard of an experiment that decides as it goes',
      ['--shard', '1/2', '--out', 'x'],
      '--shard: this experiment decides from results what to run next',
    ],
  ])('of %s is told, with exit status 2 and nothing on standard output', async (_, args, message) => {
    const { code, stdout, stderr } = await compare(file, ...args);
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
    expect(stderr).not.toContain('internal error');
  });

  it('of a scenario without variants says what to do', async () => {
    const plain = join(cli.folder, 'plain.yaml');
    writeFileSync(plain, QUEUE.replace('variants:\n  lifo:\n    ordering: lifo\n', ''));
    const { code, stderr } = await compare(plain);
    expect(code).toBe(2);
    expect(stderr).toContain('plain.yaml has no variants: there is nothing to compare');
  });

  it('in a file is told with its line', async () => {
    const wrong = join(cli.folder, 'wrong.yaml');
    writeFileSync(wrong, QUEUE.replace('ordering: lifo', 'ordering: lfo'));
    const { code, stderr } = await compare(wrong);
    expect(code).toBe(2);
    expect(stderr).toMatch(/wrong\.yaml:\d+:\d+: .*lfo/);
    expect((await compare(file, file)).stderr).toContain('stands twice');
    expect((await compare('-', '-')).stderr).toContain('standard input can be read once only');
  });
});

describe('Ctrl-C', () => {
  const long = ['--set', 'run.duration=40h', '--workers', '1', '--no-cache'];

  it('keeps the pairs that are finished: exit status 130, and the document says so', async () => {
    const { code, stdout } = await cli.wipsim(
      [
        'compare',
        file,
        '--set',
        'run.duration=3h',
        '--workers',
        '1',
        '--no-cache',
        '--json',
        '--replications',
        '10000',
      ],
      { interrupt: { signal: 'SIGINT', afterMs: 8000 } },
    );
    expect(code).toBe(130);
    const document = comparisonSchema.parse(JSON.parse(stdout));
    expect([document.interrupted, document.stopped]).toEqual([true, 'interrupted']);
    expect(document.replications.used).toBeGreaterThan(0);
    expect(document.replications.used).toBeLessThan(10_000);
  });

  it('before every setup has a finished replication leaves no result, and says that', async () => {
    const { code, stdout, stderr } = await cli.wipsim(
      ['compare', file, ...long, '--set', 'run.duration=100000h', '--json'],
      { interrupt: { signal: 'SIGINT', afterMs: 5000 } },
    );
    expect([code, stdout]).toEqual([130, '']);
    expect(stderr).toContain('interrupted before every setup had a finished replication: there is no result');
  });
});
