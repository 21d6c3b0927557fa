/**
 * The places of a run where tasks wait and are served: stages with their queues, the pools and services behind them.
 * Each holds its own counts; the functions that move tasks between them are in the modules beside this one.
 */
import { Histogram } from '../metrics/histogram.js';
import { isServedBefore, Lane } from '../model/lane.js';
import { Pool } from '../model/pool.js';
import { RowSet } from '../model/row-set.js';
import {
  NO_STAGE,
  type PoolSpec,
  type ServiceSpec,
  type StageSpec,
  type SystemSpec,
} from '../model/system.js';
import { F, N, NONE, type TaskTable } from '../model/task-table.js';
import {
  type BackpressurePolicy,
  type ConcurrencyLimit,
  LANE_ALL,
  LANE_BY_TENANT,
  LANE_BY_WORKLOAD,
  type OrderingPolicy,
  type PlacementPolicy,
  type PreemptionPolicy,
  type WipLimit,
} from '../policies/points.js';
import { LimitTrack } from './limit-track.js';
import type { PoliciesInForce } from './policies-in-force.js';
import { StageRecorder } from './recorder.js';
import { nextStagesOf } from './step-state.js';

export class PoolState {
  readonly pool: Pool;
  readonly stages: StageState[] = [];
  readonly speed: number;
  readonly placement: PlacementPolicy;
  readonly preemption: PreemptionPolicy | null;
  /** Rows that hold units and may be preempted, kept only where there is preemption. */
  readonly running: RowSet | null;
  /**
   * The task for which others are saving their state: the units that they give up are its own, whoever the ordering
   * would serve next (a victim may well be older). NONE without.
   */
  reservedFor = NONE;
  /** GPU-seconds known to be wasted in the measured window. */
  wastedGpuS = 0;
  /** Freed capacity or new work: look at the queues before the event is over. */
  dirty = false;

  constructor(
    readonly spec: PoolSpec,
    readonly index: number,
    tasks: TaskTable,
    policies: PoliciesInForce,
    /** Row in the levels of the units taken. */
    readonly busyLevel: number,
  ) {
    this.pool = new Pool(spec, index, tasks);
    this.speed = spec.speed;
    this.placement = policies.placement[index]!;
    this.preemption = policies.preemption[index]!;
    this.running = this.preemption === null ? null : new RowSet(tasks);
  }
}

export class ServiceState {
  readonly stages: StageState[] = [];
  /** Calls beyond the concurrency wait here, inside the service. */
  readonly inside: Lane;
  busy = 0;
  concurrency: number;
  errorFraction: number;
  slowdown = 1;
  calls = 0;
  errors = 0;
  /** Latency as the caller sees it, of calls that were answered. */
  readonly recorder = new Histogram();
  dirty = false;

  constructor(
    readonly spec: ServiceSpec,
    readonly index: number,
    tasks: TaskTable,
    /** Row in the levels of the calls being served; the next row is that of the calls waiting inside. */
    readonly busyLevel: number,
  ) {
    this.inside = new Lane(tasks, 'fifo');
    this.concurrency = spec.concurrency;
    this.errorFraction = spec.errorFraction;
  }

  get insideLevel(): number {
    return this.busyLevel + 1;
  }

  resetCounts(): void {
    this.calls = 0;
    this.errors = 0;
    this.recorder.reset();
  }
}

export class StageState {
  waiting = 0;
  inProgress = 0;
  readonly wip: readonly WipLimit[];
  readonly limits: readonly ConcurrencyLimit[];
  readonly ordering: OrderingPolicy;
  /** The ordering goes by key, not by the order of arrival alone. */
  readonly isKeyed: boolean;
  readonly backpressure: BackpressurePolicy | null;
  /** The backpressure signal of this stage's queue. */
  signal = false;
  /** Finished tasks of other stages that this stage has no room for, first come first served. */
  readonly atDoor: Lane;
  /** A place may have become free for the tasks at the door. */
  roomToCheck = false;
  readonly recorder: StageRecorder;
  /** Null where the stage has no concurrency limit. */
  readonly limitTrack: LimitTrack | null;
  /** Sums for Little's law over the whole run: entry times of those who left, and their number. */
  sojournSumS = 0;
  /** Whether nothing but free units decides on a start. */
  readonly unlimited: boolean;
  /** Whether a visit here is all there is to a task, so that what is recorded of tasks is recorded of visits. */
  visitsAreTasks = false;
  /** Tasks go the express way; see express.ts. */
  express = false;
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

