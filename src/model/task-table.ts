/**
 * Tasks in flight, as rows of two typed arrays with a free list: memory is bounded by the tasks in flight, not by
 * the tasks simulated. Data plane.
 *
 * A task is a number: the offset of its row, so `f[task + F.arrivalS]` is its arrival. Rows rather than one array a
 * column: a task's numbers share a few cache lines, and an optimised function keeps two arrays at hand instead of
 * loading forty.
 */

export const NONE = -1;

/** `N.groups` of a task for which any hardware will do. */
export const ANY_GROUP = -1;

/** `N.admission` of a task that has been let in. */
export const ADMITTED = -1;

/**
 * Attempts of a second copy are numbered from here, so that its draws, keyed by the low 7 bits, are its own and a
 * task with many tries is not taken for a copy.
 */
export const COPY_ATTEMPTS = 2 ** 20 + 64;

/** `N.state` of a row that holds no task. */
export const FREE = 255;

/** Numbers in a row of each array. */
export const STRIDE = 48;

/** Positions of the float64 in a row. */
export const F = {
  /** Number of the task within its workload. */
  serial: 0,
  arrivalS: 1,
  deadlineS: 2,
  /** When the present state began. */
  sinceS: 3,
  stageEnteredS: 4,
  queuedAtS: 5,
  startedAtS: 6,
  /** Waiting in the queue of the present stage so far, seconds. */
  stageWaitS: 7,
  /** In service at the present stage so far, seconds. */
  stageServiceS: 8,
  remainingWorkS: 9,
  /** Work of the present step when it began: what a restart goes back to. */
  stepWorkS: 10,
  /** First start ever, NaN before. */
  firstStartS: 11,
  /** Number of its arrival at the queue; breaks ties. */
  order: 12,
  key: 13,
  priority: 14,
  valueUsd: 15,
  promptTokens: 16,
  outputTokens: 17,
  /** First of the times in each phase; there is room for 11. */
  phaseS: 18,
  /** The last back-off. */
  backoffS: 29,
  memoryBytes: 30,
  /** How far its non-idempotent steps have begun; see effects.ts. */
  effects: 31,
  /** Work of 1 s takes 1/speed seconds where the task runs now; only in pools whose nodes differ. */
  speed: 32,
  /** What the task needs of a node besides GPUs; only where some step or pool states them. */
  cpus: 33,
  hostBytes: 34,
  /** Tokens of the task's context so far, over its steps. */
  contextTokens: 35,
  /** Of the present step at a batching pool: what it reads and writes. */
  stepPromptTokens: 36,
  stepOutputTokens: 37,
  /** When the first token of the present (or last) such step came; NaN before. */
  firstTokenS: 38,
  /** Of the prompt, tokens that were in a cache. */
  cachedTokens: 39,
  /** When the client sent it, the last time. */
  sentAtS: 40,
  /** Where in its checkpoint cycle the task was when its present stretch began; only where nodes may change. */
  cycleS: 41,
  /** Work of the step, done before the present stretch, that no checkpoint holds, and the time that it took. */
  unsavedWorkS: 42,
  unsavedRunS: 43,
  /** When the task began to run here, whatever has changed its speed since; only where nodes may change. */
  runsSinceS: 44,
  /** All tokens that the present step writes: `stepOutputTokens` falls where a preempted request keeps what it has. */
  answerTokens: 45,
  /** Reading of its replica's shared clock when it came there; see serving.ts. */
  shareFromS: 46,
} as const;

/** Positions of the int32 in a row. */
export const N = {
  workload: 0,
  tenant: 1,
  state: 2,
  phase: 3,
  step: 4,
  stage: 5,
  gpus: 6,
  /** Node held, NONE without; a gang over several nodes is in the pool's list of spans. */
  node: 7,
  /** Event that ends what it does now (service, delay, back-off, checkpoint). */
  event: 8,
  patienceEvent: 9,
  timeoutEvent: 10,
  /** All waiting tasks of a lane are a list in order of arrival at the queue. */
  next: 11,
  previous: 12,
  lane: 13,
  heapPosition: 14,
  /** In flight at its stage when it started there, itself included. */
  inFlightAtStart: 15,
  /** 1 while limits that last until the task leaves the system are held. */
  holdsTaskLimits: 16,
  /** Steps begun before the present one, in this attempt at the whole task. */
  visit: 17,
  /** Try of the present step, from 1. */
  attempt: 18,
  /** Position in the admission chain, or ADMITTED. */
  admission: 19,
  user: 20,
  /** Row of the trace or number of the closed loop's user. */
  origin: 21,
  /** The step that a blocked task will enter. */
  stepAhead: 22,
  /** Number of its (workload, tenant) cell. */
  cell: 23,
  /** Times that the client has sent it, from 1. */
  sent: 24,
  /** Failures of any kind so far. */
  failures: 25,
  deadlineEvent: 26,
  /** Times that it was stopped for another. */
  preemptions: 27,
  /** 1 for a task under the other policy set of a rollout. */
  arm: 28,
  /** The other copy of a hedged task; NONE without. */
  twin: 29,
  /** Sum of FLAG_… */
  flags: 30,
  hedgeEvent: 31,
  /** Bit mask of the groups of nodes that will do, or -1. */
  groups: 32,
  /** One of WITHIN. */
  within: 33,
  /** Times that a failure of its node has stopped it. */
  interruptions: 34,
  /** Where it was last at a pool, as numbered by the interconnect; NONE: nowhere yet. */
  cameFrom: 35,
} as const;

