import { describe, expect, test } from 'vitest';
import type { TraceTable } from '../../src/model/trace-table.js';
import { changed, mistakes, RIGHT } from './mistakes.js';

const TRACE = `{trace: {file: jobs.csv, columns: {arrival: t, work: w, gpus: g}}}`;
const JOBS = 'arrival: {process: poisson, rate: 1/min}';
const table = (given: Partial<TraceTable> = {}): TraceTable => ({
  rows: 2,
  arrivalS: Float64Array.of(0, 60),
  workS: Float64Array.of(10, 10),
  gpus: Int32Array.of(1, 8),
  tenantNames: [],
  ...given,
});
const loaded = (given: Partial<TraceTable> = {}) => new Map([['jobs', { table: table(given) }]]);

test('the right scenario has no problems', () => {
  expect(mistakes(RIGHT)).toEqual([]);
});

test('all mistakes are told at once, in the order of the file', () => {
  const text = changed('pool: gpus', 'pool: gpu', changed('{stage: search}', '{stage: serch}'));
  expect(mistakes(text)).toEqual([
    '10:17 unknown pool `gpu` -> gpus',
    '18:17 unknown stage `serch` -> search',
  ]);
});

describe('names that do not exist', () => {
  const cases: readonly (readonly [what: string, text: string, told: string])[] = [
    ['pool', changed('pool: lanes', 'pool: lane'), '11:16 unknown pool `lane` -> lanes'],
    ['service', changed('{service: search}', '{service: find}'), '12:21 unknown service `find`'],
    ['stage', changed('stage: plan', 'stage: plane'), '17:17 unknown stage `plane` -> plan'],
    ['step', changed('work: 2s', 'work: 2s, next: serch'), '17:39 unknown step `serch` -> search'],
    [
      'step of a branch',
      changed('work: 2s', 'work: 2s, next: [{to: serch}]'),
      '17:45 unknown step `serch` -> search',
    ],
    [
      'service of a disturbance',
      `${RIGHT}disturbances: [{service: serch, at: 0, for: 1m, slowdown: 2}]\n`,
      '23:26 unknown service `serch` -> search',
    ],
    [
      'workload of an admission policy',
      `${RIGHT}policies: {admission: {policy: bounded-queue, at: chats}}\n`,
      '23:51 unknown workload `chats` -> chat',
    ],
    [
      'stage of a concurrency limit, in a list',
      `${RIGHT}policies: {concurrency: [{policy: aimd, at: [plan, serch]}]}\n`,
      '23:52 unknown stage `serch` -> search',
    ],
    [
      'pool of a placement',
      `${RIGHT}policies: {placement: {policy: best-fit, at: gpu}}\n`,
      '23:46 unknown pool `gpu` -> gpus',
    ],
    [
      'stage in the parameters of a WIP limit',
      `${RIGHT}policies: {wip: {policy: stage, limits: {trian: 3}}}\n`,
      '23:42 unknown stage `trian` -> train',
    ],
    [
      'tenant in the parameters of a WIP limit',
      `${RIGHT}policies: {wip: {policy: tenant, overrides: {defaults: 3}}}\n`,
      '23:46 unknown tenant `defaults` -> default',
    ],
    [
      'name in a variant that is not the one asked for',
      `${RIGHT}variants: {a: {retry: {policy: fixed, at: job}}}\n`,
      '23:43 unknown workload `job` -> jobs',
    ],
  ];
  test.each(cases)('%s', (_what, text, told) => {
    expect(mistakes(text)).toEqual([told]);
  });

  test('a variant that is asked for', () => {
    const text = `${RIGHT}variants: {tuned: {ordering: lifo}}\n`;
    expect(mistakes(text, { variant: 'tuned' })).toEqual([]);
    expect(mistakes(text, { variant: 'tune' })).toEqual(['23:11 unknown variant `tune` -> tuned']);
    expect(mistakes(RIGHT, { variant: 'tune' })).toEqual([
      '1:1 unknown variant `tune`; there are no variants',
    ]);
  });
});

