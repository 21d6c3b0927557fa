/**
 * What must hold at the end of every run. A violation is a bug in the simulator, so it throws.
 *
 * Conservation: tasks arrived = tasks that left, by final state, + tasks in the system.
 * Little's law, per stage and exactly: the integral of the number at the stage over time (from the levels that change
 * at each event) equals the sum of the times that tasks spent there (from each task's own entry time), the time so far
 * of those still there included.
 */
import { STATE_NAMES, State } from '../model/life-cycle.js';
import { F, FLAG_CREDIT_HERE, FLAG_CREDITS_AHEAD, N, NONE } from '../model/task-table.js';
import { PHASE } from './recorder.js';
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
  if (run.hasCredits) checkCredits(run);
  if (run.serves) checkServing(run);
  return { littlesLawMaxError: checkLittlesLaw(run) };
}

function checkConservation(run: RunState): void {
  const left = run.left.reduce((sum, n) => sum + n, 0);
  // The second copy of a hedged task is a row, but no task.
  if (run.arrived === left + run.tasks.size - run.copies) return;
  const parts = STATE_NAMES.map((name, state) => `${name} ${run.left[state]}`).join(', ');
  throw new Error(
    `conservation is violated: ${run.arrived} arrived, but ${parts}, in the system ${run.tasks.size}`,
  );
}

/** What the pools count as taken is what tasks in flight hold, and who shares a pool is who works there. */
function checkCapacity(run: RunState): void {
  const held = run.pools.map(() => 0);
  const working = run.pools.map(() => 0);
  const { tasks } = run;
  tasks.forEach((task) => {
    if (tasks.n[task + N.node] === NONE) return;
    const pool = run.spec.stages[tasks.n[task + N.stage]!]!.resource.index;
    held[pool]! += tasks.n[task + N.gpus]!;
    if (tasks.n[task + N.state] === State.inProgress) working[pool]!++;
  });
  for (const [index, { pool, sharing, spec }] of run.pools.entries()) {
    const taken = pool.totalUnits - pool.totalFree;
    if (taken !== held[index])
      throw new Error(`pool ${spec.name}: ${taken} units taken, but tasks hold ${held[index]}`);
    if (sharing !== null && sharing.working !== working[index])
      throw new Error(
        `pool ${spec.name}: ${sharing.working} tasks share it, but ${working[index]} work there`,
      );
  }
}

/** Who works at a batching pool is at one of its replicas, and no replica has held more KV than it has. */
function checkServing(run: RunState): void {
  const working = run.pools.map(() => 0);
  const { tasks } = run;
  tasks.forEach((task) => {
    const isThere = tasks.n[task + N.node] !== NONE && tasks.n[task + N.event] === NONE;
    if (isThere && tasks.n[task + N.phase] === PHASE.work)
      working[run.spec.stages[tasks.n[task + N.stage]!]!.resource.index]!++;
  });
  for (const [index, { serving, spec }] of run.pools.entries()) {
    if (serving === null) continue;
    const requests = serving.replicas.reduce((sum, replica) => sum + replica.requests, 0);
    if (requests !== working[index])
      throw new Error(`pool ${spec.name}: ${requests} requests at its replicas, of ${working[index]} tasks`);
    if (serving.kvPeakTokens > serving.spec.replica.kvTokens)
      throw new Error(`pool ${spec.name}: ${serving.kvPeakTokens} tokens of KV held at once`);
  }
}

/** Every credit is with its stage, with a task, or on its way back. */
function checkCredits(run: RunState): void {
  const held = run.stages.map(({ creditsReturning }) => creditsReturning);
  const { tasks } = run;
  tasks.forEach((task) => {
    const stage = tasks.n[task + N.stage]!;
    if (tasks.hasFlag(task, FLAG_CREDIT_HERE)) held[stage]!++;
    if (!tasks.hasFlag(task, FLAG_CREDITS_AHEAD)) return;
    const step = run.steps[tasks.n[task + N.step]!]!;
    for (const next of step.nextStages) if (next !== step.stage) held[next.index]!++;
  });
  for (const { index, spec, backpressure, creditsLeft } of run.stages) {
    if (backpressure === null || backpressure.credits === Number.POSITIVE_INFINITY) continue;
    if (creditsLeft + held[index]! !== backpressure.credits)
      throw new Error(
        `stage ${spec.name}: ${creditsLeft} credits left, ${held[index]} out, of ${backpressure.credits}`,
      );
  }
}

function checkLittlesLaw(run: RunState): number {
  const { tasks, nowS } = run;
  const present = run.stages.map(() => 0);
  tasks.forEach((task) => {
    const state = tasks.n[task + N.state]!;
    if (tasks.n[task + N.stage] === NONE || state === State.retried) return;
    present[tasks.n[task + N.stage]!]! += nowS - tasks.f[task + F.stageEnteredS]!;
  });
  let worst = 0;
  for (const { index, spec, sojournSumS, waitingLevel, inProgressLevel } of run.stages) {
    const area = run.levels.integral(waitingLevel, nowS) + run.levels.integral(inProgressLevel, nowS);
    const sum = sojournSumS + present[index]!;
    const error = Math.abs(area - sum) / Math.max(area, sum, 1);
    if (error > TOLERANCE)
      throw new Error(
        `Little's law is violated at stage ${spec.name}: ${area} task-seconds counted, ${sum} spent`,
      );
    worst = Math.max(worst, error);
  }
  return worst;
}
