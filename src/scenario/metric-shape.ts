/**
 * The measures that a scenario will have, as a tree of units with the names of its stages, pools and so on filled in,
 * so that a path into the results is known to be right before anything is run.
 */
import type {
  DataMeasures,
  GroupMeasures,
  LimitMeasures,
  LinkMeasures,
  PHASES,
  PoolMeasures,
  RunMeasures,
  ServiceMeasures,
  ServingMeasures,
  StageMeasures,
  Summary,
} from '../metrics/measures.js';
import {
  parseBytes,
  parseDurationS,
  parseFraction,
  parseRateHz,
  parseUsdPerHour,
} from '../units/quantity.js';
import { nearest } from './suggest.js';

export type MetricUnit = 'count' | 's' | 'Hz' | 'fraction' | 'USD' | 'GPU h' | 'bytes';

/** The measures' own types with a unit in the place of every number; the compiler keeps the two alike. */
type ShapeOf<T> = T extends number ? MetricUnit : { [Key in keyof T]-?: ShapeOf<T[Key]> };

export type MetricShape = MetricUnit | { readonly [name: string]: MetricShape };

const durations: ShapeOf<Summary> = {
  count: 'count',
  mean: 's',
  p50: 's',
  p90: 's',
  p95: 's',
  p99: 's',
  p999: 's',
  max: 's',
};

type Phase = (typeof PHASES)[number];

export interface MeasuredNames {
  readonly workloads: readonly string[];
  readonly tenants: readonly string[];
  readonly stages: readonly string[];
  readonly pools: readonly string[];
  /** Pools with LLM servers. */
  readonly serving: readonly string[];
  readonly services: readonly string[];
  /** Links that are measured. */
  readonly links: readonly string[];
  readonly dataSets: readonly string[];
  /** Stages with a concurrency limit. */
  readonly limited: readonly string[];
  /** Policy sets of a rollout, if there is one. */
  readonly arms: readonly string[];
  /** Phases of a task's time that can occur. */
  readonly phases: readonly Phase[];
}

export function metricShape(names: MeasuredNames): MetricShape {
  const group: Omit<ShapeOf<GroupMeasures>, 'phases' | 'ttft_s' | 'tpot_s'> & {
    phases: MetricShape;
    ttft_s?: MetricShape;
    tpot_s?: MetricShape;
  } = {
    arrived: 'count',
    completed: 'count',
    completed_in_time: 'count',
    rejected: 'count',
    timed_out: 'count',
    cancelled: 'count',
    dead_lettered: 'count',
    refusals: 'count',
    failures: 'count',
    retries: 'count',
    preemptions: 'count',
    interruptions: 'count',
    hedges: 'count',
    completed_fallback: 'count',
    escalations: 'count',
    deadline_drops: 'count',
    duplicate_side_effects: 'count',
    dead_letter_entries: 'count',
    dead_letter_returns: 'count',
    throughput_hz: 'Hz',
    goodput_hz: 'Hz',
    reject_fraction: 'fraction',
    timeout_fraction: 'fraction',
    latency_s: durations,
    ...(names.serving.length === 0 ? {} : { ttft_s: durations, tpot_s: durations }),
    phases: Object.fromEntries(names.phases.map((phase) => [`${phase}_s`, durations])),
    starvation: { longest_wait_s: 's', waited_over_10x_service_fraction: 'fraction', speed: 'fraction' },
    mean_in_system: 'count',
    cost: {
      usd: 'USD',
      penalty_usd: 'USD',
      per_completed_task_usd: 'USD',
      per_million_prompt_tokens_usd: 'USD',
      per_million_output_tokens_usd: 'USD',
      per_million_tokens_usd: 'USD',
    },
  };
  const all = <Each>(of: readonly string[], each: Each): { [name: string]: Each } =>
    Object.fromEntries(of.map((name) => [name, each]));
  const shape: { [Key in keyof RunMeasures]: MetricShape } = {
    window_s: 's',
    events: 'count',
    total: group,
    workloads: all(names.workloads, group),
    tenants: all(names.tenants, group),
    stages: all(names.stages, STAGE),
    pools: all(names.pools, POOL),
    serving: all(names.serving, SERVING),
    services: all(names.services, SERVICE),
    links: all(names.links, LINK),
    data: all(names.dataSets, DATA),
    limits: all(names.limited, LIMIT),
    arms: all(names.arms, group),
    // What a policy says of itself is known only when it runs.
    policies: {},
    deadlocks: 'count',
    stuck_tasks: 'count',
    fairness: FAIRNESS,
    cost: COST,
  };
  return shape;
}

