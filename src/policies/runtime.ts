/**
 * What the engine does for a policy besides showing it the system: time, random numbers, call-backs, and the few
 * actions that a control may take by itself. Every policy instance has its own.
 */
import type { UniformSource } from '../kernel/random/stream.js';

/** Numbers that belong to tasks: the same for a task whatever else happens in the run. */
export interface TaskRandom {
  /** The numbers of a task; `draw` (below 2^20) tells several uses apart. Valid until the next call. */
  of(task: number, draw?: number): UniformSource;
}

export interface PolicyRuntime {
  /** The stage that the instance belongs to, where its point makes one for every stage (concurrency); else -1. */
  readonly stage: number;
  /** The simulation clock, seconds. */
  nowS(): number;
  /** Numbers for a purpose: another policy that names the same purpose gets the same ones. */
  random(purpose: string): TaskRandom;
  /** Calls back after `inS` seconds of simulated time; the number cancels it. Call-backs alone keep no run alive. */
  after(inS: number, callback: () => void): number;
  cancel(timer: number): void;
  /** Something that an answer of this policy depends on has changed: waiting tasks are looked at again. */
  wake(): void;
  /** A task that this admission policy has answered with HOLD goes on behind it in the chain. */
  letIn(task: number): void;
  /** A task that this admission policy has answered with HOLD is refused; `retryAfterS` as after any refusal. */
  turnAway(task: number): void;
  /** Refuses a task that waits in a stage's queue. This and what follows: only in a call-back of `after`. */
  shed(task: number): void;
  /** Sends a waiting task on its workload's fallback path; false where it has none or is on it already. */
  degrade(task: number): boolean;
  /**
   * Stops running tasks of a stage's pool for the task at the head of the stage's queue, the least important first,
   * in the way of the pool's preemption policy; false where that is none or nothing can be stopped.
   */
  preemptFor(stage: number): boolean;
  /** Adds nodes to a pool (or takes away those that were added, negative, as they come free). */
  scale(pool: number, nodes: number): void;
}
