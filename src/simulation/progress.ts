/** How long work takes on a pool and how much of it a checkpoint holds. Seconds on the clock. */
import { checkpointsBy, timeFor, workBy } from '../model/checkpoint-cycle.js';
import { State } from '../model/life-cycle.js';
import { F, N, NONE } from '../model/task-table.js';
import { PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import { remainingShare } from './serving.js';
import { toBeServedS } from './sharing.js';
import type { PoolState } from './stations.js';

/** Speed at which the task works where it is, or worked last: its own where nodes differ, else that of the pool. */
export function speedOf(run: RunState, station: PoolState, task: number): number {
  return station.isUniform ? station.speed : run.tasks.f[task + F.speed]!;
}

/** A gang goes as fast as the slowest of its nodes and, as far as it communicates, as its slowest link. To be called once it has them. */
export function noteSpeed(run: RunState, station: PoolState, task: number): void {
  const { throughput, network } = run.steps[run.tasks.n[task + N.step]!]!;
  const { table } = station.pool;
  // A slow node that tasks share is slow for all of them together.
  const slowed = station.outages !== null && station.sharing === null;
  let slowest = Number.POSITIVE_INFINITY;
  station.pool.forEachNodeOf(task, (node) => {
    const group = table.group[node]!;
    const speed = table.groups[group]!.speed * (throughput === null ? 1 : throughput[group]!);
    slowest = Math.min(slowest, slowed ? speed / station.outages!.slowdownOf(node) : speed);
  });
  if (network !== null && network.communicationFraction > 0)
    slowest /= run.interconnect!.gangSlowdownOf(station.pool, task, network.communicationFraction);
  run.tasks.f[task + F.speed] = slowest;
}

/** Clock time that the work takes, checkpoints included. */
export function runTimeS(run: RunState, station: PoolState, task: number, workS: number): number {
  const speed = speedOf(run, station, task);
  const runS = speed === 1 ? workS : workS / speed;
  if (station.cycle === null) return runS;
  return timeFor(station.cycle, cycleOf(run, station, task), runS);
}

/** Position in the checkpoint cycle at which the present stretch began. */
const cycleOf = (run: RunState, station: PoolState, task: number): number =>
  station.outages === null ? 0 : run.tasks.f[task + F.cycleS]!;

/**
 * Time that the task has had of its resource since its present stretch began: its part of a shared node, elsewhere
 * the time that has passed.
 */
export function servedS(run: RunState, station: PoolState, task: number): number {
  const { f } = run.tasks;
  if (station.sharing === null) return run.events.nowS - f[task + F.startedAtS]!;
  return runTimeS(run, station, task, f[task + F.remainingWorkS]!) - toBeServedS(run, station, task);
}

/** Work done in the present stretch, as clock time without checkpoints, after the task has been served so long. */
export function doneS(run: RunState, station: PoolState, task: number, servedS: number): number {
  const { cycle } = station;
  if (cycle === null) return servedS;
  const from = cycleOf(run, station, task);
  return workBy(cycle, from + servedS) - workBy(cycle, from);
}

/** Position in the checkpoint cycle after the task has been served so long in the present stretch. */
export function positionAfter(run: RunState, station: PoolState, task: number, servedS: number): number {
  const { cycle } = station;
  if (cycle === null) return 0;
  const timeS = cycleOf(run, station, task) + servedS;
  return timeS - checkpointsBy(cycle, timeS) * (cycle.intervalS + cycle.costS);
}

/** Work, and the time that it took, that would have to be done again. */
export interface AtRisk {
  readonly workS: number;
  readonly runS: number;
}

/** What the task has done since its last checkpoint, after it has been served so long in the present stretch. */
export function atRisk(run: RunState, station: PoolState, task: number, servedS: number): AtRisk {
  const { cycle } = station;
  const speed = speedOf(run, station, task);
  const doneNowS = doneS(run, station, task, servedS);
  const finished = cycle === null ? 0 : checkpointsBy(cycle, cycleOf(run, station, task) + servedS);
  if (finished > 0) {
    const runS = workBy(cycle!, cycleOf(run, station, task) + servedS) - finished * cycle!.intervalS;
    return { workS: runS * speed, runS };
  }
  const { f } = run.tasks;
  if (station.outages === null) return { workS: doneNowS * speed, runS: doneNowS };
  return {
    workS: f[task + F.unsavedWorkS]! + doneNowS * speed,
    runS: f[task + F.unsavedRunS]! + doneNowS,
  };
}

/** Work of the task's present step that is still to do, what the present stretch (or call) has done taken off. */
export function remainingNowS(run: RunState, task: number): number {
  const { f, n } = run.tasks;
  const state = n[task + N.state]!;
  if (state === State.blocked) return 0;
  const remainingS = f[task + F.remainingWorkS]!;
  if (state !== State.inProgress || n[task + N.stage] === NONE || n[task + N.phase] === PHASE.transfer)
    return remainingS;
  const { pool, service } = run.stages[n[task + N.stage]!]!;
  if (pool !== null && pool.serving !== null) return remainingS * remainingShare(run, pool, task);
  const done =
    pool === null
      ? (run.nowS - f[task + F.startedAtS]!) / service!.slowdown
      : doneS(run, pool, task, servedS(run, pool, task)) * speedOf(run, pool, task);
  return Math.max(0, remainingS - done);
}
