/**
 * The policy points: one small interface each. The engine calls them in the order that ARCHITECTURE.md gives.
 * Rows index the task columns of the view; times are absolute seconds of the simulation clock, always passed in.
 */
import type { UniformSource } from '../kernel/random/stream.js';

/** `decide` answers: go on. */
export const ADMIT = 0;
/** `decide` answers: refused. Any number above 0 is a wait in seconds, after which the task goes on. */
export const REFUSE = -1;

export interface AdmissionPolicy {
  /** ADMIT, REFUSE, or the seconds to wait before the task goes on (what it needs is reserved at once). */
  decide(task: number, nowS: number): number;
  /** Hint to a refused client, seconds; 0 where the policy has none. Valid right after a refusal. */
  readonly retryAfterS: number;
}

/** Which attributes of a task a limit looks at: tasks alike in these may share one lane of a queue. */
export const LANE_ALL = 0;
export const LANE_BY_WORKLOAD = 1;
export const LANE_BY_TENANT = 2;

export interface WipLimit {
  /** `stage`: held from start to leaving the stage. `task`: from the first start until the task leaves the system. */
  readonly holds: 'stage' | 'task';
  /** LANE_ALL or a sum of LANE_BY_… */
  readonly lanes: number;
  mayStart(task: number, stage: number): boolean;
  started(task: number, stage: number): void;
  stopped(task: number, stage: number): void;
}

export interface ConcurrencyLimit {
  /** The present limit, tasks in flight. */
  readonly limit: number;
  /**
   * One finished request. `inFlight` counts the requests in flight when it started, itself included; `dropped`
   * means that it failed or timed out.
   */
  onSample(startS: number, roundTripS: number, inFlight: number, dropped: boolean): void;
}

export interface OrderingPolicy {
  /**
   * `fifo` and `lifo` need no key; `key` serves the smallest key first. Equal keys are served in order of arrival
   * at the queue.
   */
  readonly structure: 'fifo' | 'lifo' | 'key';
  /** Read once, when the task enters the queue. */
  key(task: number, nowS: number): number;
}

/** Free GPUs by node, and how to choose among them. */
export interface NodeView {
  readonly nodes: number;
  /** GPUs (in `slots` mode: slots) of one node. */
  readonly perNode: number;
  /** Free units of each node. */
  readonly free: { readonly [node: number]: number };
  readonly totalFree: number;
}

export interface PlacementPolicy {
  /**
   * Chooses nodes for `units` at once. Writes node and unit counts in pairs into `into` and returns the number of
   * pairs; 0 where it does not fit now.
   */
  place(pool: NodeView, units: number, into: Int32Array): number;
}

export type PreemptionMode = 'resume' | 'restart' | 'abort';

export interface PreemptionPolicy {
  /** Whether `candidate` may take the resource of `victim`. */
  mayPreempt(candidate: number, victim: number, nowS: number): boolean;
  /** Negative where `a` is the better victim of two that may be preempted. */
  compareVictims(a: number, b: number, nowS: number): number;
  /** resume: from the last checkpoint; restart: from the step's beginning; abort: the task is cancelled. */
  readonly mode: PreemptionMode;
  /** Work between two checkpoints, seconds; 0: progress is always safe; Infinity: none but those on preemption. */
  readonly checkpointIntervalS: number;
  /** What one checkpoint takes, seconds on the resource. */
  readonly checkpointCostS: number;
  /** Whether a preempted task saves its progress (for checkpointCostS) before it gives up the resource. */
  readonly checkpointOnPreempt: boolean;
  /** What resuming takes, seconds on the resource, before the work goes on. */
  readonly resumeCostS: number;
}

export interface BackpressurePolicy {
  /** The new state of the signal, given the queue's length after a change and the present state. */
  signal(queueLength: number, on: boolean): boolean;
  /** Whether entry to the system is refused while the signal of the task's first stage is on. */
  readonly refuseEntry: boolean;
}

export type FailureKind = 'error' | 'rejected' | 'timed-out';

export interface RetryPolicy {
  /** Whether this kind of failure is tried again at all. */
  retries(kind: FailureKind): boolean;
  /** Tries in all, the first included. */
  readonly maxAttempts: number;
  /** Seconds to wait before try `attempt` + 1 (attempt counts from 1). */
  backoffS(attempt: number, random: UniformSource): number;
}
