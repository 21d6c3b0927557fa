/** Random small scenarios for properties: any system, any workloads, every policy of the registry. */
import fc from 'fast-check';
import { POLICY_POINTS, type PolicyPoint } from '../../src/policies/definition.js';
import { POLICIES } from '../../src/policies/registry.js';
import type { ScenarioObject } from './observe.js';
import { PARAMETERS } from './policy-parameters.js';

const POOLS = ['p1', 'p2'] as const;
const STAGES = ['s1', 's2', 's3'] as const;
const WORKLOADS = ['w1', 'w2', 'w3'] as const;
const TENANTS = ['t1', 't2'] as const;

const rarely = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 3 });
const often = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 1 });
const seconds = (min: number, max: number) => fc.integer({ min: min * 4, max: max * 4 }).map((n) => n / 4);

/** Whole quarters of a second make ties, which is where order matters. */
const duration = (min: number, max: number) =>
  fc.oneof(
    seconds(min, max),
    seconds(Math.max(min, 0.25), max).map((mean) => ({ dist: 'exponential', mean })),
  );

const price = rarely(fc.constant(1));
const scaling = rarely(
  fc.record({
    min: fc.nat(1),
    max: fc.constant(4),
    provision: fc.constantFrom<unknown>(0, 2, { dist: 'exponential', mean: 3 }),
  }),
);

/** Often enough to matter, and seldom enough that work gets done in the end. */
const repaired = { mtbf: duration(4, 30), repair: duration(0, 4) };
const failures = fc
  .record(
    {
      node: fc.record({ ...repaired, whileIdle: fc.boolean() }),
      gpu: fc.record(repaired),
      rack: fc.record(repaired),
      spot: fc.record({ mtbf: duration(4, 30), notice: seconds(0, 2), back: duration(0, 4) }),
      stragglers: fc.oneof(
        fc.record({ fraction: fc.constant(0.5), slowdown: fc.constant(2) }),
        fc.record({ mtbf: duration(2, 20), for: duration(0, 9), slowdown: fc.constantFrom(2, 3) }),
      ),
      maintenance: fc.record({
        every: seconds(6, 20),
        for: duration(0, 3),
        drain: fc.constantFrom(0, 1, 4, 'inf'),
      }),
    },
    { requiredKeys: [] },
  )
  .map((sources) => (Object.keys(sources).length === 0 ? undefined : sources));

const checkpoint = fc.oneof(
  fc.constant({ every: 0 }),
  fc.record({ every: seconds(0.5, 2), cost: seconds(0, 1), restore: seconds(0, 1) }),
);

const pool = fc.oneof(
  fc.record({
    nodes: fc.integer({ min: 1, max: 2 }),
    slotsPerGpu: fc.integer({ min: 1, max: 3 }),
    price,
    scaling,
  }),
  fc.record({
    mode: fc.constant('exclusive'),
    nodes: fc.integer({ min: 1, max: 3 }),
    gpusPerNode: fc.integer({ min: 1, max: 2 }),
    spanNodes: fc.boolean(),
    price,
    scaling,
    schedulingInterval: fc.constantFrom(0, 0, 1),
  }),
  fc.record({
    mode: fc.constant('exclusive'),
    groups: fc.constantFrom({ old: { nodes: 1 }, new: { nodes: 2, gpusPerNode: 2, speed: 2 } }),
    nodesPerRack: fc.constantFrom(1, 2),
    spanNodes: fc.constant(true),
    slicesPerGpu: fc.constantFrom(1, 4),
    price,
    scaling: rarely(fc.constant({ max: 5, provision: 2, group: 'new' })),
  }),
  fc.record({
    mode: fc.constant('shared'),
    nodes: fc.integer({ min: 1, max: 2 }),
    gpusPerNode: fc.integer({ min: 1, max: 2 }),
    sharing: fc.constantFrom({}, { maxConcurrency: 2 }, { curve: { 1: 1, 3: 2, 6: 1 }, maxConcurrency: 4 }),
    price,
    scaling,
  }),
  // Small enough that memory is short at times and some requests fit nowhere.
  fc.record({
    mode: fc.constant('batching'),
    nodes: fc.integer({ min: 1, max: 2 }),
    serving: fc.record({
      kvTokens: fc.integer({ min: 24, max: 60 }),
      blockTokens: fc.constantFrom(1, 4),
      maxBatch: fc.integer({ min: 1, max: 4 }),
      tokenBudget: fc.integer({ min: 4, max: 16 }),
      prefill: fc.constantFrom('chunked', 'whole'),
      prefixCache: fc.boolean(),
      timing: fc.constant({
        batch: { 0: 0.125, 1: 0.125, 4: 0.25 },
        perKvToken: 0.001,
        perPrefillToken: 0.03125,
      }),
    }),
  }),
);

