/**
 * The read-only view that policies decide on. A policy gets a task's number and asks for what it needs; numbers are
 * used again once a task has left, so a policy that remembers tasks remembers their `serial`.
 */

export interface TaskView {
  /** Number of the task in order of arrival, from 0, never used again. */
  serial(task: number): number;
  workload(task: number): number;
  tenant(task: number): number;
  /** User number within the workload's population. */
  user(task: number): number;
  /** Larger is more important. */
  priority(task: number): number;
  valueUsd(task: number): number;
  arrivalS(task: number): number;
  /** Absolute time, Infinity where the workload has no deadline. */
  deadlineS(task: number): number;
  /** When the task began to wait at its present stage. */
  queuedAtS(task: number): number;
  /** When the present stretch of work (or the call) began. */
  startedAtS(task: number): number;
  /** Stage where the task is now. */
  stage(task: number): number;
  /** Work still to do at the present step, seconds on a resource of speed 1. */
  remainingWorkS(task: number): number;
  /** GPUs (or slots) that the present step needs at once. */
  gpus(task: number): number;
  promptTokens(task: number): number;
  outputTokens(task: number): number;
  /** 1 for the first try of the present step. */
  attempt(task: number): number;
}

export interface SystemView {
  readonly tasks: TaskView;
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
