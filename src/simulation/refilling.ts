/**
 * Preemption by filling the pool anew: all tasks, running and waiting, are ranked, the pool is filled from empty in
 * that order, passing over what does not fit, and who is not among those chosen is stopped. Those who run and are
 * chosen stay where they are as long as the newcomers find room beside them; where they do not, all are laid out as
 * the filling from empty has it, and whoever has to move is stopped and started again.
 */
import { State } from '../model/life-cycle.js';
import { F, N } from '../model/task-table.js';
import type { PreemptionPolicy } from '../policies/points.js';
import { lineOf } from './backfill.js';
import { mayStart, startTaken } from './dispatch.js';
import { isRunning, notePreemption, stop } from './preempting.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

/**
 * Where a stop loses what a task is ranked by (its attained service, say), two tasks could stop each other for ever
 * without any time passing. Whoever was stopped so often since the last event stays the next time.
 */
const STOPS_MAX = 2;

interface Place {
  readonly task: number;
  readonly parts: Int32Array;
}

export function refill(run: RunState, station: PoolState, policy: PreemptionPolicy): void {
  if (station.stopsAtEvent !== run.events.popped) {
    station.stopsAtEvent = run.events.popped;
    station.stops.clear();
  }
  // What is saving its state still holds its units, and what is blocked cannot be stopped.
  const running = movable(run, station);
  const waiting = lineOf(run, station);
  if (waiting.length === 0) return;
  const order = ranked(run, [...running, ...waiting], policy);
  const chosen = fillFromEmpty(run, station, running, order);
  const newcomer = chosen.find(({ task }) => !isRunning(run, task))?.task;
  if (newcomer !== undefined) letIn(run, station, running, chosen, newcomer);
  startOthers(run, station, order);
}

/** Stops who is not chosen and starts who is. */
function letIn(
  run: RunState,
  station: PoolState,
  running: readonly number[],
  chosen: readonly Place[],
  newcomer: number,
): void {
  const { pool } = station;
  const stays = new Set(chosen.map(({ task }) => task));
  for (const task of running) if (!stays.has(task)) stopFor(run, station, newcomer, task);
  const unplaced = chosen.filter(({ task }) => !isRunning(run, task) && !startBeside(run, station, task));
  if (unplaced.length === 0 || running.some((task) => run.tasks.n[task + N.state] === State.checkpointing))
    return;
  for (const { task, parts } of chosen)
    if (isRunning(run, task) && !sameParts(pool.partsOf(task), parts)) stopFor(run, station, newcomer, task);
  for (const { task, parts } of chosen) {
    if (!isWaiting(run, task) || !mayStart(run, task)) continue;
    if (fitsAs(station, task, parts)) pool.takeParts(task, parts);
    else if (!pool.take(task, station.placement)) continue;
    startTaken(run, station, run.stages[run.tasks.n[task + N.stage]!]!, task);
  }
}

/** Those who were not chosen may fit all the same, because not all stand as they would after a filling from empty. */
function startOthers(run: RunState, station: PoolState, order: readonly number[]): void {
  for (const task of order) {
    if (station.pool.totalFree === 0) return;
    if (isWaiting(run, task) && mayStart(run, task)) startBeside(run, station, task);
  }
}

function movable(run: RunState, station: PoolState): number[] {
  const running: number[] = [];
  for (let i = 0; i < station.running!.size; i++) {
    const task = station.running!.at(i);
    if (isRunning(run, task) && (station.stops.get(task) ?? 0) < STOPS_MAX) running.push(task);
  }
  return running;
}

function ranked(run: RunState, tasks: readonly number[], policy: PreemptionPolicy): number[] {
  const { f } = run.tasks;
  const ranks = new Map(tasks.map((task) => [task, policy.rank!(task, run.nowS)]));
  return [...tasks].sort((a, b) => ranks.get(a)! - ranks.get(b)! || f[a + F.order]! - f[b + F.order]!);
}

/** Who would run, and where, if nobody were there who can be stopped. */
function fillFromEmpty(
  run: RunState,
  station: PoolState,
  running: readonly number[],
  order: readonly number[],
): Place[] {
  const free = station.pool.hypothetical();
  for (const task of running) free.addOf(task);
  const chosen: Place[] = [];
  for (const task of order) {
    if (free.table.totalFree === 0) break;
    if (run.tasks.n[task + N.gpus]! > free.table.totalFree) continue;
    const parts = free.reserve(task, station.placement);
    if (parts !== null) chosen.push({ task, parts });
  }
  return chosen;
}

function stopFor(run: RunState, station: PoolState, candidate: number, victim: number): void {
  if (!isRunning(run, victim)) return;
  if (run.record !== null) notePreemption(run, station, candidate, victim);
  station.preemption!.preempted?.(candidate, victim, run.nowS);
  station.stops.set(victim, (station.stops.get(victim) ?? 0) + 1);
  stop(run, station, victim);
}

const isWaiting = (run: RunState, task: number): boolean => {
  const state = run.tasks.n[task + N.state]!;
  return state === State.ready || state === State.suspended;
};

/** Starts a waiting task in what is free now; true where it runs, or waits no more for another reason. */
function startBeside(run: RunState, station: PoolState, task: number): boolean {
  if (!isWaiting(run, task) || !mayStart(run, task)) return true;
  if (!station.pool.take(task, station.placement)) return false;
  startTaken(run, station, run.stages[run.tasks.n[task + N.stage]!]!, task);
  return true;
}

/** Node, units and GPU of each part, in any order. */
function sameParts(held: Int32Array | null, wanted: Int32Array): boolean {
  return (
    held !== null && held.length === wanted.length && held.every((value, index) => value === wanted[index])
  );
}

function fitsAs({ pool }: PoolState, task: number, parts: Int32Array): boolean {
  const free = pool.hypothetical();
  free.changeParts(task, parts, -1);
  const { table } = free;
  for (let node = 0; node < table.nodes; node++) if (table.free[node]! < 0) return false;
  return !table.isSliced || table.gpuFree.every((units) => units >= 0);
}
