/**
 * The one function through which every task changes state. It refuses what the life cycle does not allow, splits
 * the task's time into phases, and tells the listener of the run. Data plane.
 */

import { isLegal, STATE_NAMES } from '../model/life-cycle.js';
import { F, N } from '../model/task-table.js';
import { noteState } from './decisions.js';
import type { RunState } from './run-state.js';

/** @param phase what the task's time counts as from now on */
export function transition(run: RunState, task: number, to: number, phase: number): void {
  const { tasks } = run;
  const from = tasks.n[task + N.state]!;
  const nowS = run.events.nowS;
  if (!isLegal(from, to)) {
    throw new Error(
      `task ${tasks.f[task + F.serial]} cannot go from ${STATE_NAMES[from] ?? `state ${from}`} to ${STATE_NAMES[to]} at ${nowS} s (arrived at ${tasks.f[task + F.arrivalS]} s, then ${run.history.of(task)})`,
    );
  }
  tasks.f[task + F.phaseS + tasks.n[task + N.phase]!]! += nowS - tasks.f[task + F.sinceS]!;
  tasks.f[task + F.sinceS] = nowS;
  tasks.n[task + N.state] = to;
  tasks.n[task + N.phase] = phase;
  run.history.note(task, to);
  if (run.isFollowed) follow(run, task, from, to);
}

/** Those who want to know of every change. */
function follow(run: RunState, task: number, from: number, to: number): void {
  run.calls.noteChange();
  if (run.listener !== null) run.listener(task, from, to, run.events.nowS);
  if (run.record !== null) noteState(run, task, to);
}