describe('workflows', () => {
  test('a loop without a way out is impossible', () => {
    expect(mistakes(changed('{stage: search}', '{stage: search, next: plan}'))).toEqual([
      '18:31 a task that is here never leaves: no way leads from `plan`, `search` to `end` with a probability above 0',
    ]);
  });

  test('a way out of probability 0 is none; any other is one', () => {
    const loop = (p: string) =>
      changed('{stage: search}', `{stage: search, next: [{to: plan}, {to: end, probability: ${p}}]}`);
    expect(mistakes(loop('0'))).toHaveLength(1);
    expect(mistakes(loop('1%'))).toEqual([]);
  });

  test('probabilities add up to 1, rounding forgiven', () => {
    const branches = (...p: readonly string[]) =>
      mistakes(
        changed(
          '{stage: search}',
          `{stage: search, next: [${p.map((x) => `{to: end${x === '' ? '' : `, probability: ${x}`}}`).join(', ')}]}`,
        ),
      );
    expect(branches('0.1', '0.2', '0.7')).toEqual([]);
    expect(branches('0.1', '')).toEqual([]);
    expect(branches('0.5', '0.4')).toEqual(['18:31 the probabilities add up to 0.9; expected 1']);
    expect(branches('0.7', '40%', '')).toEqual(['18:31 the probabilities add up to 1.1; expected 1']);
    expect(branches('', '')).toEqual([
      '18:31 only one branch may leave out its probability and get the rest; 2 do',
    ]);
  });

  test('a step name is given once', () => {
    const text = changed(
      'work: 2s',
      'work: 2s, name: a',
      changed('{stage: search}', '{stage: search, name: a}'),
    );
    expect(mistakes(text)).toEqual(['18:31 duplicate step name `a`']);
  });

  test('a step at a pool needs work; at a service the latency of the service is enough', () => {
    expect(mistakes(changed('{stage: plan, work: 2s}', '{stage: plan}'))).toEqual([
      '17:9 missing key `work`: stage `plan` is a pool’s, so its steps need one',
    ]);
  });

  test('delays alone are no workflow', () => {
    expect(mistakes(changed('{stage: train, work: 2 min, gpus: 4}', '{delay: 5s}'))).toEqual([
      '22:7 a workflow of delays alone uses nothing: add a step with a stage',
    ]);
  });
});

describe('gangs', () => {
  test('larger than a node can never start; spanning nodes helps up to the whole pool', () => {
    const gang = (gpus: number) => changed('gpus: 4', `gpus: ${gpus}`);
    expect(mistakes(gang(9))).toEqual([
      '22:43 9 gpus at once, but a node of pool `gpus` has 8 GPUs: it could never start; `spanNodes: true` lets a gang use several nodes',
    ]);
    const spanning = (gpus: number) =>
      changed('gpusPerNode: 8', 'gpusPerNode: 8, spanNodes: true', gang(gpus));
    expect(mistakes(spanning(16))).toEqual([]);
    expect(mistakes(spanning(17))).toEqual([
      '22:43 17 gpus at once, but pool `gpus` has 16 GPUs in all: it could never start',
    ]);
  });

  test('slots are counted by node too', () => {
    expect(mistakes(changed('work: 2s', 'work: 2s, slots: 4'))).toEqual([]);
    expect(mistakes(changed('work: 2s', 'work: 2s, slots: 5'))).toEqual([
      '17:40 5 slots at once, but a node of pool `lanes` has 4 slots: it could never start',
    ]);
  });

  test('gpus belong to exclusive pools, slots to slots pools, and services have neither', () => {
    expect(mistakes(changed('work: 2s', 'work: 2s, gpus: 2'))).toEqual([
      '17:33 pool `lanes` is in mode slots, where a step takes slots -> slots',
    ]);
    expect(mistakes(changed('gpus: 4', 'slots: 4'))).toEqual([
      '22:37 pool `gpus` is in mode exclusive, where a step takes gpus -> gpus',
    ]);
    const shared = changed('slotsPerGpu: 4', 'mode: shared');
    expect(mistakes(shared)).toEqual([]);
    for (const key of ['gpus', 'slots'])
      expect(mistakes(changed('work: 2s', `work: 2s, ${key}: 1`, shared))).toEqual([
        `17:33 pool \`lanes\` is in mode shared, where every step takes one place: it has no ${key}`,
      ]);
    expect(mistakes(changed('{stage: search}', '{stage: search, gpus: 1}'))).toEqual([
      '18:25 stage `search` is a service’s, which has no gpus',
    ]);
  });
});