/** It is on its workload's fallback path. */
export const FLAG_FALLBACK = 1;
/** It goes to the fallback path when the present step is over. */
export const FLAG_TO_FALLBACK = 2;
/** The second copy of a hedged task. */
export const FLAG_COPY = 4;
/** The present step must not be done twice. */
export const FLAG_NOT_IDEMPOTENT = 8;
/** It holds a credit of every stage that may be its next. */
export const FLAG_CREDITS_AHEAD = 16;
/** It holds a credit of the stage where it waits. */
export const FLAG_CREDIT_HERE = 32;
/** An admission policy keeps it until further notice. */
export const FLAG_HELD = 64;
/** It is in the dead-letter queue. */
export const FLAG_PARKED = 128;
/** Its client has sent it and not been told of an end yet; set only where policies hear of that. */
export const FLAG_SENT = 256;
/** A failure of its node has stopped it, and it has not run since. */
export const FLAG_INTERRUPTED = 512;
/** From this bit on: which of the workload's deadline policies have acted. */
export const FLAG_DEADLINES = 1024;

export class TaskTable {
  f = new Float64Array(0);
  n = new Int32Array(0);
  /** GPU-seconds spent in each pool that are wasted unless the task completes; see `spent`. */
  private spentGpuS = new Float64Array(0);
  private capacity = 0;
  private freeTasks = new Int32Array(0);
  private freeCount = 0;
  /** Tasks in flight. */
  size = 0;

  /** Whether any control leaves something in a row that the next task must not find there. */
  controlled = true;

  /** Numbers of the phases that can occur: those that a new task's row must forget. */
  phases: readonly number[] = [];

  constructor(private readonly pools: number) {
    this.grow(64);
  }

  /** Takes a row; the caller sets every number that matters to it. */
  allocate(): number {
    if (this.freeCount === 0) this.grow(this.capacity * 2);
    const task = this.freeTasks[--this.freeCount]!;
    const { f, n, phases } = this;
    this.size++;
    n[task + N.event] = NONE;
    n[task + N.patienceEvent] = NONE;
    n[task + N.timeoutEvent] = NONE;
    n[task + N.node] = NONE;
    n[task + N.stage] = NONE;
    n[task + N.lane] = NONE;
    n[task + N.holdsTaskLimits] = 0;
    if (this.controlled) this.forgetControls(task);
    for (let i = 0; i < phases.length; i++) f[task + F.phaseS + phases[i]!] = 0;
    return task;
  }

  /** What only some controls leave behind in a row. */
  private forgetControls(task: number): void {
    const { f, n } = this;
    n[task + N.deadlineEvent] = NONE;
    n[task + N.hedgeEvent] = NONE;
    n[task + N.twin] = NONE;
    n[task + N.preemptions] = 0;
    n[task + N.arm] = 0;
    n[task + N.flags] = 0;
    f[task + F.backoffS] = 0;
    f[task + F.memoryBytes] = 0;
    f[task + F.effects] = 0;
    f[task + F.cpus] = 0;
    f[task + F.hostBytes] = 0;
    f[task + F.contextTokens] = 0;
    f[task + F.stepPromptTokens] = 0;
    f[task + F.stepOutputTokens] = 0;
    n[task + N.interruptions] = 0;
    n[task + N.groups] = ANY_GROUP;
    n[task + N.within] = 0;
    n[task + N.cameFrom] = NONE;
    f[task + F.cycleS] = 0;
    f[task + F.unsavedWorkS] = 0;
    f[task + F.unsavedRunS] = 0;
  }

  release(task: number): void {
    this.size--;
    this.n[task + N.state] = FREE;
    this.freeTasks[this.freeCount++] = task;
  }

