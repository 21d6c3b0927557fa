/**
 * The read-only view that policies decide on. Tasks are rows: a policy gets a row number and reads the columns it
 * needs. Columns may be reallocated as the number of tasks in flight grows, so read them through the view at each
 * decision and never keep a column.
 */

type Column = { readonly [row: number]: number; readonly length: number };

export interface TaskColumns {
  /** Number of the task in order of arrival, from 0, never reused (rows are). */
  readonly serial: Column;
  readonly workload: Column;
  readonly tenant: Column;
  /** User number within the workload's population. */
  readonly user: Column;
  /** Larger is more important. */
  readonly priority: Column;
  readonly valueUsd: Column;
  readonly arrivalS: Column;
  /** Absolute time, Infinity where the workload has no deadline. */
  readonly deadlineS: Column;
  /** When the task began to wait at its present stage. */
  readonly queuedAtS: Column;
  /** When the present attempt at the present step first got its resource. */
  readonly startedAtS: Column;
  /** Stage where the task is now. */
  readonly stage: Column;
  /** Work still to do at the present step, seconds on a resource of speed 1. */
  readonly remainingWorkS: Column;
  /** GPUs (or slots) that the present step needs at once. */
  readonly gpus: Column;
  readonly promptTokens: Column;
  readonly outputTokens: Column;
  /** 1 for the first try of the present step. */
  readonly attempt: Column;
}

export interface SystemView {
  readonly tasks: TaskColumns;
  readonly stageNames: readonly string[];
  readonly workloadNames: readonly string[];
  readonly tenantNames: readonly string[];
  /** Tasks waiting in the stage's queue. */
  queueLength(stage: number): number;
  /** Tasks that hold the stage's resource, the blocked ones included. */
  inProgress(stage: number): number;
  /** The stage of the first step of a workload. */
  entryStage(workload: number): number;
}
