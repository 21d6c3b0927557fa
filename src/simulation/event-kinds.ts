/** Kinds of events; the subject is a task's task unless said otherwise. */
export const Event = {
  /** The next arrival of a workload (subject). */
  arrival: 0,
  /** A closed loop's user (subject) ends thinking. */
  think: 1,
  /** Work on a pool, or a delay, ends. */
  stepDone: 2,
  /** A service answers. */
  callDone: 3,
  /** An admission wait is over. */
  admissionOver: 4,
  patienceOver: 5,
  timeoutOver: 6,
  backoffOver: 7,
  checkpointDone: 8,
  resumeDone: 9,
  /** A bin of the time series ends. */
  tick: 10,
  warmupOver: 11,
  /** Arrivals stop. */
  stop: 12,
  /** The run ends although tasks are left. */
  end: 13,
  /** A disturbance (subject) begins and ends. */
  disturb: 14,
  calm: 15,
  /** A policy (subject: number of the timer) is called back. */
  policyTimer: 16,
  /** A stay in the dead-letter queue is over. */
  reviewOver: 17,
  /** A second copy is due. */
  hedge: 18,
  deadlineDue: 19,
  /** A change of a signal (subject: stage and distance) is heard upstream. */
  signal: 20,
  /** A credit of a stage (subject) is back. */
  credit: 21,
  /** A node that was ordered (subject: number of the order) is there. */
  nodeReady: 50,
  /** A pool (subject) is scheduled. */
  round: 22,
  /** A task that shares a node (subject: pool and node) is done. */
  shareDone: 23,
  /** A replica of a batching pool (subject: its number) changes its membership. */
  replicaDue: 30,
  /** A prompt's KV has come to where its request goes on, by a way of its own. */
  transferDone: 31,
  /** The next change on the interconnect (no subject). */
  networkDue: 25,
  /** What fails by itself (subject: number of its clock) fails, is back, or goes on in between. */
  failureClock: 24,
} as const;

export type EventKind = (typeof Event)[keyof typeof Event];
