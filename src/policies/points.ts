/**
 * The policy points: one small interface each. The engine calls them in the order that ARCHITECTURE.md gives.
 * Tasks are numbers that the view is asked with; times are absolute seconds of the simulation clock.
 */
import type { UniformSource } from '../kernel/random/stream.js';

/** How an attempt of a client ended: what it sent was completed, refused, failed for good, given up or stopped. */
export type AttemptOutcome = 'completed' | 'rejected' | 'error' | 'timed-out' | 'cancelled';

/** Why a decision was what it was, for the decision record. */
export interface Why {
  /** In kebab case, one of few: decisions are summed up by it. */
  readonly reason: string;
  /** The numbers behind it, with units in their names. */
  readonly numbers?: Readonly<Record<string, number>>;
}

/** What any policy may do besides deciding. The engine calls only what a policy has. */
export interface PolicyBase {
  /** A task has taken the stage's resource (again, after a preemption), where the policy is in force. */
  onStart?(task: number, stage: number, nowS: number): void;
  /** A task has given the stage's resource back, for whatever reason. */
  onStop?(task: number, stage: number, nowS: number): void;
  /**
   * A service at a stage is over: `serviceS` seconds of it at this visit, interruptions left out; `failed` where it
   * ended in an error or was given up. Comes before onStop. A copy stopped because its twin won is not told of.
   */
  onServiceEnd?(task: number, stage: number, serviceS: number, failed: boolean, nowS: number): void;
  /** What the client sent at `sentAtS(task)` has ended. Follows every admission, whatever the later policies said. */
  onAttemptEnd?(task: number, outcome: AttemptOutcome, nowS: number): void;
  /** Figures of the policy itself for the result; names carry units. Counts begin again at `beginMeasuring`. */
  measures?(nowS: number): Readonly<Record<string, number>>;
  beginMeasuring?(nowS: number): void;
  /** Why the answer just given about the task was what it was; asked only while decisions are recorded. */
  why?(task: number, nowS: number): Why;
}

/** `decide` answers: go on. */
export const ADMIT = 0;
/** `decide` answers: refused. Any number above 0 is a wait in seconds, after which the task goes on. */
export const REFUSE = -1;
/** `decide` answers: wait until the policy calls `runtime.letIn` or `runtime.turnAway`. */
export const HOLD = -2;

export interface AdmissionPolicy extends PolicyBase {
  /**
   * ADMIT, REFUSE, HOLD, or the seconds to wait before the task goes on (what it needs is reserved at once).
   * @param stage the gate's stage where the policy has `gates`
   */
  decide(task: number, nowS: number, stage?: number): number;
  /** Hint to a refused client, seconds; 0 where the policy has none. Valid right after a refusal. */
  readonly retryAfterS: number;
  /**
   * Stages at whose entrance the policy is asked, at every visit, instead of at the system's; there ADMIT and REFUSE
   * are the only answers.
   */
  readonly gates?: readonly number[];
  /** Asked for a task that is next to be served at a stage (of its gates, if it has any): true refuses it instead. */
  drop?(task: number, stage: number, nowS: number): boolean;
  /** A task on HOLD has left by itself. */
  forget?(task: number): void;
}

/** Which attributes of a task a limit or an ordering looks at: tasks alike in these may share one lane of a queue. */
export const LANE_ALL = 0;
export const LANE_BY_WORKLOAD = 1;
export const LANE_BY_TENANT = 2;

export interface WipLimit extends PolicyBase {
  /** `stage`: held from start to leaving the stage. `task`: from the first start until the task leaves the system. */
  readonly holds: 'stage' | 'task';
  /** LANE_ALL or a sum of LANE_BY_… */
  readonly lanes: number;
  /** Where the answer can change with time alone, the policy wakes the queues by a timer. */
  mayStart(task: number, stage: number): boolean;
  started(task: number, stage: number): void;
  stopped(task: number, stage: number): void;
}

export interface ConcurrencyLimit extends PolicyBase {
  /** The present limit, tasks in flight. After a change outside `onSample` the policy calls `runtime.wake`. */
  readonly limit: number;
  /**
   * One finished request. `inFlight` counts the requests in flight when it started, itself included; `dropped`
   * means that it failed or timed out.
   */
  onSample(startS: number, roundTripS: number, inFlight: number, dropped: boolean): void;
}

