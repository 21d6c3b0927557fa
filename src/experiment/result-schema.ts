/**
 * The schema of the result document: what `wipsim schema result` prints, and what a program may check a document
 * with. The compiler holds it against the document's types, so the two cannot drift apart.
 */
import { z } from 'zod';
import type { RunSeries } from '../metrics/measures.js';
import { PHASES } from '../metrics/measures.js';
import { RESULT_VERSION, type ResultDocument } from './document.js';

const byName = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value);

export const estimateSchema = z
  .strictObject({
    mean: z.number(),
    ci_low: z.number().nullable(),
    ci_high: z.number().nullable(),
  })
  .describe(
    'Mean over replications with its two-sided 95% Student-t interval; null bounds for one replication.',
  )
  .meta({ id: 'estimate' });

function measuresSchema<Leaf>(leaf: z.ZodType<Leaf>, kind: string) {
  const named = <Keys extends string>(...keys: Keys[]) =>
    Object.fromEntries(keys.map((key) => [key, leaf])) as Record<Keys, typeof leaf>;
  const summary = z
    .strictObject(named('count', 'mean', 'p50', 'p90', 'p95', 'p99', 'p999', 'max'))
    .describe('Quantiles are good to 0.5%; all 0 where nothing was recorded.')
    .meta({ id: `${kind}-summary` });
  const phases = Object.fromEntries(PHASES.map((phase) => [`${phase}_s`, summary.exactOptional()])) as {
    [Phase in (typeof PHASES)[number] as `${Phase}_s`]: z.ZodExactOptional<typeof summary>;
  };
  const group = z
    .strictObject({
      ...named('arrived', 'completed', 'completed_in_time', 'rejected', 'timed_out', 'cancelled'),
      ...named('dead_lettered', 'refusals', 'failures', 'retries', 'preemptions', 'interruptions'),
      ...named('hedges', 'completed_fallback', 'escalations', 'deadline_drops'),
      ...named('duplicate_side_effects', 'dead_letter_entries', 'dead_letter_returns'),
      ...named('throughput_hz', 'goodput_hz', 'reject_fraction', 'timeout_fraction'),
      latency_s: summary,
      ttft_s: summary.exactOptional().describe('Time to first token, of requests to LLM servers.'),
      tpot_s: summary.exactOptional().describe('Time per token after the first.'),
      phases: z
        .strictObject(phases)
        .describe('Where the time went, of completed tasks; only phases that can occur.'),
      starvation: z.strictObject(named('longest_wait_s', 'waited_over_10x_service_fraction', 'speed')),
      ...named('mean_in_system'),
      cost: z
        .strictObject(
          named(
            'usd',
            'penalty_usd',
            'per_completed_task_usd',
            'per_million_prompt_tokens_usd',
            'per_million_output_tokens_usd',
            'per_million_tokens_usd',
          ),
        )
        .describe('Its share of what the pools cost, by the GPU-time that it held.'),
    })
    .describe('Tasks that arrived after the warm-up.')
    .meta({ id: `${kind}-group` });
  const stage = z.strictObject({
    ...named('arrived', 'completed', 'refused', 'throughput_hz'),
    wait_s: summary,
    ...named('waited_fraction'),
    service_s: summary,
    blocked_s: summary,
    sojourn_s: summary,
    ...named('mean_queue_length', 'max_queue_length', 'mean_in_progress', 'max_in_progress'),
  });
  const pool = z.strictObject({
    ...named('gpus'),
    utilisation: z.strictObject(named('busy', 'idle', 'down', 'wasted')),
    ...named(
      'unallocatable_gpus',
      'fragmentation',
      'gpu_hours',
      'busy_gpu_hours',
      'wasted_gpu_hours',
      'mean_nodes',
      'max_nodes',
      'billed_gpu_hours',
      'cost_usd',
      'idle_cost_usd',
      'wasted_cost_usd',
      'down_cost_usd',
      'starting_cost_usd',
      'reserved_cost_usd',
      'spot_cost_usd',
      'on_demand_cost_usd',
    ),
  });
  const serving = z
    .strictObject({
      ...named('replicas', 'requests'),
      ttft_s: summary,
      tpot_s: summary,
      request_s: summary,
      ...named('prompt_tokens_hz', 'output_tokens_hz', 'tokens_per_gpu_hz', 'cached_prompt_fraction'),
      ...named('evictions', 'recomputed_tokens', 'swapped_tokens', 'kv_fraction', 'kv_peak_fraction'),
      ...named('mean_batch', 'mean_iteration_s'),
      ...named('cost_per_million_tokens_usd', 'cost_per_million_output_tokens_usd'),
    })
    .describe('Of the LLM servers of a batching pool.');
  const service = z.strictObject({
    ...named('calls', 'errors', 'error_fraction', 'mean_busy', 'utilisation', 'mean_waiting'),
    latency_s: summary,
  });
  return z.strictObject({
    ...named('window_s', 'events'),
    total: group,
    workloads: byName(group),
    tenants: byName(group),
    stages: byName(stage),
    pools: byName(pool),
    serving: byName(serving),
    services: byName(service),
    links: byName(z.strictObject(named('utilisation', 'peak_utilisation', 'carried_bytes'))).describe(
      'Links of the interconnect; empty without a network.',
    ),
    data: byName(z.strictObject(named('uses', 'hits', 'hit_fraction', 'fetched_bytes'))).describe(
      'Data sets; empty without a network.',
    ),
    limits: byName(z.strictObject(named('mean', 'min', 'max', 'last'))),
    arms: z
      .strictObject({ base: group.exactOptional(), canary: group.exactOptional() })
      .describe('By the two policy sets of a rollout; empty without one.'),
    policies: byName(byName(leaf)).describe('What policies say of themselves.'),
    ...named('deadlocks', 'stuck_tasks'),
    fairness: z.strictObject(named('jain_speed', 'jain_completed_share')),
    cost: z.strictObject({
      ...named('total_usd', 'idle_usd', 'wasted_usd', 'down_usd', 'starting_usd'),
      ...named('reserved_usd', 'spot_usd', 'on_demand_usd', 'penalty_usd'),
      ...named('per_completed_task_usd', 'completed_value_usd'),
    }),
  });
}

