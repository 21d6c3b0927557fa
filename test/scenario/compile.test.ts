import { describe, expect, test } from 'vitest';
import { END, NO_STAGE } from '../../src/model/system.js';
import type { TraceTable } from '../../src/model/trace-table.js';
import { type CompileOptions, compileObject, compileScenario } from '../../src/scenario/compile.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { parseSource } from '../../src/scenario/source.js';
import { simulate } from '../../src/simulation/simulate.js';
import { changed, RIGHT } from './mistakes.js';

const compile = (text: string, options: CompileOptions = {}) =>
  compileScenario(parseSource(text, 'test.yaml'), options);

const run = (text: string) => {
  const { system, policies, seed } = compile(text);
  return simulate(system, policies, seed, { warmupS: 0 });
};

describe('the system', () => {
  const { system } = compile(RIGHT);

  test('has indices for names and defaults filled in', () => {
    expect(system.stages).toEqual([
      {
        name: 'train',
        resource: { kind: 'pool', index: 0 },
        queueCapacity: Number.POSITIVE_INFINITY,
        whenFull: 'refuse',
      },
      {
        name: 'plan',
        resource: { kind: 'pool', index: 1 },
        queueCapacity: Number.POSITIVE_INFINITY,
        whenFull: 'refuse',
      },
      {
        name: 'search',
        resource: { kind: 'service', index: 0 },
        queueCapacity: Number.POSITIVE_INFINITY,
        whenFull: 'refuse',
      },
    ]);
    expect(system.pools[1]).toEqual({
      name: 'lanes',
      mode: 'slots',
      groups: [
        {
          name: 'lanes',
          nodes: 1,
          gpusPerNode: 1,
          speed: 1,
          memoryBytesPerGpu: Number.POSITIVE_INFINITY,
          cpus: Number.POSITIVE_INFINITY,
          hostMemoryBytes: Number.POSITIVE_INFINITY,
          priceUsdPerGpuHour: 0,
          reserved: null,
          spot: null,
        },
      ],
      slotsPerGpu: 4,
      sharing: null,
      slicesPerGpu: 1,
      order: null,
      nodesPerRack: Number.POSITIVE_INFINITY,
      spansNodes: false,
      scaling: null,
      serving: null,
      failures: null,
      checkpoint: null,
      schedulingIntervalS: 0,
    });
    expect(system.tenantNames).toEqual(['default']);
  });

  test('has a shared pool’s curve in rising order, and places for a million tasks where no limit is set', () => {
    const pool = (text: string) =>
      compile(changed('slotsPerGpu: 4', `mode: shared, ${text}`)).system.pools[1];
    expect(pool('nodes: 3, sharing: {curve: {16: 5, 1: 1, 8: 4}}')).toMatchObject({
      mode: 'shared',
      slotsPerGpu: 333_333,
      sharing: [
        { concurrency: 1, throughput: 1 },
        { concurrency: 8, throughput: 4 },
        { concurrency: 16, throughput: 5 },
      ],
    });
    expect(pool('sharing: {maxConcurrency: 64}')).toMatchObject({
      slotsPerGpu: 64,
      sharing: [{ concurrency: 1, throughput: 1 }],
    });
  });

  test('has steps with work, units and branches', () => {
    expect(system.workloads[0]!.steps).toMatchObject([
      { name: 'plan', stage: 1, units: 1, branches: [{ to: 1, cumulative: 1 }] },
      { name: 'search', stage: 2, work: { kind: 'service' }, branches: [{ to: END, cumulative: 1 }] },
    ]);
    expect(system.workloads[1]!.steps[0]!.units).toBe(4);
  });

  test('branches are cumulative and end at exactly 1', () => {
    const branches =
      '{stage: search, next: [{to: plan, probability: 0.1}, {to: search, probability: 20%}, {to: end, probability: 0.7}]}';
    expect(compile(changed('{stage: search}', branches)).system.workloads[0]!.steps[1]!.branches).toEqual([
      { to: 0, cumulative: 0.1 },
      { to: 1, cumulative: 0.30000000000000004 },
      { to: END, cumulative: 1 },
    ]);
  });

  test('a delay is a step without a stage', () => {
    const { steps } = compile(changed('{stage: search}', '{delay: 5s}')).system.workloads[0]!;
    expect(steps[1]).toMatchObject({ name: 'delay', stage: NO_STAGE, work: { kind: 'distribution' } });
  });

  test('tenants have cumulative shares', () => {
    const text = changed('  chat:\n', '  chat:\n    tenants: {acme: 3, default: 1}\n');
    const { system: shared } = compile(text);
    expect(shared.tenantNames).toEqual(['acme', 'default']);
    expect(shared.workloads.map(({ tenants }) => tenants)).toEqual([
      [
        { tenant: 0, cumulative: 0.75 },
        { tenant: 1, cumulative: 1 },
      ],
      [{ tenant: 1, cumulative: 1 }],
    ]);
  });

  test('without tokens, patience or a deadline a workload says so', () => {
    expect(system.workloads[0]).toMatchObject({
      patience: null,
      timeout: null,
      promptTokens: null,
      deadlineS: Number.POSITIVE_INFINITY,
      priority: 0,
    });
  });
});

