import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/experiment/document.js';
import { resultSchema } from '../../src/experiment/result-schema.js';
import { type Finished, type Installed, install, QUEUE, type RunOptions } from './installed.js';

let cli: Installed;
let file: string;

beforeAll(async () => {
  cli = await install();
  file = join(cli.folder, 'queue.yaml');
  writeFileSync(file, QUEUE);
});
afterAll(() => cli.remove());

const run = (args: readonly string[], options?: RunOptions) => cli.wipsim(['run', file, ...args], options);

async function documentOf(...args: string[]): Promise<ResultDocument> {
  const { stdout } = await run([...args, '--json']);
  return JSON.parse(stdout) as ResultDocument;
}

describe('wipsim run', () => {
  it('prints the summary and nothing else where nobody watches, and exits with 0', async () => {
    const { code, stdout, stderr } = await run([]);
    expect(stdout).toMatch(/^Small queue\nseed 7 · 3 replications · 9\.5 min measured after 30 s warm-up\n/);
    expect(stdout).toMatch(/SLOs: all met/);
    expect(stdout).not.toContain('\u001b');
    expect(stderr).toBe('');
    expect(code).toBe(0);
  });

  it('exits with 3 where an SLO is missed', async () => {
    const { code, stdout } = await run(['--set', 'slos[0].atMost=1s']);
    expect(stdout).toMatch(/SLOs: 1 of 1 missed/);
    expect(code).toBe(3);
  });

  it('--json writes one document that fits the schema, and the same bytes when it is repeated', async () => {
    const first = await run(['--json']);
    expect(first.stderr).toBe('');
    expect(first.code).toBe(0);
    expect(resultSchema.safeParse(JSON.parse(first.stdout)).error).toBeUndefined();
    expect(first.stdout.endsWith('}\n')).toBe(true);
    expect((await run(['--json'])).stdout).toBe(first.stdout);
  });

  it('takes --seed, --replications, --set and --policy', async () => {
    const base = await documentOf();
    expect(base.replications).toEqual({ planned: 3, finished: 3 });
    expect((await documentOf('--seed', '7')).runs).toEqual(base.runs);
    const seeded = await documentOf('--seed', 'eight', '--replications', '2');
    expect(seeded.seed).toBe('eight');
    expect(seeded.runs).toHaveLength(2);
    expect(seeded.runs[0]).not.toEqual(base.runs[0]);
    const larger = await documentOf('--set', 'pools.gpu.gpusPerNode=8', '--set', 'pools.gpu.price=$3/h');
    expect(larger.estimates.pools.gpu!.gpus.mean).toBe(8);
    expect(larger.estimates.cost.total_usd.mean).toBeCloseTo((8 * 3 * 570) / 3600, 9);
    const lifo = await documentOf('--policy', 'lifo');
    expect(lifo.scenario.variant).toBe('lifo');
    expect(lifo.policies).toContainEqual({ point: 'ordering', policy: 'lifo', at: [], parameters: {} });
    // The same arrivals and the same work under another order.
    expect(lifo.runs.map(({ total }) => total.arrived)).toEqual(base.runs.map(({ total }) => total.arrived));
  });

  it('reads standard input', async () => {
    const { code, stdout } = await cli.wipsim(['run', '-', '--json'], { input: QUEUE });
    expect(code).toBe(0);
    expect(stdout).toBe((await run(['--json'])).stdout);
  });

  it('--out makes the folder with result.json and a report that needs no network', async () => {
    const folder = join(cli.folder, 'deep', 'down');
    const { code, stderr } = await run(['--out', folder]);
    expect(code).toBe(0);
    expect(stderr).toBe(`wrote ${join(folder, 'result.json')} and ${join(folder, 'report.html')}\n`);
    expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe((await run(['--json'])).stdout);
    const page = readFileSync(join(folder, 'report.html'), 'utf8');
    expect(page).toContain('Small queue');
    expect(page.length).toBeGreaterThan(500_000);
    expect(page).not.toMatch(/<script[^>]+src=/);
  });

  it('exits with 2 before it simulates where --out cannot be written', async () => {
    const taken = join(cli.folder, 'taken');
    writeFileSync(taken, '');
    for (const folder of [taken, join(taken, 'below')]) {
      const { code, stderr, stdout } = await run(['--out', folder]);
      expect(stderr).toBe(`error: --out ${folder}: cannot write there: there is a file of that name\n`);
      expect(stdout).toBe('');
      expect(code).toBe(2);
    }
  });

  it('--quiet says nothing; the exit status tells', async () => {
    const folder = join(cli.folder, 'quiet');
    expect(await run(['--quiet', '--out', folder])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(folder, 'result.json'))).toBe(true);
    const missed = await run(['--quiet', '--set', 'slos[0].atMost=1s']);
    expect(missed).toEqual({ code: 3, stdout: '', stderr: '' });
  });

  it('points at the mistakes of a scenario and exits with 2', async () => {
    const bad = join(cli.folder, 'bad.yaml');
    writeFileSync(bad, QUEUE.replace('10m', '10 parsecs').replace('rate: 2/s', 'rat: 2/s'));
    const { code, stdout, stderr } = await cli.wipsim(['run', bad, '--json']);
    expect(code).toBe(2);
    expect(stdout).toBe('');
    expect(stderr).toContain(`${bad}:3:17: run.duration: `);
    expect(stderr).toContain('  3 | run: {duration: 10 parsecs, ');
    expect(stderr).toMatch(/^ {4}\| {17}\^$/m);
    expect(stderr).toContain('(did you mean "rate"?)');
  });

  it('exits with 2 for a file, a variant or a value that is not there', async () => {
    const missing = await cli.wipsim(['run', 'queu.yaml']);
    expect(missing.code).toBe(2);
    expect(missing.stderr).toMatch(/queu\.yaml: no such file.*\(did you mean "queue\.yaml"\?\)/);
    const variant = await run(['--policy', 'lifi']);
    expect(variant.code).toBe(2);
    expect(variant.stderr).toContain('(did you mean "lifo"?)');
    for (const count of ['0', '1.5', 'x', '10001', '']) {
      const { code, stderr } = await run(['--replications', count]);
      expect(stderr).toContain('expected a whole number from 1 to 10000');
      expect(code).toBe(2);
    }
  });

  it('names a trace as the scenario does, wherever it lies', async () => {
    const folder = join(cli.folder, 'elsewhere');
    mkdirSync(folder);
    writeFileSync(join(folder, 'trace.csv'), 'at,took\n0,5\n1,5\nnoon,5\n3,4\n');
    const replay = QUEUE.replace(
      'arrival: {process: poisson, rate: 2/s}',
      'arrival: {trace: {file: trace.csv, columns: {arrival: {column: at, unit: s}, work: {column: took, unit: s}}}}',
    ).replace('work: {dist: exponential, mean: 1.5s}', 'work: trace');
    writeFileSync(join(folder, 'replay.yaml'), replay);
    const { stdout, stderr } = await cli.wipsim(['run', 'elsewhere/replay.yaml', '--json']);
    expect(stderr).toBe('');
    const [trace] = (JSON.parse(stdout) as ResultDocument).traces;
    expect(trace).toMatchObject({ workload: 'chat', file: 'trace.csv', rows: 3, bad_rows: 1 });
    expect(trace!.bad_row_examples[0]).toMatch(/^line 4: /);
  });
});

