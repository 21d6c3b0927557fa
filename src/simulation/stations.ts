/**
 * What stages stand in front of: pools and services. Each holds its own counts; the functions that move tasks are in
 * the modules beside this one.
 */
import { Histogram } from '../metrics/histogram.js';
import { Lane, type LaneClock, type LaneOrder } from '../model/lane.js';
import { Pool } from '../model/pool.js';
import { RowSet } from '../model/row-set.js';
import type { PoolSpec, ServiceSpec } from '../model/system.js';
import { NONE, type TaskTable } from '../model/task-table.js';
import type { BackfillPolicy, PlacementPolicy, PreemptionPolicy, ScalingPolicy } from '../policies/points.js';
import { Fleet } from './fleet.js';
import type { PoliciesInForce } from './policies-in-force.js';
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
  /** Units (in mode `shared`: seconds of service a second) that keep one GPU busy. */
  readonly unitsPerBusyGpu: number;
  /** Rows that hold units, kept only where there is preemption or backfill. */
  readonly running: RowSet | null;
  memoryTakenBytes = 0;
  memoryBytes: number;
  /** Units of the pool now, and their integral over the measured window up to `capacitySinceS`. */
  capacityUnits: number;
  private capacityArea = 0;
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
  /** Freed capacity or new work: look at the queues before the event is over. */
  dirty = false;
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
  ) {
    this.pool = new Pool(spec, index, tasks);
    this.speed = spec.groups[0]!.speed;
    this.isUniform = isUniform;
    this.placement = policies.placement[index]!;
    this.backfill = policies.backfill[index]!;
    this.preemption = policies.preemption[index]!;
    this.scaling = spec.scaling === null ? null : policies.scaling[index]!;
    this.fleet = new Fleet(this.pool);
    this.running = this.preemption === null && this.backfill === null ? null : new RowSet(tasks);
    this.sharing = spec.sharing === null ? null : new PoolSharing(spec.sharing, this.pool, index);
    this.unitsPerBusyGpu = this.sharing?.peakPerGpu ?? this.pool.unitsPerGpu;
    this.memoryBytes = this.fleet.memoryBytes;
    this.capacityUnits = this.pool.totalUnits;
  }

  /**
   * To be called when units may have come or gone: those of a node that is to go leave as they come free. How many
   * nodes are gone by that.
   */
  noteCapacity(nowS: number): number {
    const units = this.sharing === null ? this.pool.totalUnits : this.pool.unitsThere;
    if (units === this.capacityUnits) return 0;
    this.isScaled = true;
    this.capacityArea += this.capacityUnits * (nowS - this.capacitySinceS);
    this.capacitySinceS = nowS;
    this.capacityUnits = units;
    const gone = this.fleet.seeOff(nowS);
    this.memoryBytes = this.fleet.memoryBytes;
    return gone;
  }

  measureCapacityFrom(nowS: number): void {
    this.areaBefore = this.unitsArea(nowS);
    this.capacityArea = 0;
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
