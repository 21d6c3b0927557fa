/**
 * The read-only view that policies decide on. A policy gets a task's number and asks for what it needs; numbers are
 * used again once a task has left, so a policy that remembers tasks remembers their `serial` and `workload`.
 */
import type { DemandView } from './points.js';

export interface TaskView {
  /**
   * Number of the task in order of arrival within its workload, from 0, never used again; the second copy of a hedged
   * task has a half more.
   */
  serial(task: number): number;
  workload(task: number): number;
  tenant(task: number): number;
  /** User number within the workload's population. */
  user(task: number): number;
  /** Larger is more important. */
  priority(task: number): number;
  valueUsd(task: number): number;
  arrivalS(task: number): number;
  /** When the client sent it, the last time. */
  sentAtS(task: number): number;
  /** Times that the client has sent it, from 1. */
  sent(task: number): number;
  /** Absolute time, Infinity where the workload has no deadline. */
  deadlineS(task: number): number;
  /** When the task began to wait at its present stage. */
  queuedAtS(task: number): number;
  /** When the present stretch of work (or the call) began. */
  startedAtS(task: number): number;
  /** Stage where the task is now; -1 without one. */
  stage(task: number): number;
  /** Work of the present step when it began, seconds on a resource of speed 1. */
  stepWorkS(task: number): number;
  /** Of that, still to do when the present stretch began (or, waiting, now). */
  remainingWorkS(task: number): number;
  /** GPUs (or slots) that the present step needs at once. */
  gpus(task: number): number;
  promptTokens(task: number): number;
  outputTokens(task: number): number;
  /** What the present step reads and writes at a batching pool, the context that it keeps included; 0 elsewhere. */
  stepPromptTokens(task: number): number;
  stepOutputTokens(task: number): number;
  /** GPU memory that the task holds while it has a place in a pool, bytes; 0 where the workload states none. */
  memoryBytes(task: number): number;
  /** 1 for the first try of the present step. */
  attempt(task: number): number;
  /** Times that it was preempted. */
  preemptions(task: number): number;
  /** Whether doing the present step twice does no harm. */
  isIdempotent(task: number): boolean;
  /** 1 for a task under the other policy set of a rollout. */
  arm(task: number): number;
}

export interface SystemView {
  readonly tasks: TaskView;
  readonly stageNames: readonly string[];
  readonly workloadNames: readonly string[];
  readonly tenantNames: readonly string[];
  readonly poolNames: readonly string[];
  /** Tasks waiting in the stage's queue. */
  queueLength(stage: number): number;
  /** Tasks that hold the stage's resource, the blocked ones included. */
  inProgress(stage: number): number;
  /** Calls back for every task waiting at the stage, the one that came first to it first (per lane). */
  forEachWaiting(stage: number, visit: (task: number) => void): void;
  /** The stage of the first step of a workload; -1 for a workflow of delays only. */
  entryStage(workload: number): number;
  /** The stages of a workload's steps, in order, without repetition. */
  stagesOf(workload: number): readonly number[];
  /** The pool behind a stage; -1 for a service. */
  poolOf(stage: number): number;
  /** GPUs or slots of the pool behind a stage, or the service's concurrency (Infinity where unlimited). */
  servers(stage: number): number;
  /** Units of a pool, GPUs or slots; taken ones. */
  poolUnits(pool: number): number;
  poolUnitsTaken(pool: number): number;
  /** Work of 1 s takes 1/speed seconds in the pool. */
  poolSpeed(pool: number): number;
  /** For every step that runs in the pool: its speed on each of the pool's groups of nodes. */
  poolThroughputs(pool: number): readonly (readonly number[])[];
  /** Speed of the task's present step on a group of nodes of its pool. */
  throughput(task: number, group: number): number;
  /** What the rows of all traces that lead to the pool ask of it; null where none does. For those who know the future. */
  tracedDemand(pool: number): DemandView | null;
  /** Bytes of GPU memory of the pool; Infinity where the scenario states none; those held by tasks. */
  poolMemoryBytes(pool: number): number;
  poolMemoryTakenBytes(pool: number): number;
  /**
   * What the task's whole way from its first step will take if nothing fails, seconds of service (`inGpuTime`: in
   * pools, times GPUs or slots). Nobody knows this in practice: for oracles.
   */
  serviceAheadS(task: number, inGpuTime: boolean): number;
  /**
   * Time that the task has had of its resource since its present stretch began: its share in a shared pool, elsewhere
   * the time that has passed.
   */
  servedS(task: number, nowS: number): number;
  /** Work still to do at the present step, up to this moment: what the present stretch has done is taken off. */
  remainingNowS(task: number): number;
}
