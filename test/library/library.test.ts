import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparisonSchema } from '../../src/experiment/compare/comparison-schema.js';
import { planSchema } from '../../src/experiment/plan/plan-schema.js';
import { resultSchema } from '../../src/experiment/result-schema.js';
import { Interrupted } from '../../src/experiment/run-source.js';
import { sweepSchema } from '../../src/experiment/sweep/sweep-schema.js';
import { compare } from '../../src/library/compare.js';
import { OptionError } from '../../src/library/option-error.js';
import { plan } from '../../src/library/plan.js';
import { simulate } from '../../src/library/simulate.js';
import { sweep } from '../../src/library/sweep.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { QUEUE } from '../cli/installed.js';

/** On this thread, and nothing kept: what is tested is what is asked for. */
const HERE = { workers: 1, cache: false };

const DATA = {
  version: 1,
  name: 'Small queue',
  run: { duration: '10m', warmup: '30s', replications: 3, seed: 7 },
  pools: { gpu: { nodes: 1, gpusPerNode: 4, price: '$2/h' } },
  stages: { work: { pool: 'gpu' } },
  workloads: {
    chat: {
      arrival: { process: 'poisson', rate: '2/s' },
      workflow: [{ stage: 'work', work: { dist: 'exponential', mean: '1.5s' } }],
    },
  },
  variants: { lifo: { ordering: 'lifo' } },
  slos: [{ name: 'quick', metric: 'workloads.chat.latency_s.p99', atMost: '30s' }],
};
const P99 = 'workloads.chat.latency_s.p99';

let folder: string;
let file: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wipsim-library-'));
  file = join(folder, 'queue.yaml');
  writeFileSync(file, QUEUE);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const text = (document: object): string => JSON.stringify(document);
const same = async (a: Promise<object>, b: Promise<object>) => expect(text(await a)).toBe(text(await b));

describe('a scenario', () => {
  it('is the same as a file, as data and as text', async () => {
    const asText = { name: 'anything', text: readFileSync(file, 'utf8'), folder };
    await same(simulate(file, HERE), simulate(DATA, HERE));
    await same(simulate(file, HERE), simulate(asText, HERE));
  });

  it('with mistakes is refused with all of them, as data by path and without lines', async () => {
    const wrong = { ...DATA, pools: { gpu: { nods: 1 } }, stages: { work: { pool: 'gpus' } } };
    const error = await simulate(wrong, HERE).catch((reason: unknown) => reason as ScenarioError);
    expect(error).toBeInstanceOf(ScenarioError);
    const { problems } = error as ScenarioError;
    expect(problems[0]).toMatchObject({ path: ['pools', 'gpu', 'nods'], file: 'scenario', line: null });
    expect(problems[0]!.suggestion).toBe('nodes');
    await expect(simulate(join(folder, 'quue.yaml'), HERE)).rejects.toThrow(/did you mean/);
    await expect(simulate({ version: 1, run: () => 7 }, HERE)).rejects.toThrow('expected plain data at run');
  });

  it('takes values by path, by the end of a path, and as assignments', async () => {
    const two = simulate({ ...DATA, pools: { gpu: { ...DATA.pools.gpu, nodes: 2 } } }, HERE);
    await same(simulate(DATA, { ...HERE, set: { 'pools.gpu.nodes': 2 } }), two);
    await same(simulate(DATA, { ...HERE, set: { 'gpu.nodes': 2 } }), two);
    await same(simulate(DATA, { ...HERE, set: ['pools.gpu.nodes=2'] }), two);
    await same(
      simulate(DATA, { ...HERE, set: { pools: { gpu: { nodes: 2, gpusPerNode: 4, price: '$2/h' } } } }),
      two,
    );
    await expect(simulate(DATA, { ...HERE, set: { 'gpu.nods': 2 } })).rejects.toThrow(
      'nothing in the scenario is called "gpu.nods" (did you mean "pools.gpu.nodes"?)',
    );
    await expect(simulate(DATA, { ...HERE, set: { mean: '2s', rate: undefined } })).resolves.toBeDefined();
  });

  it('finds the files that data names in the folder that is given', async () => {
    writeFileSync(join(folder, 'arrivals.csv'), 'at\n1\n2\n3\n');
    const trace = { file: 'arrivals.csv', columns: { arrival: { column: 'at', unit: 's' } } };
    const replay = {
      ...DATA,
      slos: [],
      run: { duration: 60 },
      workloads: { chat: { ...DATA.workloads.chat, arrival: { trace } } },
    };
    const { traces } = await simulate(replay, { ...HERE, folder });
    expect(traces).toMatchObject([{ file: 'arrivals.csv', rows: 3 }]);
    await expect(simulate(replay, HERE)).rejects.toThrow(ScenarioError);
  });
});