export interface OrderingPolicy extends PolicyBase {
  /**
   * How a queue finds its next task.
   * - `fifo`, `lifo`: no key.
   * - `either-end`: the newest or the oldest, as `newestFirst` says at the moment.
   * - `key`: the smallest key, read once as the task enters the queue.
   * - `scan`: the smallest key, read anew of every waiting task at every choice; costs their number.
   *
   * Equal keys are served in order of arrival at the queue.
   */
  readonly structure: 'fifo' | 'lifo' | 'either-end' | 'key' | 'scan';
  key(task: number, nowS: number): number;
  /** Whether a preempted task's key is read again when it comes back; else it keeps the one it came with. */
  readonly rekeys?: boolean;
  newestFirst?(queueLength: number, longestWaitS: number, nowS: number): boolean;
  /** LANE_BY_… of the tasks that `choose` tells apart. */
  readonly lanes?: number;
  /**
   * Which of the tasks at the heads of their lanes is next: a position below `count`. Without it the smallest key.
   * May be asked any number of times before the chosen task starts, so it changes nothing; `onStart` does.
   */
  choose?(heads: ArrayLike<number>, count: number, nowS: number): number;
}

/** What a task needs at once. */
export interface PlacementRequestView {
  readonly task: number;
  /** GPUs, slots, or slices of GPUs. */
  readonly units: number;
  /** A part of one GPU, less than a whole one. */
  readonly isShare: boolean;
  readonly cpus: number;
  readonly hostBytes: number;
  /** Bit mask of the groups of nodes that will do; -1: all. */
  readonly groups: number;
  /** One of WITHIN: where the parts of a gang may be. */
  readonly within: number;
  /** For a share: the policy may write the GPU of the node that it has chosen; -1: the fullest that has room. */
  gpu: number;
}

/** What the nodes of a group have; Infinity for CPUs and host memory where the scenario states none. */
export interface NodeGroupView {
  readonly name: string;
  readonly gpusPerNode: number;
  readonly speed: number;
  readonly cpus: number;
  readonly hostMemoryBytes: number;
}

/** One kind of request, and how often it came. */
export interface DemandKindView {
  readonly units: number;
  readonly cpus: number;
  readonly groups: number;
  readonly within: number;
  readonly count: number;
}

/** What tasks have asked the pool for so far. */
export interface DemandView {
  /** Requests so far. */
  readonly total: number;
  /** The most frequent kinds that together make up this share of the requests. */
  typical(share: number): readonly DemandKindView[];
}

/**
 * The nodes of a pool and what is free on them. Searches look at nodes from `from` up to but not including `to`, by
 * default at all, and answer -1 where there is none; they take O(log n) where hardware, CPUs and host memory do not
 * restrict the request.
 */
