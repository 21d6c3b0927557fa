/**
 * The life cycle of a task: its states, and the one table of legal transitions. A task begins as `queued`.
 *
 * queued      has arrived; admission has not let it in yet
 * ready       in a stage's queue: may start as soon as limits and capacity let it
 * in-progress holds a resource (or is inside a service, or in a pure delay) and advances
 * blocked     finished here, still holding the resource because the next stage has no room
 * checkpointing, suspended, resuming: the three parts of being preempted
 * failed      an attempt ended in an error; retried or dead-lettered next, at the same instant
 * retried     waits out a back-off
 * dead-lettered  failed for good, or in the dead-letter queue until somebody has seen to it
 */

export const State = {
  queued: 0,
  ready: 1,
  inProgress: 2,
  blocked: 3,
  checkpointing: 4,
  suspended: 5,
  resuming: 6,
  failed: 7,
  retried: 8,
  completed: 9,
  rejected: 10,
  timedOut: 11,
  cancelled: 12,
  deadLettered: 13,
} as const;

export type StateCode = (typeof State)[keyof typeof State];

export const STATE_NAMES: readonly string[] = [
  'queued',
  'ready',
  'in-progress',
  'blocked',
  'preempted (checkpointing)',
  'preempted (suspended)',
  'preempted (resuming)',
  'failed',
  'retried',
  'completed',
  'rejected',
  'timed-out',
  'cancelled',
  'dead-lettered',
];

const S = State;

const NEXT: Readonly<Record<StateCode, readonly StateCode[]>> = {
  [S.queued]: [S.ready, S.inProgress, S.rejected, S.timedOut, S.cancelled],
  // To ready: another queue, on the fallback path.
  [S.ready]: [S.ready, S.inProgress, S.rejected, S.timedOut, S.cancelled, S.blocked],
  [S.inProgress]: [
    S.ready,
    S.inProgress,
    S.blocked,
    S.checkpointing,
    S.suspended,
    S.failed,
    S.completed,
    S.rejected,
    S.timedOut,
    S.cancelled,
  ],
  [S.blocked]: [S.ready, S.inProgress, S.rejected, S.timedOut, S.cancelled],
  [S.checkpointing]: [S.suspended, S.timedOut, S.cancelled],
  [S.suspended]: [S.ready, S.resuming, S.inProgress, S.rejected, S.timedOut, S.cancelled],
  [S.resuming]: [S.ready, S.inProgress, S.suspended, S.rejected, S.timedOut, S.cancelled],
  [S.failed]: [S.retried, S.deadLettered],
  [S.retried]: [S.queued, S.ready, S.inProgress, S.rejected, S.timedOut, S.cancelled],
  [S.completed]: [],
  // A refused or timed-out attempt may be tried again by its client; without a retry the state is final.
  [S.rejected]: [S.retried, S.deadLettered],
  [S.timedOut]: [S.retried, S.deadLettered],
  [S.cancelled]: [],
  // Remedied in the dead-letter queue, it begins anew.
  [S.deadLettered]: [S.queued],
};

/** Bit `to` of LEGAL[from] is set where the transition is legal. */
const LEGAL = Int32Array.from({ length: STATE_NAMES.length }, (_, from) =>
  NEXT[from as StateCode].reduce<number>((bits, to) => bits | (1 << to), 0),
);

export function isLegal(from: number, to: number): boolean {
  return ((LEGAL[from]! >>> to) & 1) === 1;
}

/** Whether a task in this state has left the system, unless its client sends it again. */
export function isFinal(state: number): boolean {
  return state >= State.completed;
}
