/**
 * What one run measures: a tree of plain numbers, the same shape in every replication of a scenario, so that
 * replications are combined leaf by leaf. Field names are those of the result document and carry their units.
 */

import type { CostMeasures } from './cost.js';

/** Of a streaming histogram; quantiles are good to 0.5%. All 0 where nothing was recorded. */
export interface Summary {
  count: number;
  mean: number;
  p50: number;
  p90: number;
  p95: number;
  p99: number;
  p999: number;
  max: number;
}

export interface TaskCounts {
  arrived: number;
  completed: number;
  /** Completed before the deadline; equal to completed where there is none. */
  completed_in_time: number;
  /** Tasks refused for good. */
  rejected: number;
  /** Tasks that gave up waiting or ran into their time-out. */
  timed_out: number;
  cancelled: number;
  dead_lettered: number;
  /** Attempts refused, those tried again included. */
  refusals: number;
  /** Attempts that failed, those tried again included. */
  failures: number;
  retries: number;
  preemptions: number;
  /** Times that tasks were stopped because their node failed or was to go. */
  interruptions: number;
  /** Second copies sent of hedged tasks. */
  hedges: number;
  /** Completed on the fallback path; part of `completed`. */
  completed_fallback: number;
  /** Tasks whose priority was raised for their deadline. */
  escalations: number;
  /** Cancelled for their deadline; part of `cancelled`. */
  deadline_drops: number;
  /** Non-idempotent steps begun again after they had begun before. */
  duplicate_side_effects: number;
  /** Entries into the dead-letter queue, and returns from it. */
  dead_letter_entries: number;
  dead_letter_returns: number;
}

/** The phases that a task's time in the system is split into; every second belongs to exactly one. */
export const PHASES = [
  'admission',
  'queue',
  'work',
  'call',
  'delay',
  'blocked',
  'checkpoint',
  'suspended',
  'backoff',
  'review',
  'transfer',
] as const;

export type Phase = (typeof PHASES)[number];

/**
 * Of one workload or tenant. Counts are of what happened in the measured window; latency and phases are of completed
 * tasks that arrived in it.
 */
export interface GroupMeasures extends TaskCounts {
  throughput_hz: number;
  goodput_hz: number;
  reject_fraction: number;
  timeout_fraction: number;
  /** From arrival to completion, of completed tasks. */
  latency_s: Summary;
  /**
   * Of requests to LLM servers, where the scenario has any: time to first token, from when the client sent the task (at
   * later steps: from when it came to the stage), and time per token after the first.
   */
  ttft_s?: Summary;
  tpot_s?: Summary;
  /** The phases of the same tasks; only those that can occur. */
  phases: { [phase in Phase as `${phase}_s`]?: Summary };
  starvation: {
    /** Longest time from arrival to first start, those still waiting included. */
    longest_wait_s: number;
    /** Share of completed tasks that waited longer than 10 times their service. */
    waited_over_10x_service_fraction: number;
    /** Mean of service time over mean of latency: 1 means never waited. */
    speed: number;
  };
  /** Average number in the system over the measured window. */
  mean_in_system: number;
  cost: CostMeasures;
}

export interface StageMeasures {
  arrived: number;
  completed: number;
  /** Tasks turned away by a full queue. */
  refused: number;
  throughput_hz: number;
  /** Waits in the queue of tasks that were served, zeros included. */
  wait_s: Summary;
  /** Share of those that did not start at once. */
  waited_fraction: number;
  /** From start to end of service, interruptions left out. */
  service_s: Summary;
  /** Time spent finished but held back by a full stage downstream. */
  blocked_s: Summary;
  /** From entering the stage to leaving it. */
  sojourn_s: Summary;
  mean_queue_length: number;
  max_queue_length: number;
  mean_in_progress: number;
  max_in_progress: number;
}

export interface PoolMeasures {
  gpus: number;
  /**
   * Fractions of the GPU-time of the window; busy + idle + down = 1. Busy includes wasted: work that was lost or came
   * to nothing, and the saving, loading and recomputing of states. Down: out of service, in repair or maintenance, or
   * taking nobody in before it; a spot node that was taken away is in none of them.
   */
  utilisation: { busy: number; idle: number; down: number; wasted: number };
  /** Average number of GPUs free while the next task of the line does not fit. */
  unallocatable_gpus: number;
  /**
   * Part of the free GPU-time that a task drawn from the requests so far could not use, in the mean (Weng et al., USENIX
   * ATC 2023); from samples over the run. 0 in pools without gangs and shares.
   */
  fragmentation: number;
  gpu_hours: number;
  busy_gpu_hours: number;
  wasted_gpu_hours: number;
  /** Nodes in service. */
  mean_nodes: number;
  max_nodes: number;
  /** GPU-hours of nodes from their order until they are gone. */
  billed_gpu_hours: number;
  cost_usd: number;
  /** Free GPUs, nodes that drain, reservations that are not used. */
  idle_cost_usd: number;
  wasted_cost_usd: number;
  /** Nodes out of service, though there. */
  down_cost_usd: number;
  /** Nodes on their way into service. */
  starting_cost_usd: number;
  /** The cost by price. */
  reserved_cost_usd: number;
  spot_cost_usd: number;
  on_demand_cost_usd: number;
}