describe('wipsim run, interrupted', () => {
  /** So many short replications that no machine finishes them. */
  const endless = ['--replications', '10000', '--set', 'run.duration=4h'];

  /** Interrupts later and later, until the run had come as far as the test needs: a loaded machine is slow. */
  async function interrupted(
    args: readonly string[],
    signal: NodeJS.Signals,
    farEnough: (finished: Finished) => boolean,
  ): Promise<Finished> {
    for (let afterMs = 1500; ; afterMs *= 2) {
      const finished = await run([...args], { interrupt: { signal, afterMs } });
      if (farEnough(finished) || afterMs > 20_000) return finished;
    }
  }

  const hasResult = ({ stdout }: Finished): boolean => stdout !== '';
  /** Before its handler is in place, a signal ends the process without a code. */
  const hasStarted = ({ code }: Finished): boolean => code !== null;

  it.each(['SIGINT', 'SIGTERM'] as const)(
    'by %s keeps what is finished and exits with 130',
    async (signal) => {
      const folder = join(cli.folder, signal);
      const { code, stdout, stderr } = await interrupted(
        [...endless, '--json', '--out', folder],
        signal,
        hasResult,
      );
      expect(code).toBe(130);
      expect(stderr).toMatch(/^wrote /);
      const document = JSON.parse(stdout) as ResultDocument;
      expect(document.interrupted).toBe(true);
      expect(document.replications.planned).toBe(10_000);
      expect(document.replications.finished).toBeGreaterThan(0);
      expect(document.runs).toHaveLength(document.replications.finished);
      expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe(stdout);
      const [first] = (await documentOf('--replications', '1', '--set', 'run.duration=4h')).runs;
      expect(document.runs[0]).toEqual(first);
    },
  );

  it('tells in the summary that it is not all', async () => {
    const { code, stdout } = await interrupted(endless, 'SIGINT', hasResult);
    expect(code).toBe(130);
    expect(stdout).toMatch(/\d+ of 10000 replications/);
    expect(stdout).toMatch(/Interrupted: only what was finished is shown/);
  });

  it('before anything is finished has no result', async () => {
    const { code, stdout, stderr } = await interrupted(
      ['--json', '--set', 'run.duration=10000h'],
      'SIGINT',
      hasStarted,
    );
    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/interrupted before the first replication was finished/);
  });
});