const STAGE = {
  arrived: 'count',
  completed: 'count',
  refused: 'count',
  throughput_hz: 'Hz',
  wait_s: durations,
  waited_fraction: 'fraction',
  service_s: durations,
  blocked_s: durations,
  sojourn_s: durations,
  mean_queue_length: 'count',
  max_queue_length: 'count',
  mean_in_progress: 'count',
  max_in_progress: 'count',
} as const satisfies ShapeOf<StageMeasures>;

const POOL = {
  gpus: 'count',
  utilisation: { busy: 'fraction', idle: 'fraction', down: 'fraction', wasted: 'fraction' },
  unallocatable_gpus: 'count',
  fragmentation: 'fraction',
  gpu_hours: 'GPU h',
  busy_gpu_hours: 'GPU h',
  wasted_gpu_hours: 'GPU h',
  mean_nodes: 'count',
  max_nodes: 'count',
  billed_gpu_hours: 'GPU h',
  cost_usd: 'USD',
  idle_cost_usd: 'USD',
  wasted_cost_usd: 'USD',
  down_cost_usd: 'USD',
  starting_cost_usd: 'USD',
  reserved_cost_usd: 'USD',
  spot_cost_usd: 'USD',
  on_demand_cost_usd: 'USD',
} as const satisfies ShapeOf<PoolMeasures>;

const SERVING = {
  replicas: 'count',
  requests: 'count',
  ttft_s: durations,
  tpot_s: durations,
  request_s: durations,
  prompt_tokens_hz: 'Hz',
  output_tokens_hz: 'Hz',
  tokens_per_gpu_hz: 'Hz',
  cached_prompt_fraction: 'fraction',
  evictions: 'count',
  recomputed_tokens: 'count',
  swapped_tokens: 'count',
  kv_fraction: 'fraction',
  kv_peak_fraction: 'fraction',
  mean_batch: 'count',
  mean_iteration_s: 's',
  cost_per_million_tokens_usd: 'USD',
  cost_per_million_output_tokens_usd: 'USD',
} as const satisfies ShapeOf<ServingMeasures>;

const SERVICE = {
  calls: 'count',
  errors: 'count',
  error_fraction: 'fraction',
  mean_busy: 'count',
  utilisation: 'fraction',
  mean_waiting: 'count',
  latency_s: durations,
} as const satisfies ShapeOf<ServiceMeasures>;

const LINK = {
  utilisation: 'fraction',
  peak_utilisation: 'fraction',
  carried_bytes: 'bytes',
} as const satisfies ShapeOf<LinkMeasures>;

const DATA = {
  uses: 'count',
  hits: 'count',
  hit_fraction: 'fraction',
  fetched_bytes: 'bytes',
} as const satisfies ShapeOf<DataMeasures>;

const LIMIT = {
  mean: 'count',
  min: 'count',
  max: 'count',
  last: 'count',
} as const satisfies ShapeOf<LimitMeasures>;

const FAIRNESS = {
  jain_speed: 'fraction',
  jain_completed_share: 'fraction',
} as const satisfies ShapeOf<RunMeasures['fairness']>;

