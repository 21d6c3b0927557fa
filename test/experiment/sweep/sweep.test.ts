import { describe, expect, it } from 'vitest';
import { runSetup } from '../../../src/execution/run-setup.js';
import { ThisThread } from '../../../src/execution/this-thread.js';
import type { RunRequest, RunSource, Setup } from '../../../src/experiment/run-source.js';
import { readFactor } from '../../../src/experiment/sweep/factor.js';
import { checkedSpec, parseSweepFile, type SweepSpec } from '../../../src/experiment/sweep/spec.js';
import { type SweepOptions, type SweepProgress, sweep } from '../../../src/experiment/sweep/sweep.js';
import { sweepSchema } from '../../../src/experiment/sweep/sweep-schema.js';
import { ScenarioError } from '../../../src/scenario/problem.js';
import { createSetupLoader } from '../../../src/traces/setup-loader.js';

const TEXT = `
version: 1
name: queue
run: {duration: 4000, warmup: 200, replications: 4, seed: 9}
pools: {gpus: {gpusPerNode: 1, price: $2/h}}
stages: {work: {pool: gpus}}
workloads:
  all: {arrival: {process: poisson, rate: 0.5}, workflow: [{stage: work, work: {dist: exponential, mean: 1}}]}
policies: {ordering: fifo}
variants:
  same: {ordering: fifo}
  lifo: {ordering: lifo}
slos:
  - {name: fast, metric: workloads.all.latency_s.p95, atMost: 8s}
`;
const RATE = 'workloads.all.arrival.rate';

const load = createSetupLoader();
const baseOf = (text = TEXT): Promise<Setup> =>
  load({ scenario: { name: 'queue.yaml', text, folder: '.' }, variant: null, set: [] });

const specOf = (vary: readonly string[], rest: Partial<SweepSpec> = {}): SweepSpec =>
  checkedSpec({ factors: vary.map(readFactor), design: 'grid', source: null, ...rest });

/** Counts what is asked for, and has the runs of one moment answered in turned order. */
class Watched implements RunSource {
  readonly asked: RunRequest[] = [];
  private answered = 0;
  private readonly inner: ThisThread;

  constructor(
    readonly parallelism = 1,
    signal?: AbortSignal,
    private readonly onAnswer: (count: number) => void = () => {},
  ) {
    this.inner = new ThisThread({ signal });
  }

  async ask(request: RunRequest) {
    this.asked.push(request);
    const answer = await this.inner.ask(request);
    this.onAnswer(++this.answered);
    // The later it was asked for, the sooner it is answered.
    await new Promise((resolve) => setTimeout(resolve, 1 + ((this.asked.length * 7) % 5)));
    return answer;
  }
}

async function swept(spec: SweepSpec, options: Partial<SweepOptions> = {}, text?: string) {
  const document = await sweep(await baseOf(text), spec, { load, source: new ThisThread(), ...options });
  if (document === null) throw new Error('nothing was finished');
  return document;
}

const problemsOf = async (spec: () => SweepSpec, text?: string): Promise<string> => {
  const source = new Watched();
  const error = await swept(spec(), { source }, text).catch((thrown: unknown) => thrown);
  expect(source.asked).toEqual([]);
  if (!(error instanceof ScenarioError)) throw error;
  return error.message;
};

