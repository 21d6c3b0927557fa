/**
 * What stages stand in front of: pools and services. Each holds its own counts; the functions that move tasks are in
 * the modules beside this one.
 */
import { Histogram } from '../metrics/histogram.js';
import type { CheckpointCycle } from '../model/checkpoint-cycle.js';
import { DemandMix } from '../model/demand-mix.js';
import { Lane, type LaneClock, type LaneOrder } from '../model/lane.js';
import { Pool } from '../model/pool.js';
import { RowSet } from '../model/row-set.js';
import type { PoolSpec, ServiceSpec } from '../model/system.js';
import { NONE, type TaskTable } from '../model/task-table.js';
import type { BackfillPolicy, PlacementPolicy, PreemptionPolicy, ScalingPolicy } from '../policies/points.js';
import type { FailureClock } from './failures.js';
import { Fleet } from './fleet.js';
import { Outages } from './outages.js';
import type { PoliciesInForce } from './policies-in-force.js';
import type { ServingState } from './serving.js';
import { PoolSharing } from './sharing.js';
import type { StageState } from './stage-state.js';

export const FIFO: LaneOrder = { structure: 'fifo', key: () => 0 };

export class PoolState {
  readonly pool: Pool;
  readonly stages: StageState[] = [];
  /** Of the first group of nodes. */
  readonly speed: number;
  /** Whether every task works at that speed, wherever it is. */
  readonly isUniform: boolean;
  readonly placement: PlacementPolicy;
  readonly backfill: BackfillPolicy | null;
  readonly preemption: PreemptionPolicy | null;
  /** Only where the pool may be scaled. */
  readonly scaling: ScalingPolicy | null;
  readonly fleet: Fleet;
  /** Who shares which node, in mode `shared`; null in the others. */
  readonly sharing: PoolSharing | null;
  /** Whether a node (that is shared, or whose replica iterates) is busy as a whole as long as anybody is on it. */
  readonly isShared: boolean;
  /** Units (in mode `shared`: seconds of service a second) that keep one GPU busy. */
  readonly unitsPerBusyGpu: number;
  /** Nodes out of service or slow; null where none can be. */
  readonly outages: Outages | null;
  /** Checkpoints on the way; null without. */
  readonly cycle: CheckpointCycle | null;
  /** Whether a task loses nothing with its node. */
  readonly isSafeAtFailure: boolean;
  /** Nodes that are waited for to be empty. */
  readonly drains = new Set<FailureClock>();
  /** Rows that hold units, kept only where there is preemption or backfill, or nodes may fail. */
  readonly running: RowSet | null;
  /** The replicas of a batching pool; null in the other modes. */
  serving: ServingState | null = null;
  memoryTakenBytes = 0;
  memoryBytes: number;
  /**
   * Units of the pool now, those of nodes that are down included, and their integral over the measured window up to
   * `capacitySinceS`.
   */
  capacityUnits: number;
  private capacityArea = 0;
  /** Those out of service that no task holds, and their integral likewise. */
  private downUnits = 0;
  private downArea = 0;
  private unitsSeen: number;
  private capacitySinceS = 0;
  isScaled = false;
  /** The area up to the end of the warm-up. */
  private areaBefore = 0;
  /**
   * The task for which others are saving their state: the units that they give up are its own, whoever the ordering
   * would serve next (a victim may well be older). NONE without.
   */
  reservedFor = NONE;
  /** GPU-seconds known to be wasted in the measured window. */
  wastedGpuS = 0;
  /** Samples of the measured window: GPU-seconds free, and those of them in fragments. */
  freeGpuS = 0;
  fragmentedGpuS = 0;
  /** Freed capacity or new work: look at the queues before the event is over. */
  dirty = false;
  /** Stops by refilling since the event of this number, by task. */
  readonly stops = new Map<number, number>();
  stopsAtEvent = -1;
  /** Whether a look at the queues is due at a later time, or at the end of this one. */
  awaitsRound = false;