const COST = {
  total_usd: 'USD',
  idle_usd: 'USD',
  wasted_usd: 'USD',
  down_usd: 'USD',
  starting_usd: 'USD',
  reserved_usd: 'USD',
  spot_usd: 'USD',
  on_demand_usd: 'USD',
  penalty_usd: 'USD',
  per_completed_task_usd: 'USD',
  completed_value_usd: 'USD',
} as const satisfies ShapeOf<RunMeasures['cost']>;

export type MetricLookup =
  | { readonly keys: readonly string[]; readonly unit: MetricUnit }
  | { readonly message: string; readonly expected: string[]; readonly suggestion?: string };

/**
 * Follows `workloads.chat.latency_s.p99`. Names may hold dots themselves, so at each level the longest key that
 * fits is taken.
 */
export function findMetric(shape: MetricShape, metric: string): MetricLookup {
  const keys: string[] = [];
  let at = shape;
  let rest: string | null = metric;
  while (typeof at !== 'string') {
    const options: string[] = Object.keys(at);
    if (rest === null)
      return {
        message: `\`${metric}\` is a group of measures, not one of them: add ${options[0] ?? 'a name'}`,
        expected: options,
      };
    const here: string = rest;
    const key = longest(options.filter((option) => here === option || here.startsWith(`${option}.`)));
    if (key === undefined) return unknownKey(shape, keys, here, options);
    keys.push(key);
    at = at[key]!;
    rest = here === key ? null : here.slice(key.length + 1);
  }
  if (rest !== null)
    return {
      message: `\`${keys.join('.')}\` is a number; nothing can follow it`,
      expected: [],
      suggestion: keys.join('.'),
    };
  return { keys, unit: at };
}

const longest = (words: readonly string[]): string | undefined =>
  words.reduce<string | undefined>(
    (best, word) => (best === undefined || word.length > best.length ? word : best),
    undefined,
  );

function unknownKey(
  shape: MetricShape,
  before: readonly string[],
  rest: string,
  options: readonly string[],
): MetricLookup {
  const [word = '', ...after] = rest.split('.');
  const where = before.length === 0 ? 'the measures have' : `\`${before.join('.')}\` has`;
  const message =
    before[0] === 'policies'
      ? 'what a policy says of itself is known only when it runs, so it cannot be an SLO'
      : options.length === 0
        ? `there are no ${before.join('.')} in this scenario`
        : `${where} no \`${word}\``;
  const near = nearest(word, options);
  if (near === undefined) return { message, expected: [...options] };
  const corrected = [...before, near, ...after].join('.');
  // One correction may show the next mistake; then the part that is right so far is the better hint.
  const next = findMetric(shape, corrected);
  const suggestion = 'unit' in next ? corrected : (next.suggestion ?? [...before, near].join('.'));
  return { message, expected: [...options], suggestion };
}

const EXAMPLE: Readonly<Record<MetricUnit, string>> = {
  s: 'a duration, for example 30s',
  Hz: 'a rate, for example 5/s',
  fraction: 'a fraction, for example 5%',
  USD: 'an amount, for example $20',
  count: 'a number',
  'GPU h': 'a number of GPU-hours',
  bytes: 'a size, for example 2TB',
};

/** A threshold in the metric's unit, or what was expected instead. */
export function parseThreshold(
  written: number | string,
  unit: MetricUnit,
): number | { readonly expected: string } {
  const value = typeof written === 'number' ? written : parseAs(written, unit);
  return value === undefined || !Number.isFinite(value) ? { expected: EXAMPLE[unit] } : value;
}

function parseAs(text: string, unit: MetricUnit): number | undefined {
  switch (unit) {
    case 's':
      return parseDurationS(text);
    case 'Hz':
      return parseRateHz(text);
    case 'fraction':
      return parseFraction(text);
    case 'bytes':
      return parseBytes(text);
    case 'USD':
      return parseUsdPerHour(text);
    default:
      return text.trim() === '' ? undefined : Number(text);
  }
}