/** Of the LLM servers of a batching pool. Tokens per second are those of all replicas together. */
export interface ServingMeasures {
  replicas: number;
  /** Requests that were done. */
  requests: number;
  /** From when a request came to the stage to its first token; not at a decode pool. */
  ttft_s: Summary;
  /** Time per token after the first, of requests that were done here; not at a prefill pool. */
  tpot_s: Summary;
  /** From when a request came to the stage to its last token here. */
  request_s: Summary;
  /** Of prompts: tokens read (again after an eviction) or found in the prefix cache. */
  prompt_tokens_hz: number;
  output_tokens_hz: number;
  /** Both, by GPU. */
  tokens_per_gpu_hz: number;
  /** Share of the prompt tokens that were in the prefix cache. */
  cached_prompt_fraction: number;
  /** Times that a replica put a request out of its batch for want of memory. */
  evictions: number;
  /** Tokens whose KV was lost to evictions and preemptions and had to be computed again. */
  recomputed_tokens: number;
  swapped_tokens: number;
  /** Share of the KV memory that running requests hold, on average and at most; 0 where memory has no bound. */
  kv_fraction: number;
  kv_peak_fraction: number;
  /** Requests at a replica while it iterates, on average. */
  mean_batch: number;
  mean_iteration_s: number;
  /** Of the pool, over prompt and output tokens, and over output tokens alone. */
  cost_per_million_tokens_usd: number;
  cost_per_million_output_tokens_usd: number;
}

export interface ServiceMeasures {
  calls: number;
  errors: number;
  error_fraction: number;
  /** Average calls being served (without those waiting inside). */
  mean_busy: number;
  /** mean_busy over the concurrency; 0 where that is unlimited. */
  utilisation: number;
  mean_waiting: number;
  /** Waiting inside the service included. */
  latency_s: Summary;
}

export interface LinkMeasures {
  /** Share of its capacity in use, on average and at most. */
  utilisation: number;
  peak_utilisation: number;
  carried_bytes: number;
}

export interface DataMeasures {
  /** Times that a task was about to read it on a node; a gang counts on each of its nodes. */
  uses: number;
  /** Those where the node had it already. */
  hits: number;
  hit_fraction: number;
  /** What came over the interconnect. */
  fetched_bytes: number;
}

export interface LimitMeasures {
  mean: number;
  min: number;
  max: number;
  last: number;
}

export interface RunMeasures {
  /** Length of the measured window: from the end of the warm-up to the end of the run. */
  window_s: number;
  /** Events handled in the whole run, warm-up included. */
  events: number;
  /** All tasks together. */
  total: GroupMeasures;
  workloads: { [name: string]: GroupMeasures };
  tenants: { [name: string]: GroupMeasures };
  stages: { [name: string]: StageMeasures };
  pools: { [name: string]: PoolMeasures };
  /** The batching ones among the pools. */
  serving: { [pool: string]: ServingMeasures };
  services: { [name: string]: ServiceMeasures };
  /** Links of the interconnect, and data sets; empty where the scenario has no network. */
  links: { [name: string]: LinkMeasures };
  data: { [name: string]: DataMeasures };
  /** Adaptive concurrency limits over time, by stage. */
  limits: { [stage: string]: LimitMeasures };
  /** By the two policy sets of a rollout; empty without one. */
  arms: { [arm in 'base' | 'canary']?: GroupMeasures };
  /** What policies say of themselves, by `point/name`, with `-2`, `-3`, ... where one is used several times. */
  policies: { [policy: string]: { [measure: string]: number } };
  /** Times that tasks held what each other waited for. */
  deadlocks: number;
  /** Tasks left in the system when nothing could happen any more. */
  stuck_tasks: number;
  fairness: {
    /** Jain's index over tenants of speed (service time over latency). */
    jain_speed: number;
    /** Jain's index over tenants of completed over arrived. */
    jain_completed_share: number;
  };
  cost: {
    total_usd: number;
    idle_usd: number;
    wasted_usd: number;
    /** Nodes out of service, though there. */
    down_usd: number;
    /** Nodes on their way into service. */
    starting_usd: number;
    reserved_usd: number;
    spot_usd: number;
    on_demand_usd: number;
    /** For tasks that were late or not completed; not part of the total. */
    penalty_usd: number;
    per_completed_task_usd: number;
    completed_value_usd: number;
  };
}

/** Averages over equal bins of the whole run (warm-up included) for charts. Every array has `bins` entries. */
export interface RunSeries {
  bin_s: number;
  bins: number;
  /** Average number waiting, by stage. */
  queue_length: { [stage: string]: number[] };
  /** Average number in progress, by stage. */
  in_progress: { [stage: string]: number[] };
  /** Average number in the system. */
  in_system: number[];
  /** Age of the longest-waiting task at the end of each bin, by stage, seconds. */
  oldest_wait_s: { [stage: string]: number[] };
  /** Fraction of the pool's GPUs busy. */
  busy: { [pool: string]: number[] };
  /** Average number of nodes in service, ordered, and leaving, by pool; only pools that are scaled. */
  nodes: { [pool: string]: number[] };
  nodes_coming: { [pool: string]: number[] };
  nodes_leaving: { [pool: string]: number[] };
  /** GPUs free while the next task does not fit, by pool; only pools with gangs or shares. */
  unallocatable_gpus: { [pool: string]: number[] };
  /** Free GPUs at the end of each bin that a task like those so far could not use, by pool; only such pools. */
  fragmented_gpus: { [pool: string]: number[] };
  /** Concurrency limit at the end of each bin, by stage. */
  limit: { [stage: string]: number[] };
  /** Tasks in each bin. */
  arrived: number[];
  completed: number[];
  rejected: number[];
  /** p99 latency of the tasks completed in each bin, seconds; 0 where there are none. */
  latency_p99_s: number[];
}

/** The latency distribution for charts: value at each cumulative fraction, seconds, ascending. */
export interface LatencyCurve {
  fraction: number[];
  latency_s: number[];
}