export interface NodeView {
  readonly nodes: number;
  /** Units (GPUs, slots, or slices) of the largest node. */
  readonly perNode: number;
  readonly unitsPerGpu: number;
  readonly totalFree: number;
  /** Free units of each node. */
  readonly free: { readonly [node: number]: number };
  /** Units of each node; 0 while it is out of service. */
  readonly capacity: { readonly [node: number]: number };
  /** Kind of hardware of each node: an index into `groups`. */
  readonly group: { readonly [node: number]: number };
  readonly groups: readonly NodeGroupView[];
  readonly cpusFree: { readonly [node: number]: number };
  readonly hostBytesFree: { readonly [node: number]: number };
  /** Whether tasks may hold parts of a GPU; the free units of GPU g of a node are then `gpuFree[node * gpusMax + g]`. */
  readonly isSliced: boolean;
  readonly gpuFree: { readonly [gpu: number]: number };
  readonly gpusMax: number;
  /** Grows whenever what is free on the node changes. */
  readonly revision: { readonly [node: number]: number };
  /** The nodes as they are; false where it is looked at what might be. */
  readonly isLive: boolean;
  /** Null where no request can be other than one unit on the only node. */
  readonly mix: DemandView | null;
  /** Tasks on the node whose request is of the same size: a part of a GPU, or as many GPUs. In mode exclusive. */
  heldAlike(node: number, units: number): number;
  /** Different sizes of requests that the tasks on the node have. */
  sizesHeld(node: number): number;
  /** Nodes are numbered rack by rack; Infinity: one rack. */
  readonly nodesPerRack: number;
  /** Bytes of what the task needs that are on the node already; 0 where the scenario has no network. */
  localBytes(task: number, node: number): number;
  racks(): number;
  rackOf(node: number): number;
  gpusOf(node: number): number;
  /** GPUs of a node with sliced GPUs that nobody uses. */
  wholeGpus(node: number): number;
  /** Whether the kind of the node, its CPUs and its host memory would do, whatever GPUs are free. */
  suits(node: number, request: PlacementRequestView): boolean;
  hasRoom(node: number, request: PlacementRequestView, units: number): boolean;
  /** Tokens of KV memory that are free on a replica of a batching pool; Infinity elsewhere. */
  freeTokens(node: number): number;
  /** Tokens of the task's prompt that a replica of a batching pool has in its prefix cache; 0 elsewhere. */
  localTokens(task: number, node: number): number;
  /** Whether nobody is on the node. */
  isWhole(node: number): boolean;
  firstWithRoom(request: PlacementRequestView, units: number, from?: number, to?: number): number;
  /** With room and the fewest free units; the lowest-numbered of equals. */
  tightest(request: PlacementRequestView, units: number, from?: number, to?: number): number;
  /** With room and the most free units; the lowest-numbered of equals. */
  roomiest(request: PlacementRequestView, units: number, from?: number, to?: number): number;
  /** That nobody is on; the lowest-numbered. */
  firstWhole(request: PlacementRequestView, from?: number, to?: number): number;
}

export interface PlacementPolicy extends PolicyBase {
  /**
   * Chooses nodes for a task. Writes node and unit counts in pairs into `into` and returns the number of pairs; 0
   * where it does not fit now.
   */
  place(pool: NodeView, request: PlacementRequestView, into: Int32Array): number;
}

/** What tasks behind one that does not fit may do. */
export interface BackfillPolicy extends PolicyBase {
  /**
   * Who has a start reserved that nobody behind may put off: `none` of the waiting, the `head` of the line only, or
   * `all` before the task in question.
   */
  readonly reserves: 'none' | 'head' | 'all';
  /** How many tasks of the line are looked at, the head included. */
  readonly depth: number;
  /** How long the task would still run from its next start, or from now where it runs; seconds, an estimate. */
  estimateS(task: number, nowS: number): number;
}

/** A pool as a scaling policy sees it. */
export interface PoolLoad {
  readonly pool: number;
  /** Nodes in service. */
  readonly nodes: number;
  /** Nodes ordered and not yet in service. */
  readonly coming: number;
  /** Nodes that take nobody in any more and go when they are empty. */
  readonly leaving: number;
  readonly minNodes: number;
  readonly maxNodes: number;
  /** Units of one node. */
  readonly unitsPerNode: number;
  /** Mean share of the units in service that were taken since the last look. */
  readonly utilisation: number;
  /** Units taken since the last look, on average. */
  readonly meanUnitsTaken: number;
  /** Units taken now; waiting for the pool now: tasks, and the units that they need. */
  readonly unitsTaken: number;
  readonly waitingTasks: number;
  readonly waitingUnits: number;
  /** Tasks that came to the pool's stages since the last look. */
  readonly arrivedTasks: number;
  /** Mean time from the order of a node until it is in service. */
  readonly provisionS: number;
}

export interface ScalingPolicy extends PolicyBase {
  /** Seconds between two looks at the pool. */
  readonly intervalS: number;
  /** Nodes wanted (in service and coming); the engine keeps to minimum and maximum and rounds up. */
  wanted(load: PoolLoad, nowS: number): number;
}

/**
 * What a victim goes back to: `resume`, its last saved progress; `restart`, the beginning of its step; `restart-task`,
 * the beginning of its workflow; `abort`: it is cancelled.
 */
export type PreemptionMode = 'resume' | 'restart' | 'restart-task' | 'abort';