describe('traces', () => {
  test('`trace` without a trace, or without the column', () => {
    expect(mistakes(changed('work: 2 min, gpus: 4', 'work: trace, gpus: trace'))).toEqual([
      '22:30 `trace` needs a workload that replays one: `arrival: {trace: ...}`',
      '22:43 `trace` needs a workload that replays one: `arrival: {trace: ...}`',
    ]);
    const text = changed(
      JOBS,
      `arrival: ${TRACE.replace(', gpus: g', '')}`,
      changed('gpus: 4', 'gpus: trace'),
    );
    expect(mistakes(text, { traces: loaded() })).toEqual([
      '22:43 the trace has no `gpus`: name its column in `arrival.trace.columns`',
    ]);
  });

  test('a gang of the trace that is larger than a node, once the trace is read', () => {
    const text = changed(JOBS, `arrival: ${TRACE}`, changed('gpus: 4', 'gpus: trace'));
    expect(mistakes(text, { traces: null })).toEqual([]);
    expect(mistakes(text, { traces: loaded() })).toEqual([]);
    expect(mistakes(text, { traces: loaded({ gpus: Int32Array.of(64, 1) }) })).toEqual([
      '22:43 the trace’s largest gang needs 64 gpus, but a node of pool `gpus` has 8 GPUs: it could never start',
    ]);
  });

  test('what the trace gives is not given again', () => {
    const text = changed(JOBS, `tenant: acme\n    arrival: ${TRACE.replace('gpus: g', 'tenant: who')}`);
    expect(mistakes(text, { traces: null })).toEqual([
      '20:5 `tenant` is given twice: the trace has it in a column; leave out one of the two',
    ]);
  });

  test('tenants of a trace are known only once it is read', () => {
    const traced = changed(JOBS, `arrival: ${TRACE.replace('gpus: g', 'tenant: who')}`);
    const text = `${traced}policies: {wip: {policy: tenant, overrides: {acme: 3}}}\nslos: [{metric: tenants.acme.arrived, atLeast: 1}]\n`;
    const traces = (...tenantNames: string[]) => loaded({ tenant: Int32Array.of(0, 0), tenantNames });
    expect(mistakes(text, { traces: null })).toEqual([]);
    expect(mistakes(text, { traces: traces('acme') })).toEqual([]);
    expect(mistakes(text, { traces: traces('acne') })).toEqual([
      '23:46 unknown tenant `acme` -> acne',
      '24:17 `tenants` has no `acme` -> tenants.acne.arrived',
    ]);
  });
});

describe('tokens', () => {
  test('work by tokens needs tokens of that kind', () => {
    const text = changed('work: 2s', 'work: {tokens: {perPromptToken: 1ms, perOutputToken: 20ms}}');
    expect(mistakes(changed('  chat:\n', '  chat:\n    promptTokens: 100\n', text))).toEqual([
      '18:76 the workload’s tasks have no tokens of this kind: give it `outputTokens`',
    ]);
  });
});

