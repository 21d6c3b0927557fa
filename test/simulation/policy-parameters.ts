import fc from 'fast-check';

/** Whole quarters of a second make ties, which is where order matters. */
const seconds = (min: number, max: number) => fc.integer({ min: min * 4, max: max * 4 }).map((n) => n / 4);

/** What all preemption policies share; parameters of another mode are refused. */
const stopping: fc.Arbitrary<object> = fc.oneof(
  fc.record({
    checkpointInterval: fc.constantFrom(0, 0.5, 'inf'),
    checkpointCost: fc.constantFrom(0, 0.25),
    checkpointOnPreempt: fc.boolean(),
    resumeCost: fc.constantFrom(0, 0.5),
  }),
  fc.constantFrom({ mode: 'recompute', recomputeFraction: 0.5 }, { mode: 'swap' }),
  fc.record({ mode: fc.constantFrom('restart', 'restart-task', 'abort') }),
);
const guards = fc.record({
  victim: fc.constantFrom('lowest-priority', 'youngest', 'least-lost-work', 'most-checkpointed'),
  minRunTime: fc.constantFrom(0, 0.5),
  maxPreemptions: fc.integer({ min: 1, max: 4 }),
  cooldown: fc.constantFrom(0, 1),
});
const preempting = (own: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<object> =>
  fc.tuple(stopping, guards, fc.record(own)).map((parts) => Object.assign({}, ...parts) as object);

/** Parameters worth trying, by point and name; a policy that is not listed is tried with its defaults. */
export const PARAMETERS: Readonly<Record<string, fc.Arbitrary<object>>> = {
  'rollout/canary': fc.record({
    variant: fc.constant('other'),
    share: fc.constantFrom(0.2, 0.8),
    by: fc.constantFrom('user', 'tenant'),
  }),
  'admission/bounded-queue': fc.record({ capacity: fc.integer({ min: 1, max: 4 }) }),
  'admission/token-bucket': fc.record({
    rate: fc.constantFrom(0.5, 2),
    burst: fc.integer({ min: 1, max: 3 }),
    mode: fc.constantFrom('refuse', 'wait'),
    per: fc.constantFrom('global', 'tenant', 'workload'),
  }),
  'admission/leaky-bucket': fc.record({ rate: fc.constantFrom(0.5, 2), capacity: fc.nat(3) }),
  'admission/gcra': fc.record({
    rate: fc.constantFrom(0.5, 2),
    burst: fc.integer({ min: 1, max: 3 }),
    per: fc.constantFrom('global', 'tenant', 'workload', 'user'),
  }),
  'admission/hierarchical': fc.record({
    levels: fc.constantFrom(
      [
        { per: 'tenant', rate: 0.5, burst: 2, overrides: { t1: { rate: 1 } } },
        { per: 'global', rate: 1, burst: 3 },
      ],
      [
        { per: 'user', rate: 1, burst: 1 },
        { per: 'pool', rate: 0.5, burst: 2 },
        { per: 'workload', rate: 0.5, burst: 1 },
      ],
    ),
    mode: fc.constantFrom('refuse', 'wait'),
  }),
  'admission/cost-budget': fc
    .record({
      budgets: fc.constantFrom(
        { slots: 1 },
        { gpuSeconds: { rate: 0.5, burst: 3 } },
        { gpuSecondsInFlight: 3, slots: 3 },
      ),
      declared: fc.constantFrom({}, { w1: { gpuSeconds: 2, slots: 2, hold: 1 } }),
      estimator: fc.constantFrom('class-mean', 'rolling-quantile', 'noisy-oracle'),
      full: fc.constantFrom(
        { whenFull: 'reject' },
        { whenFull: 'queue' },
        { whenFull: 'queue', maxQueue: 2 },
        { whenFull: 'shed', maxQueue: 2 },
      ),
    })
    .map(({ budgets, full, ...rest }) => ({ ...budgets, ...full, ...rest })),
  'admission/deadline-feasibility': fc.record({
    margin: fc.constantFrom(0.5, 1, 2),
    estimator: fc.constantFrom('class-mean', 'rolling-quantile'),
    probeAfter: fc.constantFrom(0, 2),
  }),
  'admission/circuit-breaker': fc.record(
    {
      failureRateThreshold: fc.constantFrom(0.25, 1),
      slowCallRateThreshold: fc.constantFrom(0.5, 1),
      slowCallDurationThreshold: fc.constantFrom(1, 60),
      slidingWindowType: fc.constantFrom('count-based', 'time-based'),
      slidingWindowSize: fc.integer({ min: 1, max: 4 }),
      minimumNumberOfCalls: fc.integer({ min: 1, max: 4 }),
      waitDurationInOpenState: seconds(0.25, 3),
      exponentialBackoffMultiplier: fc.constantFrom(1, 2),
      exponentialMaxWaitDurationInOpenState: seconds(1, 4),
      permittedNumberOfCallsInHalfOpenState: fc.integer({ min: 1, max: 3 }),
      maxWaitDurationInHalfOpenState: fc.constantFrom(0, 1),
      automaticHalfOpen: fc.boolean(),
      per: fc.constantFrom('global', 'workload', 'tenant'),
      stage: fc.constant('s1'),
    },
    { requiredKeys: ['slidingWindowSize', 'waitDurationInOpenState'] },
  ),
  'admission/codel': fc.record({
    target: fc.constantFrom(0.25, 1),
    interval: fc.constantFrom(1, 3),
    variant: fc.constantFrom('rfc8289', 'controlled-delay-server'),
  }),
  'wip/stage': fc.record({ limit: fc.integer({ min: 1, max: 3 }) }),
  'wip/class': fc.record({ limit: fc.integer({ min: 1, max: 3 }), holds: fc.constantFrom('task', 'stage') }),
  'wip/tenant': fc.record({
    limit: fc.integer({ min: 1, max: 3 }),
    overrides: fc.constantFrom({}, { t1: 1 }),
    holds: fc.constantFrom('task', 'stage'),
  }),
  'wip/global': fc.record({ limit: fc.integer({ min: 1, max: 4 }), holds: fc.constantFrom('task', 'stage') }),
  'wip/hybrid': fc.oneof(
    fc.record({ global: fc.integer({ min: 1, max: 4 }), stages: fc.constantFrom({}, { s1: 1 }) }),
    fc.record({
      global: fc.integer({ min: 1, max: 4 }),
      holds: fc.constant('task'),
      classes: fc.constant({ w1: 1 }),
    }),
  ),
  'wip/soft': fc.record({
    limit: fc.integer({ min: 1, max: 3 }),
    burst: fc.integer({ min: 1, max: 2 }),
    burstBudget: fc.constantFrom(0.5, 4),
    recovery: fc.constantFrom(0, 0.5, 3),
    per: fc.constantFrom('global', 'stage', 'workload', 'tenant'),
  }),
  'wip/partitioned': fc.record({
    limit: fc.integer({ min: 1, max: 4 }),
    by: fc.constant('tenant'),
    partitions: fc.constantFrom({}, { t1: 0.5 }),
    holds: fc.constantFrom('task', 'stage'),
  }),
  'wip/fair-seats': fc.record({
    seats: fc.integer({ min: 1, max: 4 }),
    by: fc.constant('tenant'),
    levels: fc.constantFrom({}, { t1: { lendablePercent: 100 } }, { t1: { borrowingLimitPercent: 0 } }),
    adjustmentPeriod: fc.constantFrom(0.5, 10),
  }),
  'wip/cohort': fc.oneof(
    fc.record({
      by: fc.constant('tenant'),
      quotas: fc.constantFrom(
        { t1: { nominalQuota: 1 } },
        { t1: { nominalQuota: 2, lendingLimit: 1 }, t2: { nominalQuota: 1, borrowingLimit: 0 } },
      ),
      holds: fc.constantFrom('task', 'stage'),
      reclaim: fc.constantFrom('never', 'any'),
    }),
    fc.record({
      by: fc.constant('workload'),
      unit: fc.constant('gpus'),
      quotas: fc.constant({ w1: { nominalQuota: 3 } }),
    }),
  ),
  'concurrency/fixed': fc.record({ limit: fc.integer({ min: 1, max: 3 }) }),
  'concurrency/aimd': fc.constant({ initialLimit: 2, minLimit: 1, maxLimit: 5, timeout: 2 }),
  'concurrency/gradient2': fc.constant({ initialLimit: 2, minLimit: 1, maxLimit: 6 }),
  'concurrency/vegas': fc.record({
    initialLimit: fc.constant(2),
    maxLimit: fc.constant(6),
    probeMultiplier: fc.integer({ min: 1, max: 4 }),
  }),
  'concurrency/envoy-gradient': fc.record({
    maxLimit: fc.constant(6),
    minRttConcurrency: fc.integer({ min: 1, max: 2 }),
    minRttRequests: fc.integer({ min: 1, max: 4 }),
    minRttInterval: fc.constantFrom(2, 10),
    updateInterval: seconds(1, 3),
  }),
  'concurrency/multi-signal': fc.record({
    initialLimit: fc.constant(3),
    maxLimit: fc.constant(6),
    interval: seconds(1, 3),
    minSamples: fc.integer({ min: 1, max: 3 }),
    backoffRatio: fc.constantFrom(0.25, 0.9),
    latency: fc.constant({ threshold: 2 }),
    errorRate: fc.constant({}),
    toolFailureRate: fc.constant({}),
    memoryPressure: fc.constant({}),
  }),
  'ordering/ageing': fc.record({ interval: fc.constantFrom(0.5, 10) }),
  'ordering/sjf': fc.record({
    measure: fc.constantFrom('time', 'gpu-time'),
    errorCv: fc.constantFrom(0, 1),
  }),
  'ordering/srpt': fc.record({
    measure: fc.constantFrom('time', 'gpu-time'),
    errorCv: fc.constantFrom(0, 1),
  }),
  'ordering/las': fc.record({
    levels: fc.constantFrom([], [1], [0.5, 2]),
    measure: fc.constantFrom('time', 'gpu-time'),
  }),
  'ordering/gittins': fc.record({
    size: fc.constantFrom({ dist: 'exponential', mean: 1 }, { dist: 'hyperexponential', mean: 1, cv: 3 }, 2),
    sizes: fc.constantFrom({}, { w1: { dist: 'uniform', min: 0, max: 2 } }),
  }),
  'ordering/wfq': fc.record({
    by: fc.constant('tenant'),
    weights: fc.constantFrom({}, { t1: 3 }),
    cost: fc.constantFrom('gpu-time', 'time', 'tokens', 'request'),
  }),
  'ordering/drr': fc.record({
    by: fc.constant('workload'),
    weights: fc.constantFrom({}, { w1: 0.5 }),
    cost: fc.constantFrom('gpu-time', 'time', 'tokens', 'request'),
    quantum: fc.constantFrom(0.25, 1, 10),
  }),
  'ordering/drf': fc.record({ weights: fc.constantFrom({}, { t1: 2 }) }),
  'ordering/score': fc.record({
    weights: fc.constant({
      deadlineSlack: 1,
      value: 1,
      risk: 1,
      freshness: 1,
      waiting: 1,
      slaTier: 1,
      priority: 1,
    }),
    risks: fc.constant({ w1: 0.5 }),
    tenantTiers: fc.constant({ t1: 1 }),
    waitingScale: fc.constantFrom(1, 60),
  }),
  'ordering/adaptive-lifo': fc.record({ queueLength: fc.nat(2) }),
  'preemption/priority': preempting({ minGap: fc.constantFrom(0, 2) }),
  'preemption/quota': fc.oneof(
    preempting({ by: fc.constant('tenant'), quotas: fc.constantFrom({ t1: 1 }, { t1: 2, t2: 1 }) }),
    preempting({ by: fc.constant('workload'), shares: fc.constantFrom({ w1: 0.5 }, { w1: 1 }) }),
  ),
  'preemption/srpt': preempting({
    measure: fc.constantFrom('time', 'gpu-time'),
    errorCv: fc.constantFrom(0, 1),
  }),
  'preemption/attained': preempting({
    quantum: fc.constantFrom(0.25, 2),
    measure: fc.constantFrom('time', 'gpu-time'),
  }),
  'backpressure/watermark': fc.record(
    {
      high: fc.integer({ min: 2, max: 4 }),
      low: fc.nat(1),
      refuseEntry: fc.boolean(),
      hops: fc.integer({ min: 1, max: 2 }),
      hopDelay: fc.constantFrom(0, 0.25),
      escalation: fc.oneof(
        fc.record({ remedy: fc.constantFrom('preempt', 'degrade', 'shed'), after: seconds(1, 4) }),
        fc.record({
          remedy: fc.constant('scale-out'),
          after: seconds(1, 4),
          nodes: fc.integer({ min: 1, max: 2 }),
          provisionDelay: seconds(0, 2),
          holdFor: seconds(0, 4),
        }),
      ),
    },
    { requiredKeys: ['high', 'low', 'refuseEntry'] },
  ),
  'placement/best-fit': fc.record({ by: fc.constantFrom('gpus', 'resources') }),
  'placement/dot-product': fc.record({ ties: fc.constantFrom('lowest', 'random') }),
  'placement/gpu-clustering': fc.record({ levels: fc.constantFrom(1, 100) }),
  'placement/fragmentation-aware': fc.record({
    mix: fc.constantFrom('arrived', 'trace'),
    popularity: fc.constantFrom(0.5, 1),
    ties: fc.constantFrom('lowest', 'random'),
  }),
  'placement/heterogeneity-aware': fc.record({
    prefer: fc.constantFrom('comparative', 'fastest'),
    slowest: fc.constantFrom(0, 0.5),
  }),
  'backfill/greedy': fc.record({ depth: fc.constantFrom(2, 100) }),
  'backfill/easy': fc.record({ errorCv: fc.constantFrom(0, 1), overestimate: fc.constantFrom(0.5, 1, 3) }),
  'backfill/conservative': fc.record({
    errorCv: fc.constantFrom(0, 1),
    overestimate: fc.constantFrom(0.5, 1, 3),
  }),
  'preemption/refill': fc
    .record({
      by: fc.constantFrom('remaining', 'attained', 'priority'),
      measure: fc.constantFrom('time', 'gpu-time'),
      costs: stopping,
    })
    .map(({ costs, ...own }) => ({ ...own, ...costs })),
  'backpressure/credits': fc.record({
    credits: fc.integer({ min: 1, max: 4 }),
    returnDelay: fc.constantFrom(0, 0.25),
  }),
  'retry/fixed': fc.record({
    delay: seconds(0, 2),
    maxAttempts: fc.integer({ min: 1, max: 4 }),
    on: fc.constantFrom(['error'], ['error', 'rejected', 'timed-out'], ['timed-out']),
  }),
  'retry/exponential': fc.record({
    jitter: fc.constantFrom('none', 'full', 'equal', 'decorrelated'),
    on: fc.constantFrom(['error'], ['error', 'rejected', 'timed-out']),
  }),
  'retry/budget': fc.constantFrom(
    { grpc: { maxTokens: 3 } },
    { finagle: { ttl: 1, minRetriesPerSec: 1, percentCanRetry: 0.5 } },
    { finagle: { minRetriesPerSec: 0 }, on: ['error'] },
  ),
  'retry/dead-letter': fc.record({
    automatic: fc.constantFrom(0, 0.5, 1),
    automaticDelay: seconds(0, 2),
    reviewDelay: fc.constantFrom(0, 3, { dist: 'exponential', mean: 2 }),
    fixed: fc.constantFrom(0, 0.5, 1),
    maxReentries: fc.integer({ min: 1, max: 2 }),
    on: fc.constantFrom(['error'], ['error', 'rejected', 'timed-out']),
  }),
  'retry/hedge': fc.oneof(
    fc.record({ after: seconds(0, 3), maxFraction: fc.constantFrom(0.2, 1) }),
    fc.record({
      quantile: fc.constantFrom(0.5, 0.9),
      window: fc.constant(10),
      minSamples: fc.constant(2),
      maxFraction: fc.constant(1),
    }),
  ),
  'scaling/reactive': fc.record({
    target: fc.constantFrom(0.3, 0.7),
    interval: seconds(1, 3),
    downWindow: fc.constantFrom(0, 4),
    upNodes: fc.integer({ min: 1, max: 2 }),
  }),
  'scaling/queue-length': fc.record({
    perNode: fc.constantFrom(0.5, 2),
    count: fc.constantFrom('units', 'waiting-units', 'waiting-tasks'),
    interval: seconds(1, 3),
    downWindow: fc.constantFrom(0, 4),
  }),
  'scaling/scheduled': fc.record({
    period: fc.constant(10),
    schedule: fc.constantFrom(
      [{ at: 2, nodes: 3 }],
      [
        { at: 0, nodes: 1 },
        { at: 5, nodes: 4 },
      ],
    ),
    interval: seconds(1, 3),
  }),
  'scaling/predictive': fc.record({
    interval: seconds(1, 2),
    season: fc.constantFrom(0, 10),
    downWindow: fc.constantFrom(0, 4),
  }),
  'deadlines/drop': fc.record({ slack: fc.constantFrom(-1, 0, 0.5) }),
  'deadlines/fallback': fc.record({ fraction: fc.constantFrom(0, 0.5, 1) }),
  'deadlines/escalate': fc.oneof(
    fc.record({ slack: fc.constantFrom(0, 2), boost: fc.constantFrom(0.5, 3) }),
    fc.record({ fraction: fc.constantFrom(0, 0.5), priority: fc.integer({ min: 0, max: 3 }) }),
  ),
};
