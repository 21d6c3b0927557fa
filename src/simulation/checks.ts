/**
 * What must hold at the end of every run. A violation is a bug in the simulator, so it throws.
 *
 * Conservation: tasks arrived = tasks that left, by final state, + tasks in the system.
 * Little's law, per stage and exactly: the integral of the number at the stage over time (from the levels that change
 * at each event) equals the sum of the times that tasks spent there (from each task's own entry time), the time so far
 * of those still there included.
 */
import { State, STATE_NAMES } from '../model/life-cycle.js';
import { FREE, NONE } from '../model/task-table.js';
import type { RunState } from './run-state.js';

export interface RunChecks {
  /** Largest relative difference between the two sides of Little's law over all stages. */
  readonly littlesLawMaxError: number;
}

/** Sums of millions of float64 differ in the last digits; a lost task differs by far more. */
const TOLERANCE = 1e-6;

export function checkRun(run: RunState): RunChecks {
  checkConservation(run);
  checkCapacity(run);
  return { littlesLawMaxError: checkLittlesLaw(run) };
}

function checkConservation(run: RunState): void {
  const left = run.left.reduce((sum, n) => sum + n, 0);
  if (run.arrived === left + run.tasks.size) return;
  const parts = STATE_NAMES.map((name, state) => `${name} ${run.left[state]}`).join(', ');
  throw new Error(`conservation is violated: ${run.arrived} arrived, but ${parts}, in the system ${run.tasks.size}`);
}

/** What the pools count as taken is what tasks in flight hold. */
function checkCapacity(run: RunState): void {
  const held = run.pools.map(() => 0);
  const { tasks } = run;
  for (let row = 0; row < tasks.rows; row++) {
    if (tasks.state[row] === FREE || tasks.node[row] === NONE) continue;
    held[run.spec.stages[tasks.stage[row]!]!.resource.index]! += tasks.gpus[row]!;
  }
  for (const [index, { pool, spec }] of run.pools.entries()) {
    const taken = pool.totalUnits - pool.totalFree;
    if (taken !== held[index]) throw new Error(`pool ${spec.name}: ${taken} units taken, but tasks hold ${held[index]}`);
  }
}

function checkLittlesLaw(run: RunState): number {
  const { tasks, nowS } = run;
  const present = run.stages.map(() => 0);
  for (let row = 0; row < tasks.rows; row++) {
    const state = tasks.state[row]!;
    if (state === FREE || tasks.stage[row] === NONE || state === State.retried) continue;
    present[tasks.stage[row]!]! += nowS - tasks.stageEnteredS[row]!;
  }
  let worst = 0;
  for (const { index, spec, sojournSumS } of run.stages) {
    const area = run.levels.integral(run.waitingLevel(index), nowS) + run.levels.integral(run.inProgressLevel(index), nowS);
    const sum = sojournSumS + present[index]!;
    const error = Math.abs(area - sum) / Math.max(area, sum, 1);
    if (error > TOLERANCE)
      throw new Error(`Little's law is violated at stage ${spec.name}: ${area} task-seconds counted, ${sum} spent`);
    worst = Math.max(worst, error);
  }
  return worst;
}
