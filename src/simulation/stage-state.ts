/** A stage of a run: its queue in lanes, its limits, its signal and its door. */
import { isServedBefore, Lane, type LaneClock } from '../model/lane.js';
import type { StageSpec, SystemSpec } from '../model/system.js';
import { F, N, NONE, type TaskTable } from '../model/task-table.js';
import {
  type BackpressurePolicy,
  type ConcurrencyLimit,
  LANE_ALL,
  LANE_BY_TENANT,
  LANE_BY_WORKLOAD,
  type OrderingPolicy,
  type WipLimit,
} from '../policies/points.js';
import { LimitTrack } from './limit-track.js';
import type { PoliciesInForce } from './policies-in-force.js';
import { StageRecorder } from './recorder.js';
import { FIFO, PoolState, ServiceState } from './stations.js';

/** The limits of one policy set at a stage, and how many of its tasks are at work there. */
export class StageLimits {
  inProgress = 0;
  /** Null without a concurrency limit. */
  readonly track: LimitTrack | null;

  constructor(
    readonly wip: readonly WipLimit[],
    readonly limits: readonly ConcurrencyLimit[],
  ) {
    this.track = limits.length === 0 ? null : new LimitTrack(limits);
  }

  allow(task: number, stage: number, holds: boolean): boolean {
    const { wip, limits } = this;
    for (let i = 0; i < wip.length; i++) {
      const limit = wip[i]!;
      if (!(holds && limit.holds === 'task') && !limit.mayStart(task, stage)) return false;
    }
    for (let i = 0; i < limits.length; i++) if (this.inProgress >= limits[i]!.limit) return false;
    return true;
  }
}

export class StageState {
  waiting = 0;
  inProgress = 0;
  /** By policy set: one, or two with a rollout. */
  readonly limits: readonly StageLimits[];
  readonly ordering: OrderingPolicy;
  /** The ordering goes by key, not by the order of arrival alone. */
  readonly isKeyed: boolean;
  readonly backpressure: BackpressurePolicy | null;
  /** The backpressure signal of this stage's queue. */
  signal = false;
  /** The signal as it is heard so many stages upstream; entry 0 is not used. */
  readonly heard: boolean[] = [];
  /** Credits that tasks upstream may take. */
  creditsLeft: number;
  /** Credits on their way back. */
  creditsReturning = 0;
  /** Whether some policy is asked at the entrance, or for tasks that are next. */
  isGated = false;
  canDrop = false;
  /** Whether some policy is told of starts and ends here, and whether limits take samples. */
  isObserved = false;
  isSampled = false;
  /** Finished tasks of other stages that this stage has no room for, first come first served. */
  readonly atDoor: Lane;
  /** A place may have become free for the tasks at the door. */
  roomToCheck = false;
  readonly recorder: StageRecorder;
  /** Sums for Little's law over the whole run: entry times of those who left, and their number. */
  sojournSumS = 0;
  /** Whether nothing but free units decides on a start. */
  readonly unlimited: boolean;
  /** Whether a visit here is all there is to a task, so that what is recorded of tasks is recorded of visits. */
  visitsAreTasks = false;
  /** Tasks go the express way; see express.ts. */
  express = false;
  /** Whether the pool keeps count of what it is asked for. */
  readonly countsDemand: boolean;
  readonly pool: PoolState | null;
  readonly service: ServiceState | null;
  /** Rows in the levels: tasks waiting, tasks in progress. */
  readonly waitingLevel: number;
  readonly inProgressLevel: number;

  /** The only lane, where no limit tells tasks apart; null otherwise. */
  private readonly single: Lane | null;
  private readonly holdersApart: boolean;
  private readonly lanes: (Lane | undefined)[] = [];
  private readonly active: Lane[] = [];
  /** N.workload, or N.step, which says the workload too. */
  private readonly classColumn: number;
  private readonly workloadFactor: number;
  private readonly tenantFactor: number;
  /** Tasks of two policy sets never share a lane. */
  private readonly armFactor: number;

