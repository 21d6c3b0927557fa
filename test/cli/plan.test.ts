import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type PlanOptions, planSpec } from '../../src/cli/plan-spec.js';
import type { PlanDocument } from '../../src/experiment/plan/document.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { createSetupLoader } from '../../src/traces/setup-loader.js';
import { type Installed, install, QUEUE } from './installed.js';

const FLEET = `${QUEUE.replace('gpusPerNode: 4', 'gpusPerNode: 1')}
policies:
  wip: {policy: stage, limit: 8}
`;

describe('what plan is asked', () => {
  const loader = createSetupLoader();
  const ask = async (options: Partial<PlanOptions>, text = FLEET, variant: string | null = null) => {
    const base = await loader({ scenario: { name: 'queue', text, folder: '.' }, variant, set: [] });
    return planSpec(base, { nodes: [], tune: [], ...options }, loader);
  };
  const mistake = async (options: Partial<PlanOptions>, text?: string, variant?: string): Promise<string> => {
    try {
      await ask(options, text, variant);
    } catch (error) {
      if (error instanceof ScenarioError || error instanceof Error) return error.message;
    }
    throw new Error('no mistake was found');
  };

  it('names pools by their names, by their paths or the end of these, or not at all', async () => {
    for (const nodes of ['gpu=2..9', 'gpu.nodes=2..9', 'pools.gpu.nodes=2..9', '2..9'])
      expect((await ask({ nodes: [nodes] })).pools).toEqual([{ name: 'gpu', min: 2, max: 9 }]);
    expect((await ask({ nodes: ['gpu=3'] })).pools).toEqual([{ name: 'gpu', min: 3, max: 3 }]);
    expect((await ask({})).pools).toBeUndefined();
    expect((await ask({ nodes: ['as-written'], tune: ['policy'] })).pools).toEqual([]);
  });

  it('finds controls by the end of their paths, and reads values as sweeps do', async () => {
    expect((await ask({ tune: ['wip.limit=4..64 log points 5'] })).controls).toEqual([
      { path: 'policies.wip.limit', values: ['4', '8', '16', '32', '64'] },
    ]);
    expect((await ask({ tune: ['policy=lifo,base'] })).controls).toEqual([
      { path: 'policy', values: ['lifo', 'base'] },
    ]);
  });

  it('without values tries a quarter to four times what the scenario says, or all variants', async () => {
    expect((await ask({ tune: ['limit'] })).controls?.[0]?.values).toEqual(['2', '4', '8', '16', '32']);
    expect((await ask({ tune: ['run.warmup'] })).controls?.[0]?.values).toEqual([
      '7.5s',
      '15s',
      '30s',
      '60s',
      '120s',
    ]);
    expect((await ask({ tune: ['policy'] })).controls?.[0]?.values).toEqual(['base', 'lifo']);
  });

  it('leaves out what the scenario does not allow', async () => {
    const text = FLEET.replace('run: {', 'run: {load: 300, ');
    expect((await ask({ tune: ['run.load'] }, text)).controls?.[0]?.values).toEqual([
      '75',
      '150',
      '300',
      '600',
    ]);
  });

  it('looks no further than it may decide: the first look is not larger than the last', async () => {
    expect((await ask({ maxReplications: 2 })).rule).toEqual({
      confidence: 0.95,
      firstReplications: 2,
      maxReplications: 2,
    });
  });

  it('explains mistakes', async () => {
    expect(await mistake({ nodes: ['gpu=9..2'] })).toContain('did you mean 2..9?');
    expect(await mistake({ nodes: ['gpu'] })).toContain('expected bounds such as gpus=2..16');
    expect(await mistake({ nodes: ['gpu=1..2', 'gpu.nodes=3'] })).toContain('gpu stands twice');
    expect(await mistake({ nodes: ['as-written'] })).toContain('leaves nothing to choose');
    expect(await mistake({ tune: ['wip.limt=4'] })).toContain('did you mean');
    expect(await mistake({ tune: ['polcy'] })).toContain('did you mean "policy"?');
    expect(await mistake({ tune: ['policy=lfo'] })).toContain('did you mean lifo?');
    expect(await mistake({ tune: ['policy'] }, FLEET, 'lifo')).toContain('--policy lifo has chosen already');
    expect(await mistake({ tune: ['seed=1,2'] })).toContain('a seed is no control');
    expect(await mistake({ tune: ['wip.limit=1,2', 'limit=4'] })).toContain(
      'policies.wip.limit stands twice',
    );
    expect(await mistake({ tune: ['workloads.chat.arrival.rate=1/s..2/s'] })).toContain('points 5');
    expect(await mistake({ minimise: 'total.latency_s.p99' })).toContain('--tune');
    expect(await mistake({ tune: ['policy'], minimise: 'total.latncy_s.p99' })).toContain('total.latency_s');
    expect(await mistake({ tune: ['policy'], minimise: 'a', maximise: 'b' })).toContain('do not go together');
    expect(await mistake({ months: 12 })).toContain('--months needs --growth');
  });

  it('without SLOs compares values by a metric, on the fleet as written', async () => {
    const text = FLEET.replace(/^slos:\n.*\n/m, '');
    expect(await mistake({}, text)).toContain('no SLOs');
    expect(await mistake({ tune: ['policy'] }, text)).toContain('no SLOs');
    const spec = await ask({ tune: ['policy'], maximise: 'total.throughput_hz' }, text);
    expect(spec.pools).toEqual([]);
    expect(spec.objective).toEqual({ metric: 'total.throughput_hz', goal: 'maximise' });
  });
});

