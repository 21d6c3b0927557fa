/**
 * The result document: what `wipsim run --json` writes and what reports are made from. It holds nothing of the
 * wall clock or the machine: the same scenario, policies and seed give the same bytes.
 */
import type { LatencyCurve, RunMeasures, RunSeries } from '../metrics/measures.js';

export const RESULT_VERSION = 1;

/**
 * A mean over replications with its two-sided 95% Student-t interval; the bounds are null for one replication. Quantiles
 * of latency, by workload and in total, are those of all replications' tasks together, with Woodruff's interval.
 */
export interface Estimate {
  mean: number;
  ci_low: number | null;
  ci_high: number | null;
}

/** The same tree with every number replaced. */
export type Mapped<T, Leaf> = T extends number ? Leaf : { [K in keyof T]: Mapped<T[K], Leaf> };

export interface SloOutcome {
  name: string;
  /** Path into the measures, for example `workloads.chat.latency_s.p99`. */
  metric: string;
  comparison: 'at_most' | 'at_least';
  threshold: number;
  estimate: Estimate;
  /** Whether the mean keeps the threshold. */
  met: boolean;
  /** Whether the whole interval agrees with `met`; false also for one replication. */
  certain: boolean;
}

export interface PolicyUse {
  point: string;
  policy: string;
  /** Where it holds for the tasks that a rollout picks, and differs from the others'. */
  arm?: 'canary';
  /** Of a policy of the user's own: its file as the scenario names it. */
  file?: string;
  /** Names of the stages, workloads or pools; empty: everywhere. */
  at: string[];
  parameters: Record<string, unknown>;
}

/** Tasks that held what each other waited for. */
export interface DeadlockReport {
  /** From 0. */
  replication: number;
  at_s: number;
  /** Who holds what and waits for what, a sentence each; the last waits for what the first holds. */
  cycle: string[];
}

/**
 * Independent tasks that would say as much: those that wait in one queue wait together. Roughly known: from five
 * replications within a factor of about three. Null for one replication.
 */
export interface EffectiveTasks {
  tasks: number;
  for_mean: number | null;
  for_p99: number | null;
}

export interface TraceReport {
  workload: string;
  file: string;
  rows: number;
  bad_rows: number;
  /** The first few bad rows in words. */
  bad_row_examples: string[];
}

export interface ResultDocument {
  format: 'wipsim-result';
  version: typeof RESULT_VERSION;
  scenario: { name: string; description: string; hash: string; variant: string | null };
  seed: string;
  policies: PolicyUse[];
  replications: { planned: number; finished: number };
  interrupted: boolean;
  warmup: { method: 'fixed' | 'mser-5'; length_s: number };
  estimates: Mapped<RunMeasures, Estimate>;
  /** Each finished replication's own numbers, in order. */
  runs: RunMeasures[];
  /** Of the first replication. */
  series: RunSeries;
  /** By workload, all replications pooled. */
  latency_curves: { [workload: string]: LatencyCurve };
  /** What the completed tasks of all replications are worth, by workload. */
  effective_tasks: { [workload: string]: EffectiveTasks };
  slos: SloOutcome[];
  /** The first few of all replications, in order, those of the warm-up too. */
  deadlocks: DeadlockReport[];
  traces: TraceReport[];
  /** Largest relative error of the end-of-run checks over all replications; a run that fails them is an error. */
  checks: { conservation: 'held'; littles_law_max_error: number };
  warnings: string[];
}