  constructor(
    readonly spec: PoolSpec,
    readonly index: number,
    tasks: TaskTable,
    policies: PoliciesInForce,
    /** Row in the levels of the units taken. */
    readonly busyLevel: number,
    isUniform: boolean,
    /** Whether nodes may go out of service or slow down. */
    hasOutages: boolean,
    /** Row in the levels of the units free while the next task does not fit. */
    readonly unallocatableLevel: number,
    /** Tasks may come that need none of the GPUs. */
    readonly takesGpuless: boolean,
  ) {
    this.pool = new Pool(spec, index, tasks);
    this.isShared = spec.sharing !== null || spec.serving !== null;
    const { table } = this.pool;
    if (spec.mode === 'exclusive' && (table.nodes > 1 || table.perNode > 1)) table.mix = new DemandMix();
    this.speed = spec.groups[0]!.speed;
    this.isUniform = isUniform;
    this.placement = policies.placement[index]!;
    this.backfill = policies.backfill[index]!;
    this.preemption = policies.preemption[index]!;
    this.scaling = spec.scaling === null ? null : policies.scaling[index]!;
    this.fleet = new Fleet(this.pool);
    this.running =
      this.preemption === null && this.backfill === null && !hasOutages ? null : new RowSet(tasks);
    this.outages = hasOutages ? new Outages(this.pool, this.isShared) : null;
    this.cycle = cycleOf(spec, this.preemption);
    this.isSafeAtFailure = spec.checkpoint?.everyS === 0;
    this.sharing = spec.sharing === null ? null : new PoolSharing(spec.sharing, this.pool, index);
    this.unitsPerBusyGpu = this.sharing?.peakPerGpu ?? this.pool.unitsPerGpu;
    this.memoryBytes = this.fleet.memoryBytes;
    this.capacityUnits = this.pool.totalUnits;
    this.unitsSeen = this.capacityUnits;
  }

  /**
   * To be called when units may have come or gone: those of a node that is to go leave as they come free. How many
   * nodes are gone by that.
   * @param nodesChanged whether nodes may have gone out of service, come back, or been taken away
   */
  noteCapacity(nowS: number, nodesChanged = false): number {
    const there = this.isShared ? this.pool.unitsThere : this.pool.totalUnits;
    if (there === this.unitsSeen && !nodesChanged) return 0;
    this.unitsSeen = there;
    const downUnits = this.outages === null ? 0 : this.outages.downUnits();
    const sinceS = nowS - this.capacitySinceS;
    this.capacityArea += this.capacityUnits * sinceS;
    this.downArea += this.downUnits * sinceS;
    this.capacitySinceS = nowS;
    this.downUnits = downUnits;
    const gone = this.fleet.seeOff(nowS);
    this.memoryBytes = this.fleet.memoryBytes;
    if (there + downUnits === this.capacityUnits) return gone;
    this.isScaled = true;
    this.capacityUnits = there + downUnits;
    return gone;
  }

  measureCapacityFrom(nowS: number): void {
    this.areaBefore = this.unitsArea(nowS);
    this.capacityArea = 0;
    this.downArea = 0;
    this.capacitySinceS = nowS;
    for (const meter of this.fleet.meters) meter.measureFrom(nowS);
  }

  /** Integral of the number of units over the whole run so far. */
  unitsArea(nowS: number): number {
    return this.areaBefore + this.capacityArea + this.capacityUnits * (nowS - this.capacitySinceS);
  }

  /** Average number of units over the measured window. */
  meanUnits(nowS: number, windowS: number): number {
    if (windowS <= 0) return this.capacityUnits;
    return (this.capacityArea + this.capacityUnits * (nowS - this.capacitySinceS)) / windowS;
  }

  /** Average number of those out of service that no task held. */
  meanDownUnits(nowS: number, windowS: number): number {
    if (windowS <= 0) return this.downUnits;
    return (this.downArea + this.downUnits * (nowS - this.capacitySinceS)) / windowS;
  }
}

/** The pool's own checkpoints, or those of its preemption policy. */
function cycleOf({ checkpoint }: PoolSpec, policy: PreemptionPolicy | null): CheckpointCycle | null {
  const [intervalS, costS] =
    checkpoint === null
      ? [policy?.checkpointIntervalS ?? 0, policy?.checkpointCostS ?? 0]
      : [checkpoint.everyS, checkpoint.costS];
  return intervalS > 0 && intervalS < Number.POSITIVE_INFINITY && costS >= 0 ? { intervalS, costS } : null;
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
    clock: LaneClock,
    /** Row in the levels of the calls being served; the next row is that of the calls waiting inside. */
    readonly busyLevel: number,
  ) {
    this.inside = new Lane(tasks, FIFO, clock);
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
