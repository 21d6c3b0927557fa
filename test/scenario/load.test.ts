/** `run.load`: the same scenario with more traffic, or less. */
import { describe, expect, test } from 'vitest';
import { estimate } from '../../src/experiment/estimate.js';
import { compileObject } from '../../src/scenario/compile.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import type { LoadedTraces } from '../../src/scenario/trace-uses.js';
import { simulate } from '../../src/simulation/simulate.js';
import { mmc } from '../theory/mmc.js';

const EXPONENTIAL = { dist: 'exponential', mean: 1 };

const scenario = (arrival: object, { run = {}, ...more }: { run?: object; [key: string]: unknown } = {}) => ({
  version: 1,
  name: 'load',
  run: { duration: 400, ...run },
  pools: { gpu: { nodes: 3 } },
  stages: { serve: { pool: 'gpu' } },
  workloads: { chat: { arrival, workflow: [{ stage: 'serve', work: EXPONENTIAL }] } },
  ...more,
});

function result(given: object, traces?: LoadedTraces) {
  const { system, policies } = compileObject(given, traces === undefined ? {} : { traces });
  const { measures, series } = simulate(system, policies, 'seed', { warmupS: 0 });
  return { measures, series };
}

describe('a load of 1.5 is the same, to the byte, as the arrivals written so many times as fast', () => {
  const cases: Record<string, readonly [object, object]> = {
    poisson: [
      { process: 'poisson', rate: 2 },
      { process: 'poisson', rate: 3 },
    ],
    'poisson in batches from a time to a time': [
      { process: 'poisson', rate: 2, batch: { dist: 'uniform', min: 1, max: 3 }, start: 50, stop: 300 },
      { process: 'poisson', rate: 3, batch: { dist: 'uniform', min: 1, max: 3 }, start: 50, stop: 300 },
    ],
    'a clock with a rate': [
      { process: 'deterministic', rate: 2 },
      { process: 'deterministic', rate: 3 },
    ],
    'a clock with an interval': [
      { process: 'deterministic', interval: 0.75 },
      { process: 'deterministic', interval: 0.5 },
    ],
    'renewal intervals': [
      { process: 'renewal', interval: { dist: 'uniform', min: 0.3, max: 0.9 } },
      { process: 'renewal', interval: { dist: 'uniform', min: 0.2, max: 0.6 } },
    ],
    'bursts, whose states last as long as before': [
      {
        process: 'mmpp',
        states: [
          { rate: 1, sojourn: 20 },
          { rate: 4, sojourn: 5 },
        ],
      },
      {
        process: 'mmpp',
        states: [
          { rate: 1.5, sojourn: 20 },
          { rate: 6, sojourn: 5 },
        ],
      },
    ],
    'a timetable, whose times stay': [
      {
        process: 'piecewise',
        rates: [
          { at: 0, rate: 1 },
          { at: 40, rate: 3 },
        ],
        repeat: 90,
        interpolate: 'linear',
      },
      {
        process: 'piecewise',
        rates: [
          { at: 0, rate: 1.5 },
          { at: 40, rate: 4.5 },
        ],
        repeat: 90,
        interpolate: 'linear',
      },
    ],
    'a daily wave, whose peak stays where it is': [
      { process: 'diurnal', mean: 2, peakToTrough: 3, peakAt: 100, period: 200 },
      { process: 'diurnal', mean: 3, peakToTrough: 3, peakAt: 100, period: 200 },
    ],
    'a closed loop of so many users': [
      { process: 'closed', users: 6, think: EXPONENTIAL },
      { process: 'closed', users: 9, think: EXPONENTIAL },
    ],
  };
  test.each(Object.entries(cases))('%s', (_, [written, faster]) => {
    const loaded = result(scenario(written, { run: { load: 1.5 } }));
    const direct = result(scenario(faster));
    // Scaled quantiles and products differ in the last digits; all else is the same number.
    expect(loaded.measures.total.completed).toBeGreaterThan(100);
    expect(round(loaded)).toEqual(round(direct));
  });

  const round = (value: unknown): unknown =>
    JSON.parse(
      JSON.stringify(value, (_, inner) => (typeof inner === 'number' ? Number(inner.toPrecision(9)) : inner)),
    );

  test('a surge multiplies on top', () => {
    const surge = { disturbances: [{ workload: 'chat', at: 100, for: 100, rate: 2.5 }] };
    const loaded = result(scenario({ process: 'poisson', rate: 2 }, { ...surge, run: { load: 1.5 } }));
    expect(loaded).toEqual(result(scenario({ process: 'poisson', rate: 3 }, surge)));
  });
});