describe('the horizon', () => {
  const horizon = (text: string) => compile(changed('{duration: 1h}', text)).system.horizon;

  test('ends at once after a duration, and drains after a number of tasks', () => {
    expect(horizon('{duration: 1h}')).toEqual({
      durationS: 3600,
      tasks: Number.POSITIVE_INFINITY,
      drainS: 0,
      warmup: { method: 'fixed', lengthS: 0 },
    });
    expect(horizon('{tasks: 50}')).toMatchObject({ tasks: 50, drainS: Number.POSITIVE_INFINITY });
  });

  test('unless `drain` says otherwise', () => {
    expect(horizon('{duration: 1h, drain: true}').drainS).toBe(Number.POSITIVE_INFINITY);
    expect(horizon('{duration: 1h, drain: 10 min}').drainS).toBe(600);
    expect(horizon('{tasks: 50, drain: false}').drainS).toBe(0);
  });

  test('an automatic warm-up is MSER-5', () => {
    expect(horizon('{duration: 1h, warmup: auto}').warmup).toEqual({ method: 'mser-5' });
  });
});

test('an SLO comes out with the keys of its metric and its threshold in base units', () => {
  const { slos } = compile(`${RIGHT}slos:\n  - {metric: workloads.chat.latency_s.p99, atMost: 2 min}\n`);
  expect(slos).toEqual([
    {
      name: 'workloads.chat.latency_s.p99',
      metric: 'workloads.chat.latency_s.p99',
      path: ['workloads', 'chat', 'latency_s', 'p99'],
      comparison: 'at_most',
      threshold: 120,
    },
  ]);
});

describe('a trace', () => {
  const text = changed(
    'arrival: {process: poisson, rate: 1/min}',
    'arrival: {trace: {file: jobs.csv, columns: {arrival: t, work: w, tenant: who}}}',
  ).replace('work: 2 min', 'work: trace');
  const table: TraceTable = {
    rows: 3,
    arrivalS: Float64Array.of(0, 1, 2),
    workS: Float64Array.of(10, 10, 20),
    tenant: Int32Array.of(0, 1, 0),
    tenantNames: ['acme', 'default'],
  };
  const traces = (given: Partial<TraceTable> = {}) => new Map([['jobs', { table: { ...table, ...given } }]]);

  test('brings its tenants, which are the system’s where the names agree', () => {
    const { system } = compile(text, { traces: traces() });
    expect(system.tenantNames).toEqual(['default', 'acme']);
    expect(system.workloads[1]!.arrival).toMatchObject({ kind: 'trace', tenants: [1, 0] });
  });

  test('counts in the hash by its contents, not by the name of its file', () => {
    const { hash } = compile(text, { traces: traces() });
    expect(compile(text.replace('jobs.csv', 'other.csv'), { traces: traces() }).hash).toBe(hash);
    expect(compile(text, { traces: traces({ workS: Float64Array.of(10, 10, 21) }) }).hash).not.toBe(hash);
  });

  test('has to be read before', () => {
    expect(() => compile(text)).toThrow('the trace of workload "jobs" is not loaded');
  });
});

describe('the hash', () => {
  const { hash } = compile(RIGHT);
  const same: readonly (readonly [string, string])[] = [
    ['units', changed('duration: 1h', 'duration: 60 min')],
    [
      'order of keys',
      changed('{mode: exclusive, nodes: 2, gpusPerNode: 8}', '{gpusPerNode: 8, nodes: 2, mode: exclusive}'),
    ],
    [
      'a default that is written',
      changed('{service: search}', '{service: search, queue: {whenFull: refuse}}').replace(
        '1h',
        '1h, drain: false',
      ),
    ],
    [
      'title, seed and replications',
      changed('name: test', 'name: other\ndescription: more').replace('1h}', '1h, seed: 7, replications: 9}'),
    ],
    ['an SLO', `${RIGHT}slos: [{metric: total.arrived, atLeast: 1}]\n`],
    ['a policy that is the default', `${RIGHT}policies: {ordering: fifo, retry: none}\n`],
    ['a variant that is not asked for', `${RIGHT}variants: {a: {ordering: lifo}}\n`],
  ];
  test.each(same)('does not depend on %s', (_what, text) => {
    expect(compile(text).hash).toBe(hash);
  });

  const other: readonly (readonly [string, string])[] = [
    ['a rate', changed('0.1/s', '0.2/s')],
    ['a policy', `${RIGHT}policies: {ordering: lifo}\n`],
    [
      'the order of stages, which breaks ties',
      changed('  train: {pool: gpus}\n  plan: {pool: lanes}', '  plan: {pool: lanes}\n  train: {pool: gpus}'),
    ],
  ];
  test.each(other)('depends on %s', (_what, text) => {
    expect(compile(text).hash).not.toBe(hash);
  });

  test('is that of the policies in force, however they got there', () => {
    const variant = compile(`${RIGHT}variants: {a: {ordering: lifo}}\n`, { variant: 'a' });
    expect(variant.hash).toBe(compile(`${RIGHT}policies: {ordering: lifo}\n`).hash);
    expect(variant).toMatchObject({ variant: 'a', variants: ['a'] });
  });
});

