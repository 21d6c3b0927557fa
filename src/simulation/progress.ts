/**
 * How long work takes on a pool and how much of it is safe, with checkpoints every `interval` of work that cost
 * `cost` each. The last stretch ends with the work itself, without a checkpoint. Seconds on the clock.
 */
import { State } from '../model/life-cycle.js';
import { F, N, NONE } from '../model/task-table.js';
import type { PreemptionPolicy } from '../policies/points.js';
import type { RunState } from './run-state.js';
import { toBeServedS } from './sharing.js';
import type { PoolState } from './stations.js';

function checkpoints({ checkpointIntervalS, checkpointCostS }: PreemptionPolicy): boolean {
  return checkpointIntervalS > 0 && checkpointIntervalS < Number.POSITIVE_INFINITY && checkpointCostS >= 0;
}

/** Clock time that the work takes, checkpoints included. */
export function runTimeS(station: PoolState, workS: number): number {
  const { speed } = station;
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
  return runTimeS(station, f[task + F.remainingWorkS]!) - toBeServedS(run, station, task);
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
  if (state !== State.inProgress || n[task + N.stage] === NONE) return remainingS;
  const { pool, service } = run.stages[n[task + N.stage]!]!;
  const done =
    pool === null
      ? (run.nowS - f[task + F.startedAtS]!) / service!.slowdown
      : doneS(pool, servedS(run, pool, task)) * pool.speed;
  return Math.max(0, remainingS - done);
}