  /**
   * @param byStep whether tasks at different steps wait in lanes of their own: backpressure may pause some of them
   */
  constructor(
    readonly spec: StageSpec,
    readonly index: number,
    readonly tasks: TaskTable,
    private readonly clock: LaneClock,
    arms: readonly PoliciesInForce[],
    system: SystemSpec,
    byStep: boolean,
    /** What the stage's tasks need; one of `pool` and `service` is the same, the other null. */
    readonly station: PoolState | ServiceState,
  ) {
    this.pool = station instanceof PoolState ? station : null;
    this.service = station instanceof ServiceState ? station : null;
    this.countsDemand = this.pool !== null && this.pool.pool.table.mix !== null;
    station.stages.push(this);
    const policies = arms[0]!;
    this.limits = arms.map(({ wip, concurrency }) => new StageLimits(wip[index]!, concurrency[index]!));
    const wip = this.limits.flatMap((limits) => limits.wip);
    this.isSampled = this.limits.some(({ track }) => track !== null);
    this.ordering = policies.ordering[index]!;
    this.isKeyed = this.ordering.structure === 'key';
    this.backpressure = policies.backpressure[index]!;
    this.creditsLeft = this.backpressure?.credits ?? Number.POSITIVE_INFINITY;
    this.unlimited = wip.length === 0 && !this.isSampled && !byStep;
    this.atDoor = new Lane(tasks, FIFO, clock);
    const mask = wip.reduce(
      (bits, limit) => bits | limit.lanes,
      (byStep ? LANE_BY_WORKLOAD : LANE_ALL) | (this.ordering.lanes ?? LANE_ALL),
    );
    const tenants = (mask & LANE_BY_TENANT) === 0 ? 1 : system.tenantNames.length;
    this.classColumn = byStep ? N.step : N.workload;
    this.tenantFactor = tenants === 1 ? 0 : 1;
    this.workloadFactor = (mask & LANE_BY_WORKLOAD) === 0 ? 0 : tenants;
    // A task that holds its limit already may go on while the head, which does not, may not begin.
    this.holdersApart = wip.some(({ holds }) => holds === 'task');
    const classes = byStep
      ? system.workloads.reduce((sum, { steps }) => sum + steps.length, 0)
      : system.workloads.length;
    this.armFactor = arms.length === 1 ? 0 : classes * tenants;
    this.single =
      mask === LANE_ALL && !this.holdersApart && this.armFactor === 0
        ? new Lane(tasks, this.ordering, clock)
        : null;
    this.waitingLevel = 2 * index;
    this.inProgressLevel = 2 * index + 1;
    this.recorder = new StageRecorder(system.stages.some((stage) => stage.whenFull === 'block'));
  }

  add(task: number): void {
    this.waiting++;
    if (this.single !== null) {
      this.single.add(task);
      return;
    }
    const { tasks } = this;
    const id = this.laneOf(task);
    let lane = this.lanes[id];
    if (lane === undefined) {
      lane = new Lane(tasks, this.ordering, this.clock);
      this.lanes[id] = lane;
    }
    if (lane.length === 0) this.active.push(lane);
    tasks.n[task + N.lane] = id;
    lane.add(task);
  }

  private laneOf(task: number): number {
    const { n } = this.tasks;
    const attributes =
      n[task + this.classColumn]! * this.workloadFactor +
      n[task + N.tenant]! * this.tenantFactor +
      n[task + N.arm]! * this.armFactor;
    return this.holdersApart ? 2 * attributes + n[task + N.holdsTaskLimits]! : attributes;
  }

  /** Whether somebody waits in the lane that the task would join. */
  hasOthersInLane(task: number): boolean {
    if (this.waiting === 0 || this.single !== null) return this.waiting > 0;
    return (this.lanes[this.laneOf(task)]?.length ?? 0) > 0;
  }

  remove(task: number): void {
    this.waiting--;
    if (this.single !== null) {
      this.single.remove(task);
      return;
    }
    const lane = this.lanes[this.tasks.n[task + N.lane]!]!;
    this.tasks.n[task + N.lane] = NONE;
    lane.remove(task);
    if (lane.length === 0) this.active.splice(this.active.indexOf(lane), 1);
  }

  /** The task that the ordering serves next among the lanes that may start; NONE where there is none. */
  bestHead(mayStart: (task: number) => boolean): number {
    const { active } = this;
    if (this.single !== null) {
      const head = this.single.head();
      return this.unlimited || head === NONE || mayStart(head) ? head : NONE;
    }
    let best = NONE;
    for (let i = 0; i < active.length; i++) {
      const head = active[i]!.head();
      if ((best === NONE || this.isBefore(head, best)) && mayStart(head)) best = head;
    }
    return best;
  }

  /** Adds the heads of all lanes that may start. */
  collectHeads(mayStart: (task: number) => boolean, into: number[]): void {
    const lanes = this.single === null ? this.active : [this.single];
    for (const lane of lanes) {
      const head = lane.head();
      if (head !== NONE && (this.unlimited || mayStart(head))) into.push(head);
    }
  }

  /** Calls back for every waiting task. */
  forEachWaiting(visit: (task: number) => void): void {
    if (this.single !== null) this.single.forEach(visit);
    else for (const lane of [...this.active]) lane.forEach(visit);
  }

  limitsOf(task: number): StageLimits {
    const { limits } = this;
    return limits.length === 1 ? limits[0]! : limits[this.tasks.n[task + N.arm]!]!;
  }

  /** Whether task a is served before task b, whichever lanes they wait in. */
  isBefore(a: number, b: number): boolean {
    return isServedBefore(this.tasks, a, b);
  }

  /** Adds a task to the end of the only lane, where neither key nor order will be asked for. */
  append(task: number): void {
    this.waiting++;
    this.single!.append(task);
  }

  /** The task that is next in the only lane; for stages where no limit tells tasks apart. */
  head(): number {
    return this.single!.head();
  }

  /** The task that has waited longest; NONE where nobody waits. */
  oldest(): number {
    if (this.single !== null) return this.single.oldest();
    let oldest = NONE;
    for (const lane of this.active) {
      const first = lane.oldest();
      if (oldest === NONE || this.tasks.f[first + F.queuedAtS]! < this.tasks.f[oldest + F.queuedAtS]!)
        oldest = first;
    }
    return oldest;
  }

  /** Whether limits on WIP and concurrency let the task start here. */
  limitsAllow(task: number): boolean {
    return this.limitsOf(task).allow(task, this.index, this.tasks.n[task + N.holdsTaskLimits] === 1);
  }
}