interface PoolEntry {
  readonly mode?: string;
  readonly nodes?: number;
  readonly gpusPerNode?: number;
  readonly slotsPerGpu?: number;
  readonly spanNodes?: boolean;
}

const service = fc.record(
  {
    latency: duration(0, 3),
    concurrency: fc.integer({ min: 1, max: 3 }),
    errorRate: fc.constantFrom(0, 0.2),
  },
  { requiredKeys: ['latency'] },
);

const queue = fc.record({ capacity: fc.nat(3), whenFull: fc.constantFrom('refuse', 'block') });

const arrival = fc.oneof(
  fc.constantFrom(0.5, 1, 2).map((rate) => ({ process: 'poisson', rate })),
  fc.record({
    process: fc.constant('deterministic'),
    interval: seconds(0.25, 3),
    batch: fc.integer({ min: 1, max: 4 }),
  }),
  fc.constant({
    process: 'mmpp',
    states: [
      { rate: 5, sojourn: 2 },
      { rate: 0, sojourn: 3 },
    ],
  }),
  fc.record({
    process: fc.constant('closed'),
    users: fc.integer({ min: 1, max: 5 }),
    think: duration(0.5, 3),
  }),
);

interface Step {
  readonly where: number;
  readonly work: unknown;
  readonly units: number;
  readonly errorRate: number;
  readonly back: number;
  readonly isDelay: boolean;
  readonly idempotent: boolean;
}

const step: fc.Arbitrary<Step> = fc.record({
  where: fc.nat(2),
  work: duration(0, 3),
  units: fc.integer({ min: 1, max: 3 }),
  errorRate: fc.constantFrom(0, 0, 0.25),
  back: fc.constantFrom(0, 0, 0.3),
  isDelay: fc.constantFrom(false, false, false, true),
  idempotent: fc.boolean(),
});

const workload = fc.record(
  {
    arrival,
    steps: fc.array(step, { minLength: 1, maxLength: 3 }),
    priority: fc.nat(3),
    patience: duration(0, 5),
    timeout: duration(1, 15),
    deadline: seconds(1, 10),
    tenants: fc.constant({ t1: 1, t2: 2 }),
    tenant: fc.constantFrom(...TENANTS),
    memory: fc.constantFrom('1 GiB', '3 GiB'),
    fallback: fc.array(step, { minLength: 1, maxLength: 2 }),
  },
  { requiredKeys: ['arrival', 'steps', 'priority', 'tenant'] },
);

const use = (point: PolicyPoint, name: string): fc.Arbitrary<object> =>
  (PARAMETERS[`${point}/${name}`] ?? fc.constant({})).map((parameters) => ({ policy: name, ...parameters }));

const namesAt = (point: PolicyPoint): string[] =>
  POLICIES.filter((policy) => policy.point === point).map(({ name }) => name);

export type PolicyUses = Readonly<Partial<Record<PolicyPoint, object>>>;

/** Any set of policies; those of `forced` for certain. */
export function policiesWith(
  forced: Readonly<Partial<Record<PolicyPoint, string>>>,
): fc.Arbitrary<PolicyUses> {
  const at = (point: PolicyPoint): fc.Arbitrary<object | undefined> => {
    const name = forced[point];
    if (name !== undefined) return use(point, name);
    return often(fc.oneof(...namesAt(point).map((one) => use(point, one))));
  };
  return fc
    .record(Object.fromEntries(POLICY_POINTS.map((point) => [point, at(point)])))
    .map((uses) => Object.fromEntries(Object.entries(uses).filter(([, policy]) => policy !== undefined)));
}

const system = fc.record({
  pools: fc.array(pool, { minLength: 1, maxLength: 2 }),
  service: rarely(service),
  stages: fc.array(fc.record({ on: fc.nat(2), queue: rarely(queue) }), { minLength: 1, maxLength: 3 }),
  workloads: fc.array(workload, { minLength: 1, maxLength: 3 }),
  disturbance: rarely(
    fc.record({ at: seconds(0, 10), for: seconds(1, 10), slowdown: fc.constant(4), concurrency: fc.nat(1) }),
  ),
  /** What a rollout may try. */
  other: fc.constantFrom(
    {},
    { wip: { policy: 'global', limit: 1 }, admission: { policy: 'bounded-queue', capacity: 1 } },
    { concurrency: { policy: 'fixed', limit: 1 }, retry: { policy: 'fixed', on: ['rejected', 'error'] } },
  ),
  run: fc.record({
    tasks: fc.integer({ min: 1, max: 60 }),
    drain: fc.constantFrom(true, false, 5),
    seed: fc.nat(1000),
  }),
});

type System = typeof system extends fc.Arbitrary<infer Value> ? Value : never;