describe('wipsim plan', () => {
  let cli: Installed;
  let file: string;
  const caches = mkdtempSync(join(tmpdir(), 'wipsim-plan-'));

  beforeAll(async () => {
    cli = await install();
    file = join(cli.folder, 'fleet.yaml');
    writeFileSync(file, FLEET);
  });
  afterAll(() => {
    cli.remove();
    rmSync(caches, { recursive: true, force: true });
  });

  const plan = (...args: readonly string[]) =>
    cli.wipsim(['plan', file, '--workers', '1', ...args], { env: { XDG_CACHE_HOME: caches } });

  // 2 tasks a second of 1.5 s each need more than 3 GPUs, whatever is asked of their latency.
  it('finds a fleet that more than carries the load, writes it, and exits with 0', async () => {
    const out = join(cli.folder, 'out');
    const { code, stdout, stderr } = await plan('--out', out, '--nodes', '1..8');
    expect(stderr).toContain('wrote');
    expect(code).toBe(0);
    const document = JSON.parse(readFileSync(join(out, 'result.json'), 'utf8')) as PlanDocument;
    const nodes = document.answer!.nodes.gpu!;
    expect(nodes).toBeGreaterThan(3);
    expect(stdout).toMatch(
      new RegExp(
        `^${nodes} nodes of gpu: \\$${2 * nodes}\\.00 an hour, meets its SLO with 95% confidence\\.`,
      ),
    );
    expect(readFileSync(join(out, 'report.html'), 'utf8')).toContain('<!doctype html>');
  });

  it('gives the same bytes from the cache as without it', async () => {
    const first = await plan('--json', '--nodes', '1..8');
    const second = await plan('--json', '--nodes', '1..8', '--no-cache');
    expect(second.stdout).toBe(first.stdout);
    expect(first.code).toBe(0);
  });

  it('exits with 3 where no fleet within the bounds does', async () => {
    const { code, stdout } = await plan('--nodes', '1..3');
    expect(code).toBe(3);
    expect(stdout).toMatch(/^No fleet of up to 3 nodes of gpu meets/);
    expect(stdout).toContain('--nodes gpu=1..12');
  });

  it('exits with 2 on a mistake, and says what was meant', async () => {
    const unknown = await plan('--nodes', 'gpux=1..3');
    expect(unknown.code).toBe(2);
    expect(unknown.stderr).toContain('did you mean gpu?');
    const growth = await plan('--growth', '8');
    expect(growth.code).toBe(2);
    expect(growth.stderr).toContain('8%/month');
    expect((await plan('--shard', '1/2', '--out', join(cli.folder, 'o'))).code).toBe(2);
  });

  it('an interrupt keeps what is finished, and the same command goes on', async () => {
    const args = ['plan', file, '--workers', '1', '--set', 'run.duration=10d', '--nodes', '1..8'];
    const { code, stderr } = await cli.wipsim(args, {
      env: { XDG_CACHE_HOME: caches },
      interrupt: { signal: 'SIGINT', afterMs: 6000 },
    });
    expect(code).toBe(130);
    expect(stderr).toContain('the same command goes on');
  });
});