describe('traces', () => {
  const table = {
    rows: 4,
    arrivalS: Float64Array.of(0, 4, 10, 40),
    workS: Float64Array.of(1, 2, 3, 4),
    tenantNames: [],
  };
  const traces: LoadedTraces = new Map([['chat', { table, path: [] }]]) as unknown as LoadedTraces;
  const columns = { arrival: 't', work: 'w' };
  const replay = (load: number, trace: object = {}) => ({
    ...scenario({ trace: { file: 'jobs.csv', columns, ...trace } }, { run: { load, duration: 1000 } }),
    workloads: {
      chat: {
        arrival: { trace: { file: 'jobs.csv', columns, ...trace } },
        workflow: [{ stage: 'serve', work: 'trace' }],
      },
    },
  });
  const arrivalOf = (given: object) => compileObject(given, { traces }).system.workloads[0]!.arrival;

  test('are played so many times as fast, every row at its place', () => {
    const arrival = arrivalOf(replay(2));
    expect(arrival.kind === 'trace' && [...arrival.table.arrivalS]).toEqual([0, 2, 5, 20]);
    expect(result(replay(2), traces).measures.total.completed).toBe(4);
    // Read again without a load, the table is as it was.
    expect([...table.arrivalS]).toEqual([0, 4, 10, 40]);
  });

  test('are drawn at intervals so many times as short', () => {
    const everyOf = (arrival: ReturnType<typeof arrivalOf>) =>
      arrival.kind === 'trace' ? arrival.sample?.everyS : undefined;
    expect(everyOf(arrivalOf(replay(2, { sample: 100 })))).toBeCloseTo(40 / 3 / 2, 12);
    expect(everyOf(arrivalOf(replay(2, { sample: { rows: 100, every: '6s' } })))).toBe(3);
  });

  test('a warm-up beyond the faster trace’s end is told', () => {
    const given = replay(4);
    const run = (warmup: number) => ({ ...given, run: { load: 4, warmup } });
    expect(() => compileObject(run(9), { traces })).not.toThrow();
    expect(() => compileObject(run(11), { traces })).toThrow(/before the last arrival of the trace \(10 s\)/);
  });
});

test('M/M/3 at load 1.3 waits as Erlang says of 1.3 times the rate', () => {
  const { system, policies } = compileObject(
    scenario({ process: 'poisson', rate: 2 }, { run: { load: 1.3, duration: 20_000 } }),
  );
  const truth = mmc(2.6, 1, 3);
  const runs = Array.from(
    { length: 6 },
    (_, seed) => simulate(system, policies, String(seed), { warmupS: 1000 }).measures,
  );
  const within = (values: number[], expected: number): void => {
    const { mean, ci_low: low } = estimate(values);
    // An interval of 95% with 5 degrees of freedom is 2.6 standard errors wide to each side.
    expect(Math.abs(mean - expected), `${mean} for ${expected}`).toBeLessThan(2 * (mean - low!));
  };
  within(
    runs.map(({ pools }) => pools.gpu!.utilisation.busy),
    truth.utilisation,
  );
  within(
    runs.map(({ stages }) => stages.serve!.wait_s.mean),
    truth.meanWaitS,
  );
});

test('the k-th task asks for the same work at any load', () => {
  const works = (load: number): number[] => {
    const { system, policies } = compileObject(
      scenario(
        { process: 'poisson', rate: 0.01 },
        { run: { load, tasks: 40, duration: 100_000, drain: true } },
      ),
    );
    const latencies: number[] = [];
    // So few that nobody waits: latency is work.
    simulate(system, policies, 'seed', { warmupS: 0, observe: (latencyS) => latencies.push(latencyS) });
    return latencies;
  };
  const [slow, fast] = [works(1), works(2)];
  expect(slow.length).toBe(40);
  for (const [index, work] of slow.entries()) expect(fast[index]).toBeCloseTo(work, 6);
});

test('the hash tells loads apart and leaves a load of 1 out', () => {
  const hash = (run: object) => compileObject(scenario({ process: 'poisson', rate: 2 }, { run })).hash;
  expect(hash({ load: 1 })).toBe(hash({}));
  expect(new Set([hash({}), hash({ load: 1.25 }), hash({ load: 1.5 })]).size).toBe(3);
});

test('a closed loop keeps a user at however small a load', () => {
  const users = (load: number) => {
    const { arrival } = compileObject(
      scenario({ process: 'closed', users: 5, think: EXPONENTIAL }, { run: { load } }),
    ).system.workloads[0]!;
    return arrival.kind === 'closed' ? arrival.users : undefined;
  };
  expect([0.01, 0.5, 1, 1.29, 10].map(users)).toEqual([1, 3, 5, 6, 50]);
});

describe('mistakes', () => {
  const problem = (arrival: object, run: object): string => {
    try {
      compileObject(scenario(arrival, { run }));
    } catch (error) {
      if (error instanceof ScenarioError) return error.message;
      throw error;
    }
    return 'none';
  };
  test.each([0, -1, 1001, '2x', Number.NaN])('a load of %s is refused', (load) => {
    expect(problem({ process: 'poisson', rate: 2 }, { load })).toMatch(
      /run\.load: expected a number from 0\.001 to 1000/,
    );
  });
  test('more users than are supported are told with the load that makes them', () => {
    expect(problem({ process: 'closed', users: 800_000, think: EXPONENTIAL }, { load: 2 })).toMatch(
      /workloads\.chat\.arrival\.users: at `run\.load` 2 the workload would have 1600000 users/,
    );
  });
  test('so many tasks that no run ends are told', () => {
    expect(problem({ process: 'poisson', rate: 1e8 }, { load: 1000, duration: '1d' })).toMatch(
      /would send about/,
    );
  });
});