const numbers = z.array(z.number());

const seriesSchema = z
  .strictObject({
    bin_s: z.number(),
    bins: z.int(),
    queue_length: byName(numbers),
    in_progress: byName(numbers),
    in_system: numbers,
    oldest_wait_s: byName(numbers),
    busy: byName(numbers),
    nodes: byName(numbers),
    nodes_coming: byName(numbers),
    nodes_leaving: byName(numbers),
    unallocatable_gpus: byName(numbers),
    fragmented_gpus: byName(numbers),
    limit: byName(numbers),
    arrived: numbers,
    completed: numbers,
    rejected: numbers,
    latency_p99_s: numbers,
  })
  .describe('Of the first replication, warm-up included: an entry per bin.') satisfies z.ZodType<RunSeries>;

export const sloSchema = z.strictObject({
  name: z.string(),
  metric: z.string().describe('Path into the measures.'),
  comparison: z.enum(['at_most', 'at_least']),
  threshold: z.number(),
  estimate: estimateSchema,
  met: z.boolean().describe('Whether the mean keeps the threshold.'),
  certain: z.boolean().describe('Whether the whole interval agrees with `met`.'),
});

const count = z.int().min(0);

export const policyUseSchema = z.strictObject({
  point: z.string(),
  policy: z.string(),
  arm: z.literal('canary').exactOptional().describe('Where it holds for the tasks of a rollout alone.'),
  file: z.string().exactOptional().describe('Of a policy of the user’s own.'),
  at: z.array(z.string()).describe('Stages, workloads or pools; empty: everywhere.'),
  parameters: z.record(z.string(), z.unknown()),
});

/** What a document says of its scenario. */
export const scenarioSchema = z.strictObject({
  name: z.string(),
  description: z.string(),
  hash: z.string().describe('Equal for scenarios whose runs from one seed are equal.'),
  variant: z.string().nullable(),
});

export const warmupSchema = z.strictObject({ method: z.enum(['fixed', 'mser-5']), length_s: z.number() });

export const resultSchema = z.strictObject({
  format: z.literal('wipsim-result'),
  version: z.literal(RESULT_VERSION),
  scenario: scenarioSchema,
  seed: z.string(),
  policies: z.array(policyUseSchema),
  replications: z.strictObject({ planned: count, finished: count }),
  interrupted: z.boolean(),
  warmup: warmupSchema,
  estimates: measuresSchema(estimateSchema, 'estimated'),
  runs: z.array(measuresSchema(z.number(), 'run')).describe('Each finished replication, in order.'),
  series: seriesSchema,
  latency_curves: byName(
    z.strictObject({
      fraction: numbers.describe('Cumulative, ascending.'),
      latency_s: numbers.describe('At those fractions.'),
    }),
  ).describe('By workload, all replications pooled.'),
  effective_tasks: byName(
    z.strictObject({
      tasks: count.describe('Completed, in all replications.'),
      for_mean: z.number().nullable().describe('Independent tasks that would say as much of the mean.'),
      for_p99: z.number().nullable().describe('And of the p99.'),
    }),
  ).describe('By workload: what its completed tasks are worth, since they wait together.'),
  slos: z.array(sloSchema),
  deadlocks: z
    .array(
      z.strictObject({
        replication: count.describe('From 0.'),
        at_s: z.number(),
        cycle: z.array(z.string()).describe('Who holds what and waits for what.'),
      }),
    )
    .describe('The first few of all replications, in order.'),
  traces: z.array(
    z.strictObject({
      workload: z.string(),
      file: z.string(),
      rows: count,
      bad_rows: count,
      bad_row_examples: z.array(z.string()),
    }),
  ),
  checks: z.strictObject({ conservation: z.literal('held'), littles_law_max_error: z.number() }),
  warnings: z.array(z.string()),
}) satisfies z.ZodType<ResultDocument>;
