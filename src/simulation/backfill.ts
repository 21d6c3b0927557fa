/**
 * Who may start while the task that is next does not fit. The line of a pool is gone through in its order; with
 * reservations, a plan of what will be free when says whether a start now would put off somebody before. The plan is
 * made of the running tasks' estimated ends and is thrown away after each look: estimates change.
 *
 * A reservation is of certain nodes, those that the placement policy chooses on what will be free then.
 */

import { isServedBefore } from '../model/lane.js';
import { State } from '../model/life-cycle.js';
import type { Hypothetical } from '../model/pool.js';
import { F, N } from '../model/task-table.js';
import type { BackfillPolicy } from '../policies/points.js';
import { isDropped } from './admission.js';
import { mayStart, startTaken } from './dispatch.js';
import { dropFromQueue } from './flow.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

/** Looks behind a head that does not fit. */
export function startBehind(run: RunState, station: PoolState): void {
  const policy = station.backfill;
  if (policy === null || station.pool.totalFree === 0) return;
  const line = lineOf(run, station).slice(0, policy.depth);
  const { totalFree } = station.pool;
  if (!line.some((task, place) => place > 0 && run.tasks.n[task + N.gpus]! <= totalFree)) return;
  if (policy.reserves === 'none') fillGreedily(run, station, line);
  else fillAround(run, station, policy, line);
}

/** Those who wait for the pool and whom no limit holds back, in the order in which they would be served. */
export function lineOf(run: RunState, station: PoolState): number[] {
  const { tasks } = run;
  const line: number[] = [];
  for (const stage of station.stages) {
    const { ordering } = stage;
    stage.forEachWaiting((task) => {
      if (!mayStart(run, task)) return;
      if (ordering.structure === 'scan') tasks.f[task + F.key] = ordering.key(task, run.nowS);
      line.push(task);
    });
  }
  return line.sort((a, b) => (isServedBefore(tasks, a, b) ? -1 : 1));
}

function fillGreedily(run: RunState, station: PoolState, line: readonly number[]): void {
  for (const task of line) {
    if (station.pool.totalFree === 0) return;
    if (isStillWaiting(run, task)) startIfItFits(run, station, task, station.pool.table);
  }
}

/** Starting one may have stopped another: a limit is reached, or its copy was taken out. */
const isStillWaiting = (run: RunState, task: number): boolean => {
  const state = run.tasks.n[task + N.state]!;
  return (state === State.ready || state === State.suspended) && mayStart(run, task);
};

/** @param seen what of the pool the task may use */
function startIfItFits(
  run: RunState,
  station: PoolState,
  task: number,
  seen: Hypothetical['table'],
): boolean {
  const stage = run.stages[run.tasks.n[task + N.stage]!]!;
  if (!station.pool.take(task, station.placement, seen)) return false;
  if (stage.canDrop && isDropped(run, stage, task)) {
    station.pool.giveBack(task, run.tasks.n[task + N.gpus]!);
    dropFromQueue(run, stage, task);
    return false;
  }
  startTaken(run, station, stage, task);
  return true;
}

/** What is free from a time on, until the next one of the plan. */
interface Stretch {
  fromS: number;
  readonly free: Hypothetical;
}

function fillAround(
  run: RunState,
  station: PoolState,
  policy: BackfillPolicy,
  line: readonly number[],
): void {
  const plan =
    policy.reserves === 'head' ? planFor(run, station, policy, line[0]!) : planOf(run, station, policy);
  for (const [place, task] of line.entries()) {
    if (!isStillWaiting(run, task)) continue;
    const durationS = policy.estimateS(task, run.nowS);
    if (startsNow(run, station, plan, task, durationS)) continue;
    if (place === 0 || policy.reserves === 'all') reserve(run, station, plan, task, durationS);
  }
}

interface End {
  readonly task: number;
  readonly atS: number;
}

/** When the running tasks are thought to end, the first first. */
function endsOf(run: RunState, station: PoolState, policy: BackfillPolicy): End[] {
  const running = station.running!;
  const ends: End[] = [];
  for (let i = 0; i < running.size; i++) {
    const task = running.at(i);
    // When a blocked task will go on nobody can tell.
    if (run.tasks.n[task + N.state] !== State.blocked)
      ends.push({ task, atS: run.nowS + policy.estimateS(task, run.nowS) });
  }
  return ends.sort((a, b) => a.atS - b.atS || run.tasks.serial(a.task) - run.tasks.serial(b.task));
}

/**
 * What is free now, and when the head can start, if ever. More says nothing: before that, at least what is free now
 * stays free, and afterwards at least what the head leaves.
 */
function planFor(run: RunState, station: PoolState, policy: BackfillPolicy, head: number): Stretch[] {
  const now: Stretch = { fromS: run.nowS, free: station.pool.hypothetical() };
  const free = station.pool.hypothetical();
  const ends = endsOf(run, station, policy);
  for (const [index, { task, atS }] of ends.entries()) {
    free.addOf(task);
    if (ends[index + 1]?.atS === atS) continue;
    if (free.fits(head, station.placement)) return [now, { fromS: atS, free }];
  }
  return [now];
}

/** What is free now, and after each end of a running task. */
function planOf(run: RunState, station: PoolState, policy: BackfillPolicy): Stretch[] {
  const plan: Stretch[] = [{ fromS: run.nowS, free: station.pool.hypothetical() }];
  for (const { task, atS } of endsOf(run, station, policy)) {
    let last = plan.at(-1)!;
    // Whoever has outlived its estimate is about to end, but has not.
    if (atS > last.fromS || plan.length === 1) {
      last = { fromS: atS, free: last.free.copy() };
      plan.push(last);
    }
    last.free.addOf(task);
  }
  return plan;
}

/** Starts the task if nothing reserved is in the way of its whole run. */
function startsNow(
  run: RunState,
  station: PoolState,
  plan: Stretch[],
  task: number,
  durationS: number,
): boolean {
  const window = windowAt(plan, 0, durationS);
  if (!startIfItFits(run, station, task, window.table)) return false;
  const held = station.pool.partsOf(task);
  if (held !== null) occupy(plan, 0, durationS, task, held);
  return true;
}

/** Keeps the task's place at its earliest start, if it ever fits. */
function reserve(run: RunState, station: PoolState, plan: Stretch[], task: number, durationS: number): void {
  for (let at = 1; at < plan.length; at++) {
    if (run.tasks.n[task + N.gpus]! > plan[at]!.free.table.totalFree) continue;
    const parts = windowAt(plan, at, durationS).reserve(task, station.placement);
    if (parts === null) continue;
    occupy(plan, at, durationS, task, parts);
    return;
  }
}

/** What is free all the time from a stretch's beginning on. */
function windowAt(plan: readonly Stretch[], at: number, durationS: number): Hypothetical {
  const untilS = plan[at]!.fromS + durationS;
  const window = plan[at]!.free.copy();
  for (let i = at + 1; i < plan.length && plan[i]!.fromS < untilS; i++)
    window.table.intersect(plan[i]!.free.table);
  return window;
}

/** Takes the parts out of the plan for the duration. */
function occupy(plan: Stretch[], at: number, durationS: number, task: number, parts: Int32Array): void {
  const untilS = plan[at]!.fromS + durationS;
  let end = at + 1;
  while (end < plan.length && plan[end]!.fromS < untilS) end++;
  if (end === plan.length || plan[end]!.fromS > untilS)
    plan.splice(end, 0, { fromS: untilS, free: plan[end - 1]!.free.copy() });
  for (let i = at; i < end; i++) plan[i]!.free.changeParts(task, parts, -1);
}