  /** Adds GPU-seconds that the task has spent in a pool. */
  spend(task: number, pool: number, gpuS: number): void {
    const at = ((task / STRIDE) | 0) * this.pools + pool;
    this.spentGpuS[at] = Math.max(0, this.spentGpuS[at]! + gpuS);
  }

  /** Returns what the task has spent in a pool and forgets it. */
  takeSpent(task: number, pool: number): number {
    const at = ((task / STRIDE) | 0) * this.pools + pool;
    const gpuS = this.spentGpuS[at]!;
    this.spentGpuS[at] = 0;
    return gpuS;
  }

  /** Calls back for every task in flight, in order of rows. */
  forEach(visit: (task: number) => void): void {
    for (let task = 0; task < this.capacity * STRIDE; task += STRIDE)
      if (this.n[task + N.state] !== FREE) visit(task);
  }

  // What policies ask for; see TaskView.
  serial(task: number): number {
    // A hedged task's copy has the same draws, but policies must be able to tell the two apart.
    return this.f[task + F.serial]! + ((this.n[task + N.flags]! & FLAG_COPY) === 0 ? 0 : 0.5);
  }
  workload(task: number): number {
    return this.n[task + N.workload]!;
  }
  tenant(task: number): number {
    return this.n[task + N.tenant]!;
  }
  user(task: number): number {
    return this.n[task + N.user]!;
  }
  priority(task: number): number {
    return this.f[task + F.priority]!;
  }
  valueUsd(task: number): number {
    return this.f[task + F.valueUsd]!;
  }
  arrivalS(task: number): number {
    return this.f[task + F.arrivalS]!;
  }
  deadlineS(task: number): number {
    return this.f[task + F.deadlineS]!;
  }
  queuedAtS(task: number): number {
    return this.f[task + F.queuedAtS]!;
  }
  startedAtS(task: number): number {
    return this.f[task + F.startedAtS]!;
  }
  stage(task: number): number {
    return this.n[task + N.stage]!;
  }
  remainingWorkS(task: number): number {
    return this.f[task + F.remainingWorkS]!;
  }
  gpus(task: number): number {
    return this.n[task + N.gpus]!;
  }
  promptTokens(task: number): number {
    return this.f[task + F.promptTokens]!;
  }
  outputTokens(task: number): number {
    return this.f[task + F.outputTokens]!;
  }
  stepPromptTokens(task: number): number {
    return this.f[task + F.stepPromptTokens]!;
  }
  stepOutputTokens(task: number): number {
    return this.f[task + F.stepOutputTokens]!;
  }
  attempt(task: number): number {
    const attempt = this.n[task + N.attempt]!;
    return attempt > COPY_ATTEMPTS ? attempt - COPY_ATTEMPTS : attempt;
  }
  sentAtS(task: number): number {
    return this.f[task + F.sentAtS]!;
  }
  sent(task: number): number {
    return this.n[task + N.sent]!;
  }
  stepWorkS(task: number): number {
    return this.f[task + F.stepWorkS]!;
  }
  memoryBytes(task: number): number {
    return this.f[task + F.memoryBytes]!;
  }
  preemptions(task: number): number {
    return this.n[task + N.preemptions]!;
  }
  isIdempotent(task: number): boolean {
    return (this.n[task + N.flags]! & FLAG_NOT_IDEMPOTENT) === 0;
  }
  arm(task: number): number {
    return this.n[task + N.arm]!;
  }

  hasFlag(task: number, flag: number): boolean {
    return (this.n[task + N.flags]! & flag) !== 0;
  }
  setFlag(task: number, flag: number): void {
    this.n[task + N.flags]! |= flag;
  }
  clearFlag(task: number, flag: number): void {
    this.n[task + N.flags]! &= ~flag;
  }

  /** A second row with the same numbers; what it holds and waits for is the caller's to set. */
  copy(task: number): number {
    const twin = this.allocate();
    this.f.copyWithin(twin, task, task + STRIDE);
    this.n.copyWithin(twin, task, task + STRIDE);
    return twin;
  }

  private grow(capacity: number): void {
    const old = this.capacity;
    const f = new Float64Array(capacity * STRIDE);
    f.set(this.f);
    this.f = f;
    const n = new Int32Array(capacity * STRIDE);
    n.set(this.n);
    this.n = n;
    const spent = new Float64Array(capacity * this.pools);
    spent.set(this.spentGpuS);
    this.spentGpuS = spent;
    this.freeTasks = new Int32Array(capacity);
    this.freeCount = 0;
    for (let row = capacity - 1; row >= old; row--) {
      this.freeTasks[this.freeCount++] = row * STRIDE;
      this.n[row * STRIDE + N.state] = FREE;
      this.forgetControls(row * STRIDE);
    }
    this.capacity = capacity;
  }
}