  /**
   * @param upstream indices of the stages whose tasks may come here next
   * @param byStep whether tasks at different steps wait in lanes of their own: backpressure may pause some of them
   */
  constructor(
    readonly spec: StageSpec,
    readonly index: number,
    readonly tasks: TaskTable,
    policies: PoliciesInForce,
    system: SystemSpec,
    readonly upstream: readonly number[],
    byStep: boolean,
    /** What the stage's tasks need; one of `pool` and `service` is the same, the other null. */
    readonly station: PoolState | ServiceState,
  ) {
    this.pool = station instanceof PoolState ? station : null;
    this.service = station instanceof ServiceState ? station : null;
    station.stages.push(this);
    this.wip = policies.wip[index]!;
    this.limits = policies.concurrency[index]!;
    this.ordering = policies.ordering[index]!;
    this.isKeyed = this.ordering.structure === 'key';
    this.backpressure = policies.backpressure[index]!;
    this.unlimited = this.wip.length === 0 && this.limits.length === 0 && !byStep;
    this.atDoor = new Lane(tasks, 'fifo');
    this.limitTrack = this.limits.length === 0 ? null : new LimitTrack(this.limits);
    const mask = this.wip.reduce((bits, limit) => bits | limit.lanes, byStep ? LANE_BY_WORKLOAD : LANE_ALL);
    const tenants = (mask & LANE_BY_TENANT) === 0 ? 1 : system.tenantNames.length;
    this.classColumn = byStep ? N.step : N.workload;
    this.tenantFactor = tenants === 1 ? 0 : 1;
    this.workloadFactor = (mask & LANE_BY_WORKLOAD) === 0 ? 0 : tenants;
    // A task that holds its limit already may go on while the head, which does not, may not begin.
    this.holdersApart = this.wip.some(({ holds }) => holds === 'task');
    this.single = mask === LANE_ALL && !this.holdersApart ? new Lane(tasks, this.ordering.structure) : null;
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
    const attributes =
      tasks.n[task + this.classColumn]! * this.workloadFactor + tasks.n[task + N.tenant]! * this.tenantFactor;
    const id = this.holdersApart ? 2 * attributes + tasks.n[task + N.holdsTaskLimits]! : attributes;
    let lane = this.lanes[id];
    if (lane === undefined) {
      lane = new Lane(tasks, this.ordering.structure);
      this.lanes[id] = lane;
    }
    if (lane.length === 0) this.active.push(lane);
    tasks.n[task + N.lane] = id;
    lane.add(task);
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
    const { wip, limits } = this;
    const holds = this.tasks.n[task + N.holdsTaskLimits] === 1;
    for (let i = 0; i < wip.length; i++) {
      const limit = wip[i]!;
      if (!(holds && limit.holds === 'task') && !limit.mayStart(task, this.index)) return false;
    }
    for (let i = 0; i < limits.length; i++) if (this.inProgress >= limits[i]!.limit) return false;
    return true;
  }
}

/** By stage: the stages whose tasks may come there next. */
export function upstreamOf(system: SystemSpec): number[][] {
  const upstream = system.stages.map(() => new Set<number>());
  for (const workload of system.workloads) {
    for (const step of workload.steps) {
      if (step.stage === NO_STAGE) continue;
      for (const next of nextStagesOf(workload, step)) upstream[next]!.add(step.stage);
    }
  }
  return upstream.map((stages) => [...stages].sort((a, b) => a - b));
}