describe('simulate', () => {
  it('gives the result of the run, whose schema takes it', async () => {
    const document = await simulate(DATA, HERE);
    expect(resultSchema.parse(JSON.parse(text(document)))).toEqual(JSON.parse(text(document)));
    expect(document.replications).toEqual({ planned: 3, finished: 3 });
  });

  it('takes seed, replications and variant', async () => {
    const { seed, replications, scenario } = await simulate(DATA, {
      ...HERE,
      seed: 9,
      replications: 2,
      variant: 'lifo',
    });
    expect([seed, replications.finished, scenario.variant]).toEqual(['9', 2, 'lifo']);
  });

  it('keeps finished runs and takes them from there, unless it is told not to', async () => {
    const finished: number[] = [];
    const timed = async (cache: boolean) => {
      const start = performance.now();
      const document = await simulate(DATA, {
        workers: 1,
        cache,
        seed: 'kept',
        set: { 'run.duration': '20h' },
      });
      finished.push(performance.now() - start);
      return text(document);
    };
    const first = await timed(true);
    expect(await timed(true)).toBe(first);
    expect(await timed(false)).toBe(first);
    expect(finished[1]!).toBeLessThan(finished[0]! / 2);
    expect(finished[1]!).toBeLessThan(finished[2]! / 2);
  });

  it('is stopped by the signal: what is finished is the result, nothing finished is an error', async () => {
    const controller = new AbortController();
    const document = await simulate(DATA, {
      ...HERE,
      replications: 50,
      signal: controller.signal,
      onProgress: ({ replications }) => {
        if (replications[1]!.state === 'done') controller.abort();
      },
    });
    expect(document.interrupted).toBe(true);
    expect(document.replications.finished).toBe(2);
    await expect(simulate(DATA, { ...HERE, signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
  });

  it('refuses options that cannot be', async () => {
    await expect(simulate(DATA, { ...HERE, replications: 0 })).rejects.toThrow(
      'replications: expected a whole number of at least 1, got 0',
    );
    await expect(simulate(DATA, { ...HERE, workers: 1.5 })).rejects.toThrow(OptionError);
    await expect(simulate(DATA, { ...HERE, variant: 'lfo' })).rejects.toThrow(/lfo.*did you mean "lifo"/s);
  });
});

describe('compare', () => {
  it('holds the variants of a scenario against each other, or those that are named', async () => {
    const document = await compare(DATA, { ...HERE, metrics: [P99] });
    expect(comparisonSchema.parse(JSON.parse(text(document)))).toEqual(JSON.parse(text(document)));
    expect(document.setups.map(({ name }) => name)).toEqual(['base', 'lifo']);
    expect(document.metrics[0]!.winner).toBe('base');
    const other = await compare(DATA, {
      ...HERE,
      metrics: [P99],
      variants: ['lifo', 'base'],
      baseline: 'base',
    });
    expect(text(other)).toBe(text(document));
  });

  it('holds scenarios with values of their own against each other', async () => {
    const document = await compare(
      [1, 2].map((nodes) => ({
        name: `${nodes}`,
        scenario: nodes === 1 ? DATA : file,
        set: { 'gpu.nodes': nodes },
      })),
      { ...HERE, metrics: ['total.latency_s.mean'], replications: 4, set: { 'run.duration': '1h' } },
    );
    expect(document.metrics[0]!.winner).toBe('2');
    expect(document.replications.used).toBe(4);
  });

  it('refuses what is no comparison', async () => {
    const refused = (...[scenarios, options]: Parameters<typeof compare>) =>
      expect(compare(scenarios, { ...HERE, ...options })).rejects;
    await refused(DATA, { baseline: 'lfo' }).toThrow('baseline: there is no lfo (did you mean "lifo"?)');
    await refused(DATA, { variants: ['lifo'] }).toThrow('a comparison needs two of base, lifo');
    await refused({ ...DATA, variants: {} }).toThrow('variants: scenario has no variants');
    await refused(DATA, { metrics: ['total.latency_s.p9'] }).toThrow(/^metrics: .*did you mean/);
    await refused(DATA, { maxReplications: 1 }).toThrow(
      'maxReplications: expected a whole number of at least 2',
    );
    await refused(DATA, { confidence: 95 }).toThrow('confidence: expected a share');
    await refused([{ name: 'a', scenario: DATA }]).toThrow('a comparison needs two at least');
    await refused([1, 2].map(() => ({ name: 'a', scenario: DATA }))).toThrow('scenarios: a stands twice');
    await refused(DATA, { signal: AbortSignal.abort() }).toThrow(Interrupted);
  });
});

describe('sweep', () => {
  it('runs every combination of lists and texts, named by the ends of their paths', async () => {
    const document = await sweep(
      DATA,
      { vary: { 'gpu.nodes': [1, 2], rate: '1/s..2/s points 2', policy: ['base', 'lifo'] }, metrics: [P99] },
      { ...HERE, replications: 2 },
    );
    expect(sweepSchema.parse(JSON.parse(text(document)))).toEqual(JSON.parse(text(document)));
    expect(document.points).toHaveLength(8);
    expect(document.factors.map(({ path }) => path)).toEqual([
      'pools.gpu.nodes',
      'workloads.chat.arrival.rate',
      'policy',
    ]);
  });

  it('has at each point what simulate has there', async () => {
    const { points } = await sweep(DATA, { vary: { nodes: [1, 2] }, metrics: [P99] }, HERE);
    for (const { set, estimates, runs } of points) {
      const alone = await simulate(DATA, { ...HERE, set });
      expect(estimates[P99]).toEqual(alone.estimates.workloads.chat!.latency_s.p99);
      expect(runs[P99]).toEqual(alone.runs.map((run) => run.workloads.chat!.latency_s.p99));
    }
  });

  it('draws points over ranges, with a name where one is given', async () => {
    const { points, factors } = await sweep(
      DATA,
      {
        vary: { rate: { values: '0.5/s..2/s', name: 'demand' } },
        design: 'sobol',
        points: 4,
        metrics: [P99],
      },
      { ...HERE, replications: 1 },
    );
    expect(points).toHaveLength(4);
    expect(factors[0]).toMatchObject({ name: 'demand', unit: '/s' });
  });

  it('refuses a request with mistakes before anything runs', async () => {
    const refused = (request: Parameters<typeof sweep>[1]) => expect(sweep(DATA, request, HERE)).rejects;
    await refused({ vary: {} }).toThrow('expected at least one factor');
    await refused({ vary: { 'gpu.nods': [1] } }).toThrow(/gpu\.nods.*did you mean "pools\.gpu\.nodes"/);
    await refused({ vary: { 'gpu.nodes': '1..' } }).toThrow(ScenarioError);
    await refused({ vary: { policy: ['lfo'] } }).toThrow(/did you mean "lifo"/);
    await refused({ vary: { 'gpu.nodes': [1] }, metrics: ['total.p99'] }).toThrow(ScenarioError);
    await expect(
      sweep(DATA, { vary: { nodes: [1] } }, { ...HERE, signal: AbortSignal.abort() }),
    ).rejects.toThrow(Interrupted);
  });
});

describe('plan', () => {
  const tight = { ...DATA, slos: [{ name: 'quick', metric: P99, atMost: '8s' }] };

  it('finds the cheapest fleet, which simulate confirms and the next smaller misses', async () => {
    const document = await plan(tight, { nodes: { gpu: '1..4' }, maxReplications: 16 }, HERE);
    expect(planSchema.parse(JSON.parse(text(document)))).toEqual(JSON.parse(text(document)));
    const { gpu } = document.answer!.nodes as { gpu: number };
    expect(gpu).toBe(2);
    const p99 = async (nodes: number) => {
      const { slos } = await simulate(tight, { ...HERE, seed: 'apart', replications: 10, set: { nodes } });
      return slos[0]!.met;
    };
    expect([await p99(gpu), await p99(gpu - 1)]).toEqual([true, false]);
  });

  it('takes bounds by path and its end, and values to choose from', async () => {
    const request = { tune: { policy: ['base', 'lifo'] }, maxReplications: 8 };
    const { space, tuning } = await plan(
      tight,
      { ...request, nodes: { 'gpu.nodes': { min: 1, max: 3 } } },
      HERE,
    );
    expect(space.pools).toMatchObject([{ path: 'pools.gpu.nodes', min_nodes: 1, max_nodes: 3 }]);
    expect(space.settings.map(({ values }) => values.policy)).toEqual(['base', 'lifo']);
    expect(tuning!.values).toHaveLength(2);
  });

  it('refuses what cannot be planned', async () => {
    const refused = (...[request]: [Parameters<typeof plan>[1]]) =>
      expect(plan(tight, request, HERE)).rejects;
    await refused({ nodes: { gpus: '1..4' } }).toThrow(/gpus.*did you mean gpu/);
    await refused({ nodes: { gpu: '4..1' } }).toThrow(
      'nodes: gpu: expected whole numbers such as 2..16, got "4..1"',
    );
    await refused({ tune: { rate: '0.5/s..1/s' } }).toThrow(
      'tune: workloads.chat.arrival.rate: a range needs',
    );
    await refused({ confidence: 0.2 }).toThrow(OptionError);
    await refused({ minimise: P99, maximise: P99 }).toThrow('one metric decides');
    await expect(plan({ ...DATA, slos: [] }, {}, HERE)).rejects.toThrow('a plan needs SLOs');
    await expect(plan(tight, {}, { ...HERE, signal: AbortSignal.abort() })).rejects.toThrow(Interrupted);
  });
});