describe('the run', () => {
  test('ends', () => {
    expect(mistakes(changed('run: {duration: 1h}', 'run: {seed: 7}'))).toEqual([
      '3:6 the run would never end: workload `chat` sends tasks for ever; add `duration` or `tasks`',
    ]);
    expect(mistakes(changed('run: {duration: 1h}', 'run: {tasks: 100}'))).toEqual([]);
  });

  test('ends with its traces where every workload replays one', () => {
    const [head] = RIGHT.split('  chat:');
    const text =
      `${head}  jobs:\n    arrival: ${TRACE}\n    workflow: [{stage: train, work: trace}]\n`.replace(
        'run: {duration: 1h}',
        'run: {warmup: 1 min}',
      );
    expect(mistakes(text, { traces: null })).toEqual([]);
    expect(mistakes(text, { traces: loaded() })).toEqual([
      '3:15 the warm-up (60 s) must end before the last arrival of the trace (60 s)',
    ]);
  });

  test('measures something: the warm-up is shorter than the duration', () => {
    expect(mistakes(changed('duration: 1h', 'duration: 1h, warmup: 60 min'))).toEqual([
      '3:29 the warm-up (3600 s) must be shorter than the duration (3600 s)',
    ]);
    expect(mistakes(changed('duration: 1h', 'duration: 1h, warmup: auto'))).toEqual([]);
  });
});

describe('closed loops in which the clock would stand still', () => {
  const closed = (text: string, from = RIGHT) =>
    changed(
      'arrival: {process: poisson, rate: 0.1/s}',
      'arrival: {process: closed, users: 3, think: 0}',
      from,
    ).replace('work: 2s', text);

  test('no time to think is fine while the work takes time', () => {
    expect(mistakes(closed('work: 2s'))).toEqual([]);
  });

  test('neither thinking nor work takes time', () => {
    expect(mistakes(closed('work: 0', changed('latency: 300ms', 'latency: 0')))).toEqual([
      '15:49 the users neither think nor does their work take time: the clock would stand still',
    ]);
  });

  test('a refusal that is answered at once', () => {
    const told = (by: string) =>
      `15:49 users who do not think send again at once when ${by} refuses them, for ever at the same instant; give them a time to think`;
    expect(mistakes(`${closed('work: 2s')}policies: {admission: bounded-queue}\n`)).toEqual([
      told('admission `bounded-queue`'),
    ]);
    expect(
      mistakes(closed('work: 2s', changed('{pool: lanes}', '{pool: lanes, queue: {capacity: 2}}'))),
    ).toEqual([told('the full queue of stage `plan`')]);
  });
});

describe('stages that share a pool', () => {
  const shared = changed('pool: lanes', 'pool: gpus');

  test('need the same ordering', () => {
    expect(mistakes(`${shared}policies:\n  ordering: [{policy: lifo, at: train}]\n`)).toEqual([
      '24:14 stages `train` and `plan` share pool `gpus`, so they need the same ordering; got lifo and fifo',
    ]);
    expect(mistakes(`${shared}policies:\n  ordering: lifo\n`)).toEqual([]);
  });

  test('with the same parameters', () => {
    const ageing = (interval: string) =>
      `${shared}policies:\n  ordering: [{policy: ageing, at: train}, {policy: ageing, at: plan, interval: ${interval}}]\n`;
    expect(mistakes(ageing('1 min'))).toEqual([]);
    expect(mistakes(ageing('2 min'))).toHaveLength(1);
  });

  test('would deadlock where one holds the other back', () => {
    const both = changed('{stage: search}', '{stage: train, work: 1s}', shared);
    const blocking = changed(
      '{pool: gpus}\n  plan',
      '{pool: gpus, queue: {capacity: 3, whenFull: block}}\n  plan',
      both,
    );
    expect(mistakes(blocking)).toEqual([
      '10:54 this would deadlock: tasks of workload `chat` come here from stage `plan` of the same pool `gpus` and, held back, keep the places that this queue waits for',
    ]);
    expect(mistakes(blocking.replace('block', 'refuse'))).toEqual([]);
    expect(
      mistakes(
        blocking.replace('- {stage: train, work: 1s}', '- {delay: 1s}\n      - {stage: train, work: 1s}'),
      ),
    ).toEqual([]);
  });
});

