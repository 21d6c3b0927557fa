/**
 * How long work takes on a pool and how much of it is safe, with checkpoints every `interval` of work that cost
 * `cost` each. The last stretch ends with the work itself, without a checkpoint. Seconds on the clock.
 */
import { State } from '../model/life-cycle.js';
import { F, N, NONE } from '../model/task-table.js';
import type { PreemptionPolicy } from '../policies/points.js';
import { PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import { toBeServedS } from './sharing.js';
import type { PoolState } from './stations.js';

function checkpoints({ checkpointIntervalS, checkpointCostS }: PreemptionPolicy): boolean {
  return checkpointIntervalS > 0 && checkpointIntervalS < Number.POSITIVE_INFINITY && checkpointCostS >= 0;
}

/** Speed at which the task works where it is, or worked last: its own where nodes differ, else that of the pool. */
export function speedOf(run: RunState, station: PoolState, task: number): number {
  return station.isUniform ? station.speed : run.tasks.f[task + F.speed]!;
}

/** A gang goes as fast as the slowest of its nodes and, as far as it communicates, as its slowest link. To be called once it has them. */
export function noteSpeed(run: RunState, station: PoolState, task: number): void {
  const { throughput, network } = run.steps[run.tasks.n[task + N.step]!]!;
  const { table } = station.pool;
  let slowest = Number.POSITIVE_INFINITY;
  station.pool.forEachNodeOf(task, (node) => {
    const group = table.group[node]!;
    slowest = Math.min(slowest, table.groups[group]!.speed * (throughput === null ? 1 : throughput[group]!));
  });
  if (network !== null && network.communicationFraction > 0)
    slowest /= run.interconnect!.gangSlowdownOf(station.pool, task, network.communicationFraction);
  run.tasks.f[task + F.speed] = slowest;
}

/** Clock time that the work takes, checkpoints included. */
export function runTimeS(run: RunState, station: PoolState, task: number, workS: number): number {
  const speed = speedOf(run, station, task);
  const runS = speed === 1 ? workS : workS / speed;
  const policy = station.preemption;
  if (policy === null || policy.checkpointCostS === 0 || !checkpoints(policy)) return runS;
  return runS + Math.max(0, Math.ceil(runS / policy.checkpointIntervalS) - 1) * policy.checkpointCostS;
}

/**
 * Time that the task has had of its resource since its present stretch began: its part of a shared node, elsewhere
 * the time that has passed.
 */
export function servedS(run: RunState, station: PoolState, task: number): number {
  const { f } = run.tasks;
  if (station.sharing === null) return run.events.nowS - f[task + F.startedAtS]!;
  return runTimeS(run, station, task, f[task + F.remainingWorkS]!) - toBeServedS(run, station, task);
}

/** Work done (as clock time without checkpoints) after the task has run for `elapsedS`. */
export function doneS(station: PoolState, elapsedS: number): number {
  const policy = station.preemption;
  if (policy === null || !checkpoints(policy)) return elapsedS;
  const cycleS = policy.checkpointIntervalS + policy.checkpointCostS;
  const cycles = Math.floor(elapsedS / cycleS);
  return (
    cycles * policy.checkpointIntervalS + Math.min(elapsedS - cycles * cycleS, policy.checkpointIntervalS)
  );
}

/** Part of that work which a checkpoint holds. */
export function savedS(station: PoolState, elapsedS: number): number {
  const policy = station.preemption;
  if (policy === null) return 0;
  if (policy.checkpointIntervalS === 0) return elapsedS;
  if (!checkpoints(policy)) return 0;
  const cycleS = policy.checkpointIntervalS + policy.checkpointCostS;
  return Math.floor(elapsedS / cycleS) * policy.checkpointIntervalS;
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
  const done =
    pool === null
      ? (run.nowS - f[task + F.startedAtS]!) / service!.slowdown
      : doneS(pool, servedS(run, pool, task)) * speedOf(run, pool, task);
  return Math.max(0, remainingS - done);
}
