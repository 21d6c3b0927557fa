/**
 * Pools that grow and shrink. At regular times the scaling policy sees the pool's load and says how many nodes it
 * wants, in service and ordered; the engine keeps to the pool's bounds and carries it out. Growing: nodes that are
 * leaving stay, the others are ordered, and each comes after a time of its own. Shrinking: orders that have not come
 * are cancelled, the last one first; then the emptiest nodes take nobody in any more and go when they are empty.
 *
 * So no task is ever stopped, and nodes in service, coming and leaving together are never more than the maximum:
 * nothing is ordered while something leaves.
 */
import type { KeyedRandom } from '../kernel/random/keyed.js';
import type { StreamFactory } from '../kernel/random/streams.js';
import type { ScalingSpec } from '../model/system.js';
import { N, NONE } from '../model/task-table.js';
import type { PoolLoad, ScalingPolicy } from '../policies/points.js';
import { notePlace } from './decisions.js';
import { Event } from './event-kinds.js';
import { coverNodes } from './failures.js';
import { markDirty, wakeAll } from './queueing.js';
import type { RunState } from './run-state.js';
import { dropReplica } from './serving.js';
import type { PoolState } from './stations.js';

/** So much more than a whole number of nodes is rounding, not need. */
const ROUNDING = 1e-9;

/** What a look needs of the one before. */
export class PoolScaler {
  lookedS = 0;
  busyArea = 0;
  unitsArea = 0;
  /** Arrivals that the stages counted by then; counts begin again after the warm-up. */
  arrived = 0;
  orders = 0;

  constructor(
    readonly station: PoolState,
    readonly policy: ScalingPolicy,
    readonly spec: ScalingSpec,
    readonly provision: KeyedRandom,
  ) {}
}

export function startScaling(run: RunState, streams: StreamFactory): void {
  for (const station of run.pools) {
    const { scaling: policy, spec } = station;
    if (policy === null || spec.scaling === null) continue;
    const { intervalS } = policy;
    if (!(intervalS > 0)) throw new RangeError(`a scaling policy looks at its pool every ${intervalS} s`);
    const scaler = new PoolScaler(station, policy, spec.scaling, streams.keyed(`provision/${spec.name}`));
    run.scalers.push(scaler);
    run.calls.after(intervalS, () => look(run, scaler));
  }
}

const arrivedAt = ({ stages }: PoolState): number =>
  stages.reduce((sum, { recorder }) => sum + recorder.arrived, 0);

/** The stages have begun to count anew. */
export function noteCountsReset(run: RunState): void {
  for (const scaler of run.scalers) scaler.arrived = 0;
}

/** A replica of an LLM server is busy with one request; how many it has says more. */
function busyAreaOf(run: RunState, { serving, stages, busyLevel }: PoolState): number {
  if (serving === null) return run.levels.integral(busyLevel, run.nowS);
  return stages.reduce((sum, stage) => sum + run.levels.integral(stage.inProgressLevel, run.nowS), 0);
}

function loadOf(run: RunState, scaler: PoolScaler): PoolLoad {
  const { station, spec } = scaler;
  const { fleet, pool } = station;
  const { nowS } = run;
  const busyArea = busyAreaOf(run, station);
  const unitsArea = station.unitsArea(nowS);
  const arrived = arrivedAt(station);
  const busy = busyArea - scaler.busyArea;
  const units = unitsArea - scaler.unitsArea;
  const sinceS = nowS - scaler.lookedS;
  let waitingTasks = 0;
  let waitingUnits = 0;
  for (const stage of station.stages) {
    waitingTasks += stage.waiting;
    if (stage.waiting > 0) stage.forEachWaiting((task) => (waitingUnits += run.tasks.n[task + N.gpus]!));
  }
  const load: PoolLoad = {
    pool: station.index,
    nodes: fleet.serving,
    coming: fleet.coming,
    leaving: fleet.leaving,
    minNodes: spec.minNodes,
    maxNodes: spec.maxNodes,
    unitsPerNode: Math.round(pool.spec.groups[spec.group]!.gpusPerNode * pool.unitsPerGpu),
    utilisation: units > 0 ? busy / units : 0,
    meanUnitsTaken: sinceS > 0 ? busy / sinceS : 0,
    unitsTaken: pool.totalUnits - pool.totalFree,
    waitingTasks,
    waitingUnits,
    arrivedTasks: Math.max(0, arrived - scaler.arrived),
    provisionS: spec.provision.mean,
  };
  scaler.lookedS = nowS;
  scaler.busyArea = busyArea;
  scaler.unitsArea = unitsArea;
  scaler.arrived = arrived;
  return load;
}