/** A scenario without policies. */
export const smallSystem: fc.Arbitrary<ScenarioObject> = system.map(scenarioOf);

/** The same where nodes fail. It ends at a time: what fails more often than it gets done would go on for ever. */
export const failingSystem: fc.Arbitrary<ScenarioObject> = fc
  .record({
    small: smallSystem,
    failing: fc.record({ failures: often(failures), checkpoint: often(checkpoint) }),
    nodesPerRack: fc.integer({ min: 1, max: 2 }),
    lost: rarely(fc.record({ at: duration(1, 20).map((every) => ({ every })), for: seconds(0.5, 4) })),
    surge: rarely(fc.record({ at: seconds(0, 20), for: seconds(1, 20), rate: fc.constantFrom(0, 0.5, 2.5) })),
  })
  .map(({ small, failing, nodesPerRack, lost, surge }) => {
    const pools = small.pools as Readonly<Record<string, object>>;
    const open = Object.entries(small.workloads).find(
      ([, workload]) => (workload as { arrival: { process: string } }).arrival.process !== 'closed',
    );
    return {
      ...small,
      run: { ...(small.run as object), duration: 60, drain: 5 },
      pools: Object.fromEntries(
        Object.entries(pools).map(([name, pool]) => [name, { ...pool, nodesPerRack, ...failing }]),
      ),
      disturbances: [
        ...((small.disturbances ?? []) as object[]),
        ...(lost === undefined ? [] : [{ pool: 'p1', nodes: 1, ...lost }]),
        ...(surge === undefined || open === undefined ? [] : [{ workload: open[0], ...surge }]),
      ],
    };
  });

function scenarioOf({
  pools,
  service: tool,
  stages,
  workloads,
  disturbance,
  other,
  run,
}: System): ScenarioObject {
  const resources = [
    ...pools.map((_, index) => ({ pool: POOLS[index]! })),
    ...(tool === undefined ? [] : [{ service: 'tool' }]),
  ];
  const placed = stages.map(({ on, queue: room }) => ({
    ...resources[on % resources.length]!,
    ...(room === undefined ? {} : { queue: room }),
  }));
  return {
    version: 1,
    name: 'small',
    run,
    variants: { other },
    pools: Object.fromEntries(pools.map((entry, index) => [POOLS[index]!, entry])),
    ...(tool === undefined ? {} : { services: { tool } }),
    ...(tool === undefined || disturbance === undefined
      ? {}
      : { disturbances: [{ service: 'tool', ...disturbance }] }),
    stages: Object.fromEntries(placed.map((entry, index) => [STAGES[index]!, entry])),
    workloads: Object.fromEntries(
      workloads.map(({ steps, fallback, tenant, tenants, ...rest }, index) => [
        WORKLOADS[index]!,
        {
          ...rest,
          ...(tenants === undefined ? { tenant } : { tenants }),
          workflow: steps.map((one, at) => stepOf(one, at, steps.length, placed, pools)),
          ...(fallback === undefined
            ? {}
            : { fallback: fallback.map((one, at) => stepOf(one, at, fallback.length, placed, pools)) }),
        },
      ]),
    ),
  };
}

function stepOf(
  { where, work, units, errorRate, back, isDelay, idempotent }: Step,
  index: number,
  steps: number,
  stages: readonly ({ readonly pool: string } | { readonly service: string })[],
  pools: readonly PoolEntry[],
): object {
  const name = `step${index}`;
  const onward = index + 1 < steps ? `step${index + 1}` : 'end';
  const next = back === 0 ? {} : { next: [{ to: 'step0', probability: back }, { to: onward }] };
  // The first step has a stage, so that a workflow is never of delays alone.
  if (isDelay && index > 0) return { name, delay: work, ...next };

  const at = where % stages.length;
  const stage = STAGES[at]!;
  const on = stages[at]!;
  if (!('pool' in on)) return { name, stage, errorRate, idempotent, ...next };
  const { mode, nodes = 1, gpusPerNode = 1, slotsPerGpu = 1, spanNodes } = pools[on.pool === 'p1' ? 0 : 1]!;
  const most = spanNodes === true ? nodes * gpusPerNode : gpusPerNode * slotsPerGpu;
  if (mode === 'batching')
    return {
      name,
      stage,
      prompt: 4 * units,
      output: { dist: 'uniform', min: 1, max: 12 },
      context: isDelay ? 'kept' : 'none',
      errorRate,
      idempotent,
      ...next,
    };
  return {
    name,
    stage,
    work,
    ...(mode === 'shared' ? {} : { [mode === 'exclusive' ? 'gpus' : 'slots']: Math.min(units, most) }),
    errorRate,
    idempotent,
    ...next,
  };
}