describe('SLOs', () => {
  const slo = (text: string) => mistakes(`${RIGHT}slos:\n  - {${text}}\n`);

  test.each([
    ['total.latency_s.p99', '30s'],
    ['workloads.chat.latency_s.p99', '30'],
    ['stages.plan.wait_s.p95', '1 min'],
    ['pools.gpus.utilisation.busy', '80%'],
    ['tenants.default.throughput_hz', '5/s'],
    ['cost.total_usd', '$20'],
    ['workloads.jobs.phases.queue_s.mean', '2s'],
  ])('%s at most %s', (metric, threshold) => {
    expect(slo(`metric: ${metric}, atMost: ${threshold}`)).toEqual([]);
  });

  test('a metric that does not exist', () => {
    expect(slo('metric: workloads.chta.latency.p99, atMost: 30s')).toEqual([
      '24:14 `workloads` has no `chta` -> workloads.chat.latency_s.p99',
    ]);
    expect(slo('metric: p99, atMost: 30s')).toEqual(['24:14 the measures have no `p99`']);
    expect(slo('metric: total.latency_s, atMost: 30s')).toEqual([
      '24:14 `total.latency_s` is a group of measures, not one of them: add count',
    ]);
  });

  test('measures of a concurrency limit exist where there is one', () => {
    const text = `${RIGHT}policies: {concurrency: {policy: aimd, at: plan}}\nslos:\n`;
    expect(mistakes(`${text}  - {metric: limits.plan.mean, atLeast: 3}\n`)).toEqual([]);
    expect(mistakes(`${text}  - {metric: limits.train.mean, atLeast: 3}\n`)).toEqual([
      '25:14 `limits` has no `train`',
    ]);
  });

  test('a threshold in the wrong unit', () => {
    expect(slo('metric: total.latency_s.p99, atMost: 5%')).toEqual([
      '24:43 expected a duration, for example 30s, because the metric is in s',
    ]);
  });
});

describe('limits that keep a run from having no end, or no memory', () => {
  test.each<[string, RegExp]>([
    ['rollout: {policy: canary, variant: v, share: 1%, decide: {every: 1us}}', /at least 0\.001, got 1us/],
    ['wip: {policy: fair-seats, adjustmentPeriod: 1us}', /at least 0\.001/],
    ['concurrency: {policy: multi-signal, errorRate: {}, interval: 1us}', /at least 0\.001/],
    ['concurrency: {policy: envoy-gradient, updateInterval: 1us}', /at least 0\.001/],
    ['preemption: {policy: attained, quantum: 1us}', /at least 0\.001/],
    ['preemption: {policy: priority, checkpointInterval: 1us}', /expected 0 or a duration of at least 1ms/],
    ['admission: {policy: circuit-breaker, slidingWindowSize: 10000000}', /at most 1000000/],
    ['admission: {policy: cost-budget, slots: 1, window: 10000000}', /at most 100000/],
    ['backpressure: {policy: watermark, escalation: {remedy: scale-out, nodes: 10000000}}', /at most 10000/],
  ])('%s', (policies, told) => {
    const text = `${RIGHT}variants: {v: {}}\npolicies: {${policies}}\n`;
    const found = mistakes(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toMatch(told);
  });

  test('two rollouts cannot both hold', () => {
    const canary = '{policy: canary, variant: v, share: 1%}';
    const text = `${RIGHT}variants: {v: {}}\npolicies: {rollout: [none, ${canary}, ${canary}]}\n`;
    expect(mistakes(text)).toEqual([expect.stringMatching(/only one rollout can hold/)]);
  });
});
