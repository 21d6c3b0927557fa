/**
 * The one function through which every task changes state. It refuses what the life cycle does not allow, splits
 * the task's time into phases, and tells the listener of the run. Data plane.
 */
import { STATE_NAMES, isLegal } from '../model/life-cycle.js';
import { PHASE_COUNT } from './recorder.js';
import type { RunState } from './run-state.js';

/** @param phase what the task's time counts as from now on */
export function transition(run: RunState, row: number, to: number, phase: number): void {
  const { tasks } = run;
  const from = tasks.state[row]!;
  const nowS = run.events.nowS;
  if (!isLegal(from, to)) {
    throw new Error(
      `task ${tasks.serial[row]} cannot go from ${STATE_NAMES[from] ?? `state ${from}`} to ${STATE_NAMES[to]} at ${nowS} s (${run.history.of(row)})`,
    );
  }
  tasks.phaseS[row * PHASE_COUNT + tasks.phase[row]!]! += nowS - tasks.sinceS[row]!;
  tasks.sinceS[row] = nowS;
  tasks.state[row] = to;
  tasks.phase[row] = phase;
  run.history.note(row, to, nowS);
  if (run.listener !== null) run.listener(row, from, to, nowS);
}
