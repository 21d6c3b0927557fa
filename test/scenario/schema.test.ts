import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { POLICIES } from '../../src/policies/registry.js';
import { parseScenario, scenarioSchema } from '../../src/scenario/schema.js';
import { parseSource } from '../../src/scenario/source.js';
import { changed, mistakes, RIGHT } from './mistakes.js';

const parsed = (text: string) => parseScenario(parseSource(text, 'test.yaml'));

describe('what may be left out', () => {
  test('has its default', () => {
    const scenario = parsed(RIGHT);
    expect(scenario.run).toEqual({ duration: 3600, load: 1, warmup: 0, replications: 5, seed: 1 });
    expect(scenario.pools.lanes).toEqual({ mode: 'slots', slotsPerGpu: 4, schedulingInterval: 0 });
    expect(scenario.services.search).toEqual({
      latency: { dist: 'deterministic', value: 0.3 },
      errorRate: 0,
    });
    expect(scenario.workloads.chat).toMatchObject({ users: 1, value: 0 });
    expect(scenario).toMatchObject({ description: '', disturbances: [], variants: {}, slos: [] });
  });
});

describe('policies', () => {
  const policies = (text: string) => parsed(`${RIGHT}policies: {${text}}\n`).policies;

  test('by bare name or with parameters, one or a list, are the same', () => {
    const forms = ['fifo', '{policy: fifo}', '[fifo]', '[{policy: fifo}]'].map((form) =>
      policies(`ordering: ${form}`).ordering!.map(({ definition, ...entry }) => [definition.name, entry]),
    );
    for (const form of forms) expect(form).toEqual([['fifo', { at: null, parameters: {} }]]);
  });

  test('every policy of the registry is understood with its defaults where it needs nothing', () => {
    const needy: string[] = [];
    for (const { point, name, parameters } of POLICIES) {
      if (!parameters.safeParse({}).success) needy.push(name);
      else expect(policies(`${point}: ${name}`)[point]![0]!.definition.name).toBe(name);
    }
    expect(needy).toContain('token-bucket');
  });

  test('units are understood in parameters', () => {
    const [bucket] = policies('admission: {policy: token-bucket, rate: 30/min, burst: 5, at: chat}')
      .admission!;
    expect(bucket).toMatchObject({ at: ['chat'], parameters: { rate: 0.5, burst: 5, mode: 'refuse' } });
  });

  const wrong = (text: string) => mistakes(`${RIGHT}policies: {${text}}\n`);

  test('mistakes are told where they are', () => {
    expect(wrong('ordering: fifoo')).toEqual([
      expect.stringMatching(
        /^23:22 expected one of fifo, lifo, .* or a map or a list, got text "fifoo" -> fifo$/,
      ),
    ]);
    expect(wrong('ordering: [fifo, {policy: lifoo}]')).toEqual([
      expect.stringMatching(/^23:38 expected one of fifo, lifo, .*, got text "lifoo" -> lifo$/),
    ]);
    expect(wrong('admission: {policy: token-bucket, rat: 5/s}')).toEqual([
      '23:12 missing key `rate`',
      '23:46 unknown key `rat` -> rate',
    ]);
    expect(wrong('admission: token-bucket')).toEqual([
      '23:23 token-bucket needs `rate`: write {policy: token-bucket, rate: ...}',
    ]);
    expect(wrong('orderng: fifo')).toEqual(['23:12 unknown key `orderng` -> ordering']);
  });

  test('checks between parameters hold here too', () => {
    expect(wrong('backpressure: {policy: watermark, low: 9, high: 3}')).toEqual([
      '23:51 expected `low` below `high`: between them the signal keeps its state, got 9',
    ]);
  });

  test('a WIP limit names what it limits, so it has no `at`', () => {
    expect(wrong('wip: {policy: global, at: plan}')).toEqual(['23:34 unknown key `at`']);
  });
});

describe('arrivals', () => {
  const arrival = (text: string) => changed('{process: poisson, rate: 0.1/s}', text);
  const of = (text: string) => parsed(arrival(text)).workloads.chat!.arrival;

  test('are a process, a closed loop or a trace', () => {
    expect(of('{process: poisson, rate: 2/s}')).toEqual({
      kind: 'open',
      spec: { process: 'poisson', rate: 2 },
    });
    expect(of('{process: closed, users: 20, think: 5s}')).toMatchObject({ kind: 'closed', users: 20 });
    expect(of('{trace: {file: a.csv, columns: {arrival: t}}}')).toMatchObject({
      kind: 'trace',
      trace: { file: 'a.csv', format: 'csv' },
    });
  });

  test('an unknown process is told with those there are', () => {
    expect(mistakes(arrival('{process: poison, rate: 2/s}'))).toEqual([
      '15:24 unknown arrival process "poison": did you mean "poisson"? Known: poisson, renewal, deterministic, mmpp, piecewise, diurnal, closed',
    ]);
  });
});