describe('plain data', () => {
  const data = {
    version: 1,
    name: 'from a program',
    run: { tasks: 10, seed: 'x' },
    pools: { gpus: {} },
    stages: { work: { pool: 'gpus' } },
    workloads: {
      jobs: { arrival: { process: 'poisson', rate: 1 }, workflow: [{ stage: 'work', work: 0.5 }] },
    },
  };

  test('compiles like a file', () => {
    const compiled = compileObject(data);
    expect(compiled).toMatchObject({ name: 'from a program', seed: 'x', replications: 5 });
    expect(compiled.hash).toBe(compile(JSON.stringify(data)).hash);
  });

  test('has its mistakes told by path', () => {
    const wrong = { ...data, stages: { work: { pool: 'gpu' } } };
    expect(() => compileObject(wrong)).toThrow(
      'scenario: stages.work.pool: unknown pool `gpu` (did you mean "gpus"?)',
    );
    expect(() => compileObject({ ...data, name: () => 'x' })).toThrow(ScenarioError);
  });
});

describe('what compiles can be simulated', () => {
  test('M/M/1 at load 0.5: mean time in the system 1/(μ - λ) = 2 s', () => {
    const { measures } = run(`
version: 1
name: M/M/1
run: {tasks: 200000, drain: true, replications: 1}
pools: {server: {}}
stages: {serve: {pool: server}}
workloads:
  jobs:
    arrival: {process: poisson, rate: 0.5/s}
    workflow: [{stage: serve, work: {dist: exponential, mean: 1s}}]
`);
    expect(measures.total.completed).toBe(200_000);
    // Standard error of the mean is about 0.02 here (autocorrelated, variance of sojourn 4).
    expect(Math.abs(measures.total.latency_s.mean - 2)).toBeLessThan(0.06);
    expect(Math.abs(measures.pools.server!.utilisation.busy - 0.5)).toBeLessThan(0.01);
  });

  test('a branch back with probability 1/2 is taken: 2 visits a task', () => {
    const { measures } = run(`
version: 1
name: loop
run: {tasks: 20000}
pools: {a: {nodes: 4}, b: {nodes: 4}}
stages: {first: {pool: a}, second: {pool: b}}
workloads:
  jobs:
    arrival: {process: poisson, rate: 1/s}
    workflow:
      - {stage: first, work: 500ms}
      - {stage: second, work: 500ms, next: [{to: first, probability: 50%}, {to: end}]}
`);
    expect(measures.total.completed).toBe(20_000);
    // Geometric with mean 2 and variance 2: the standard error is 0.01.
    expect(Math.abs(measures.stages.first!.arrived / 20_000 - 2)).toBeLessThan(0.04);
  });

  test('a service that fails half of its calls, tried up to three times: 1/8 are lost', () => {
    const { measures } = run(`
version: 1
name: errors
run: {tasks: 20000}
services: {api: {latency: 100ms, errorRate: 50%}}
stages: {call: {service: api}}
workloads:
  jobs:
    arrival: {process: poisson, rate: 5/s}
    workflow: [{stage: call}]
policies: {retry: {policy: exponential, base: 100ms, maxAttempts: 3}}
`);
    expect(measures.total.completed + measures.total.dead_lettered).toBe(20_000);
    // Binomial: the standard error is 0.0023.
    expect(Math.abs(measures.total.dead_lettered / 20_000 - 1 / 8)).toBeLessThan(0.01);
  });

  test('a closed loop of 3 users on 3 servers: each cycle takes thinking plus work', () => {
    const { measures } = run(`
version: 1
name: closed
run: {duration: 10000s}
pools: {server: {nodes: 3}}
stages: {serve: {pool: server}}
workloads:
  jobs:
    arrival: {process: closed, users: 3, think: 4s}
    workflow: [{stage: serve, work: 1s}]
`);
    // 3 users, 5 s a cycle, the first task after 4 s of thinking.
    expect(measures.total.arrived).toBe(3 * 2000);
  });
});