describe('a sweep', () => {
  it('over the load of M/M/1 has intervals that cover 1/(μ − λ) at every point', async () => {
    const document = await swept(
      specOf([`${RATE}=0.2,0.5,0.7`], { metrics: ['total.latency_s.mean'], replications: 10 }),
    );
    expect(document.points.map(({ values }) => values)).toEqual([
      { rate: 0.2 },
      { rate: 0.5 },
      { rate: 0.7 },
    ]);
    for (const { values, estimates } of document.points) {
      const { ci_low, ci_high } = estimates['total.latency_s.mean']!;
      const exact = 1 / (1 - (values.rate as number));
      expect(ci_low!).toBeLessThan(exact);
      expect(ci_high!).toBeGreaterThan(exact);
    }
    const [effect] = document.sensitivity[0]!.effects;
    expect(effect).toMatchObject({ factor: 'rate', found: true, direction: 'rises' });
  });

  it('has at each point what a run with its assignments, policies and seed has', async () => {
    const document = await swept(specOf([`${RATE}=0.4,0.6`, 'policy=base,lifo', 'seed=9,10']));
    expect(document.points).toHaveLength(8);
    for (const point of document.points) {
      const ref = {
        scenario: { name: 'queue.yaml', text: TEXT, folder: '.' },
        variant: point.variant,
        set: point.set,
      };
      const alone = (await runSetup(await load(ref), new ThisThread(), { seed: point.seed }))!;
      expect(alone.scenario.hash).toBe(point.hash);
      expect(point.estimates['total.latency_s.p99']).toEqual(alone.estimates.total.latency_s.p99);
      expect(point.estimates['pools.gpus.utilisation.busy']).toEqual(
        alone.estimates.pools.gpus!.utilisation.busy,
      );
      expect(point.slos).toEqual(alone.slos);
      expect(point.values).toMatchObject({ policy: point.variant ?? 'base', seed: Number(point.seed) });
    }
  });

  it('is the same, byte for byte, however runs are answered', async () => {
    const spec = specOf([`${RATE}=0.1..0.8`, 'pools.gpus.nodes=1..3'], {
      design: 'sobol',
      points: 8,
      replications: 3,
    });
    const one = await swept(spec);
    const source = new Watched(5);
    const many = await swept(spec, { source });
    expect(JSON.stringify(many)).toBe(JSON.stringify(one));
    expect(source.asked).toHaveLength(24);
    expect(JSON.parse(JSON.stringify(one))).toEqual(one);
    expect(sweepSchema.parse(one)).toEqual(one);
  });

  it('follows the SLOs and the key metrics where none are asked for', async () => {
    const { metrics } = await swept(specOf(['pools.gpus.nodes=1,2'], { replications: 2 }));
    expect(metrics).toEqual([
      'workloads.all.latency_s.p95',
      'total.latency_s.p50',
      'total.latency_s.p99',
      'total.throughput_hz',
      'total.goodput_hz',
      'total.reject_fraction',
      'cost.total_usd',
      'cost.per_completed_task_usd',
      'pools.gpus.utilisation.busy',
    ]);
  });

  it('takes the ends of paths where they are clear, and tells the whole', async () => {
    const { factors, points } = await swept(
      specOf(['nodes=1,2', 'all.arrival.rate=0.3'], { replications: 1 }),
    );
    expect(factors.map(({ name, path }) => [name, path])).toEqual([
      ['nodes', 'pools.gpus.nodes'],
      ['rate', RATE],
    ]);
    expect(points[0]!.set).toEqual(['pools.gpus.nodes=1', `${RATE}=0.3`]);
  });

  it('runs points that are equal but for their names and SLOs once', async () => {
    const source = new Watched();
    const spec = specOf(['policy=base,same,lifo', 'slos[0].atMost=0.1s,100s'], { replications: 2 });
    const { points } = await swept(spec, { source });
    expect(source.asked).toHaveLength(4);
    expect(points.map(({ slos }) => slos[0]!.met)).toEqual([false, true, false, true, false, true]);
    expect(points[0]!.estimates).toEqual(points[2]!.estimates);
  });

  it('tells of its progress, and of every run', async () => {
    const progress: SweepProgress[] = [];
    const runs: string[] = [];
    await swept(specOf(['pools.gpus.nodes=1,2'], { replications: 2 }), {
      onProgress: (now) => progress.push(now),
      onRun: (point, replication, { measures }) =>
        runs.push(`${point}/${replication} ${measures.total.completed > 0}`),
    });
    expect(progress[0]).toMatchObject({ phase: 'checking', points: { planned: 2, finished: 1 } });
    expect(progress.at(-1)).toEqual({
      phase: 'running',
      points: { planned: 2, finished: 2 },
      runs: { planned: 4, finished: 4 },
    });
    expect(runs.sort()).toEqual(['0/0 true', '0/1 true', '1/0 true', '1/1 true']);
  });

  it('that is stopped has what was finished, and says what is missing', async () => {
    const stop = new AbortController();
    const source = new Watched(1, stop.signal, (count) => {
      if (count === 5) stop.abort();
    });
    const spec = specOf(['pools.gpus.nodes=1..4'], { replications: 4 });
    const document = await swept(spec, { source, signal: stop.signal });
    expect(document).toMatchObject({ interrupted: true, design: { planned: 4, finished: 1 } });
    expect(
      document.points.map(({ index, replications, interrupted }) => [index, replications, interrupted]),
    ).toEqual([
      [0, 4, false],
      [1, 1, true],
    ]);
    expect(document.warnings.join()).toContain('of 1 of 4 points');
    const whole = await swept(spec);
    expect(document.points[0]).toEqual(whole.points[0]);
    expect(whole).toMatchObject({ interrupted: false, design: { finished: 4 } });
  });

  it('that is stopped before its first run has nothing', async () => {
    const signal = AbortSignal.abort();
    const spec = specOf(['pools.gpus.nodes=1..4']);
    expect(
      await sweep(await baseOf(), spec, { load, source: new ThisThread({ signal }), signal }),
    ).toBeNull();
  });

  it('throws what a run throws', async () => {
    const source: RunSource = { parallelism: 3, ask: () => Promise.reject(new Error('out of order')) };
    await expect(swept(specOf(['pools.gpus.nodes=1..4']), { source })).rejects.toThrow('out of order');
  });

  it('says that points fell together, and which warnings the points have', async () => {
    const { design, warnings, points } = await swept(
      specOf(['pools.gpus.nodes=1..2', `${RATE}=0.2,3`], { design: 'random', points: 12, replications: 1 }),
    );
    expect(design).toMatchObject({ requested: 12, duplicates: 12 - points.length, planned: points.length });
    expect(points.length).toBeLessThanOrEqual(4);
    expect(warnings[0]).toContain(`${12 - points.length} of the 12 points were equal to others`);
    expect(warnings.join('\n')).toContain('one replication a point');
    // A load of 3 Erlang on one or two servers grows without end.
    expect(warnings.join('\n')).toMatch(/points?, first at nodes=\d, rate=3: |at nodes=\d, rate=3: /);
  });

  it.each([
    [() => specOf(['policy=base,lfio']), '--vary: there is no variant lfio (did you mean "lifo"?)'],
    [
      () => specOf(['pools.gpu.nodes=1,2']),
      '--vary: there is no pools.gpu in the scenario (did you mean "pools.gpus.nodes"?)',
    ],
    [() => specOf(['pools.gpus.nodez=1,2']), 'did you mean "pools.gpus.nodes"?'],
    [() => specOf(['pools.gpus.nodes=1,2', 'nodes=1,2']), '--vary: pools.gpus.nodes is varied twice'],
    [() => specOf(['pools.gpus.nodes=1,many']), '--set pools.gpus.nodes=many'],
    [
      () => specOf(['pools.gpus.nodes=1,2'], { metrics: ['total.latency.p99'] }),
      '--metric: `total` has no `latency` (did you mean "total.latency_s.p99"?)',
    ],
    [() => specOf(['pools.gpus.nodes=2,1,0', `${RATE}=0.3,0.5`]), '(at nodes=0, rate=0.3)'],
    [
      () => specOf(['pools.gpus.nodes=1,2'], { design: 'sobol' }),
      '--points: a sobol design needs a number of points',
    ],
    [() => specOf([`${RATE}=0.1..0.2`]), '--vary: workloads.all.arrival.rate: a range in a grid needs'],
    [() => specOf(['pools.gpus.nodes=1'], { replications: 0 }), '--replications: expected at least one'],
    [
      () =>
        parseSweepFile(
          'scenario: x\nvary: {pools.gpus.nodes: 1..3}\nmetrics:\n  - total.latency_s.p98',
          's.yaml',
        ).spec,
      's.yaml:4:5: metrics[0]: `total.latency_s` has no `p98`',
    ],
    [
      () => parseSweepFile('scenario: x\nvary:\n  policy: [base, lifu]', 's.yaml').spec,
      's.yaml:3:11: vary.policy: there is no variant lifu (did you mean "lifo"?)',
    ],
  ])('is refused before its first run: %s', async (spec, message) => {
    expect(await problemsOf(spec)).toContain(message);
  });
});