describe('impossible values', () => {
  const cases: readonly (readonly [what: string, text: string, told: string])[] = [
    ['no nodes', changed('nodes: 2', 'nodes: 0'), '5:34 expected a whole number of at least 1, got 0'],
    ['a rate of zero', changed('rate: 0.1/s', 'rate: 0/s'), '15:39 expected a rate of more than 0, got 0/s'],
    ['a speed of zero', changed('slotsPerGpu: 4', 'speed: 0'), '6:18 expected a number above 0, got 0'],
    [
      'more GPUs than fit into memory',
      changed('nodes: 2', 'nodes: 1000000'),
      '5:34 the pool has 8000000 GPUs; at most 1000000 are supported',
    ],
    [
      'slots of whole GPUs',
      changed('nodes: 2', 'slotsPerGpu: 2'),
      '5:40 `slotsPerGpu` needs mode slots: in mode exclusive a task takes whole GPUs',
    ],
    ...(
      [
        [
          'sharing of whole GPUs',
          'sharing: {}',
          '6:20 `sharing` needs mode shared: in mode slots no GPU is shared',
        ],
        [
          'slots of a shared GPU',
          'mode: shared, slotsPerGpu: 2',
          '6:38 `slotsPerGpu` needs mode slots: in mode shared it is `sharing.maxConcurrency`',
        ],
        [
          'a gang of shared nodes',
          'mode: shared, spanNodes: true',
          '6:36 `spanNodes` needs mode exclusive: in mode shared a task stays on one node',
        ],
        [
          'slices of a shared GPU',
          'mode: shared, slicesPerGpu: 7',
          '6:39 `slicesPerGpu` needs mode exclusive: in mode shared no GPU is cut',
        ],
        [
          'a curve without points',
          'mode: shared, sharing: {curve: {}}',
          '6:42 a curve needs at least one point, for example {1: 1, 8: 4}',
        ],
        [
          'a curve from nobody on',
          'mode: shared, sharing: {curve: {0: 1}}',
          '6:43 key `0`: expected a concurrency: a whole number of at least 1',
        ],
        [
          'a curve between two tasks',
          'mode: shared, sharing: {curve: {1.5: 1}}',
          '6:43 key `1.5`: expected a concurrency: a whole number of at least 1',
        ],
        [
          'a curve that gets nothing done',
          'mode: shared, sharing: {curve: {1: 0}}',
          '6:46 expected a number above 0, got 0',
        ],
        [
          'more places than can be counted',
          'mode: shared, nodes: 2, sharing: {maxConcurrency: 600000}',
          '6:32 the pool has 1200000 places; at most 1000000 are supported',
        ],
      ] as const
    ).map(([what, pool, told]) => [what, changed('slotsPerGpu: 4', pool), told] as const),
    [
      'a stage of nothing',
      changed('{pool: gpus}', '{}'),
      '10:10 a stage needs a pool or a service: add `pool: NAME` or `service: NAME`',
    ],
    [
      'a stage of two things',
      changed('{pool: gpus}', '{pool: gpus, service: search}'),
      '10:32 a stage has either a pool or a service, not both',
    ],
    [
      'a step of nothing',
      changed('{stage: search}', '{name: a}'),
      '18:9 a step needs a stage or a delay: add `stage: NAME` or `delay: 5s`',
    ],
    [
      'a delay with work',
      changed('{stage: search}', '{delay: 1s, work: 2s}'),
      '18:27 a delay uses no resource, so it has no `work`',
    ],
    [
      'a step called end',
      changed('{stage: search}', '{stage: search, name: end}'),
      '18:31 `end` stands for leaving the system; choose another name',
    ],
    [
      'a disturbance without an effect',
      `${RIGHT}disturbances: [{service: search, at: 1m, for: 1m}]\n`,
      '23:16 a disturbance needs an effect: add `slowdown`, `errorRate` or `concurrency`',
    ],
    [
      'an SLO without a threshold',
      `${RIGHT}slos: [{metric: total.arrived}]\n`,
      '23:8 an SLO needs `atMost` or `atLeast`',
    ],
    ['another version', changed('version: 1', 'version: 2'), '1:10 expected 1, got 2'],
    [
      'no stages',
      changed(
        'stages:\n  train: {pool: gpus}\n  plan: {pool: lanes}\n  search: {service: search}',
        'stages: {}',
      ),
      '9:9 expected at least one stage, got a map',
    ],
    [
      'tenant and tenants',
      changed(
        '  chat:\n',
        '  chat: {tenant: a, tenants: {b: 1}, arrival: {process: poisson, rate: 1}, workflow: [{stage: search}]}\n  talk:\n',
      ),
      '14:30 a workload has either `tenant` or `tenants`, not both',
    ],
    [
      'a name that is none',
      changed('train: {pool', '2nd: {pool'),
      '10:3 key `2nd`: expected a name of letters, digits, "-", "_" and ".", at most 64, beginning with a letter',
    ],
  ];
  test.each(cases)('%s', (_what, text, told) => {
    expect(mistakes(text)[0]).toBe(told);
  });
});

describe('the JSON Schema', () => {
  const schema = z.toJSONSchema(scenarioSchema, { io: 'input' });

  test('covers every key, and describes it', () => {
    const described = Object.entries(schema.properties ?? {}).filter(
      ([, property]) => typeof property === 'object' && property.description !== undefined,
    );
    expect(described.map(([key]) => key)).toEqual([
      'version',
      'name',
      'description',
      'run',
      'pools',
      'network',
      'datasets',
      'services',
      'stages',
      'workloads',
      'disturbances',
      'policies',
      'variants',
      'slos',
    ]);
    expect(schema.required).toEqual(['version', 'name', 'stages', 'workloads']);
  });

  test('knows every policy and its parameters', () => {
    const text = JSON.stringify(schema.properties?.policies);
    for (const { name } of POLICIES) expect(text).toContain(`"${name}"`);
    expect(text).toContain('backoffRatio');
  });
});