function look(run: RunState, scaler: PoolScaler): void {
  const { policy, spec, station } = scaler;
  const { fleet } = station;
  const load = loadOf(run, scaler);
  const wanted = policy.wanted(load, run.nowS);
  if (Number.isNaN(wanted)) throw new Error(`a scaling policy wants ${wanted} nodes`);
  const target = Math.min(spec.maxNodes, Math.max(spec.minNodes, Math.ceil(wanted - ROUNDING)));
  const more = target - fleet.serving - fleet.coming;
  if (more > 0) grow(run, scaler, more);
  else if (more < 0) shrink(run, scaler, -more);
  if (more !== 0) {
    if (run.record !== null) {
      const why = policy.why?.(NONE, run.nowS);
      const numbers = { ...why?.numbers, wanted, utilisationFraction: load.utilisation };
      noteNodes(run, station, more > 0 ? 'out' : 'in', numbers, policy);
    }
    nodesChanged(run, station);
  }
  run.calls.after(policy.intervalS, () => look(run, scaler));
}

function grow(run: RunState, scaler: PoolScaler, count: number): void {
  const { fleet } = scaler.station;
  const { group, provision } = scaler.spec;
  for (let missing = count - fleet.keep(count, group, run.nowS); missing > 0; missing--) {
    const inS = provision.sample(scaler.provision.at(scaler.orders++, 0));
    if (!(inS > 0)) {
      fleet.bring(group, run.nowS);
      continue;
    }
    const id = ++run.ordersGiven;
    const event = run.events.schedule(run.nowS + inS, Event.nodeReady, id);
    run.orderedFor.set(id, scaler.station);
    fleet.order({ id, group, event }, run.nowS);
  }
}

function shrink(run: RunState, { station, spec }: PoolScaler, count: number): void {
  let left = count;
  for (; left > 0; left--) {
    const order = station.fleet.cancelLast(run.nowS);
    if (order === null) break;
    run.events.cancel(order.event);
    run.orderedFor.delete(order.id);
  }
  station.fleet.dismiss(left, spec.group, run.nowS);
}

/** A node that was ordered is in service from now. */
export function onNodeReady(run: RunState, id: number): void {
  const station = run.orderedFor.get(id)!;
  run.orderedFor.delete(id);
  station.fleet.arrive(id, run.nowS);
  if (run.record !== null) noteNodes(run, station, 'ready', {});
  nodesChanged(run, station);
}

/** To be called when nodes have come or go: there is more room, or less. */
export function nodesChanged(run: RunState, station: PoolState): void {
  for (const node of station.fleet.renewed.splice(0))
    if (station.serving !== null) dropReplica(run, station, node);
  coverNodes(run, station);
  station.noteCapacity(run.nowS);
  run.interconnect?.noteNodes(station.pool);
  markDirty(run, station);
  wakeAll(run);
}

/** A change of the nodes, for the record. */
export function noteNodes(
  run: RunState,
  { fleet, spec }: PoolState,
  reason: string,
  numbers: Readonly<Record<string, number>>,
  policy: ScalingPolicy | null = null,
): void {
  const { serving, coming, leaving } = fleet;
  notePlace(run, 'scale', spec.name, policy, reason, { ...numbers, nodes: serving, coming, leaving });
}