export interface PreemptionPolicy extends PolicyBase {
  /** Whether `candidate` may take the resource of `victim`. */
  mayPreempt(candidate: number, victim: number, nowS: number): boolean;
  /** Negative where `a` is the better victim of two that may be preempted. */
  compareVictims(a: number, b: number, nowS: number): number;
  /**
   * The whole pool is ranked anew at every arrival and end, and filled from empty in that order, passing over what
   * does not fit: who is not among those chosen is stopped. The smaller number first, equals in order of arrival at
   * the queue. Where a policy has this, it is not asked the two questions above.
   */
  rank?(task: number, nowS: number): number;
  /** `candidate` is about to stop `victim`. */
  preempted?(candidate: number, victim: number, nowS: number): void;
  readonly mode: PreemptionMode;
  /** Work between two checkpoints, seconds; 0: progress is always safe; Infinity: none on the way. */
  readonly checkpointIntervalS: number;
  /** What one checkpoint on the way takes, seconds on the resource. */
  readonly checkpointCostS: number;
  /**
   * What a victim takes to save all its progress before it gives up the resource, seconds on the resource; negative:
   * it saves nothing then and falls back to its last checkpoint. Mode resume only.
   */
  saveS(task: number): number;
  /** What resuming takes before the work goes on, seconds on the resource. */
  resumeS(task: number): number;
}

export interface BackpressurePolicy extends PolicyBase {
  /** The new state of the signal, given the queue's length after a change and the present state. */
  signal(queueLength: number, on: boolean): boolean;
  /** The signal of a stage has changed (as the stage itself sees it, without any delay). */
  changed?(stage: number, on: boolean, nowS: number): void;
  /** Whether entry to the system is refused while the signal of the task's first stage is on. */
  readonly refuseEntry: boolean;
  /** How many stages upstream pause at the signal: 1 is the one before. */
  readonly hops: number;
  /** Seconds that the signal takes from each stage to the one before it. */
  readonly hopDelayS: number;
  /**
   * Tasks that may be waiting at the stage or on their way to it from the stage before; Infinity: no credits. A task
   * starts upstream only where it gets a credit of every stage that may be its next.
   */
  readonly credits: number;
  /** Seconds that a credit takes on its way back, after the task has started here or gone elsewhere. */
  readonly creditReturnS: number;
}

export type FailureKind = 'error' | 'rejected' | 'timed-out';

export interface Failure {
  readonly kind: FailureKind;
  /** Tries so far, from 1: of the step for an error, of the client otherwise. */
  readonly attempt: number;
  /** What the refusing policy said; 0 where nothing. */
  readonly retryAfterS: number;
  /** The wait before the try that has failed now; 0 for the first. */
  readonly previousS: number;
  readonly random: UniformSource;
}

/** A retry policy answers: the next one in the chain decides; behind the last, the failure is final. */
export const PASS = -1;
/** A retry policy answers: the failure is final. */
export const GIVE_UP = -2;

export interface RetryPolicy extends PolicyBase {
  /** PASS, GIVE_UP, or the seconds to wait before the next try. */
  decide(task: number, failure: Failure, nowS: number): number;
  /** A later policy of the chain has granted the retry that this one has passed on. */
  granted?(task: number, nowS: number): void;
  /** Its waits are stays in the dead-letter queue; whoever comes back from there begins anew, at admission. */
  readonly parks?: boolean;
  /** Seconds after sending at which a second copy is sent; Infinity: none. Asked when a task is sent. */
  hedgeAfterS?(task: number, nowS: number): number;
}

export type DeadlineAction = 'drop' | 'fallback' | 'escalate';

export interface DeadlinePolicy extends PolicyBase {
  /** When it acts on a task that has just arrived (absolute, seconds); Infinity: never. */
  actAtS(task: number, nowS: number): number;
  /**
   * `drop`: the task is cancelled wherever it is. `fallback`: it takes its workload's cheaper path, from its queue at
   * once, from service when the present step is over. `escalate`: its priority becomes `escalated`.
   */
  readonly action: DeadlineAction;
  escalated?(task: number): number;
}

export interface RolloutPolicy extends PolicyBase {
  /** Whether the task, which has just arrived, goes under the other policy set. */
  isCanary(task: number, nowS: number): boolean;
}
