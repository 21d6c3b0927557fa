/**
 * Credit-based flow control: a stage with credits has so many tasks waiting or on their way to it at the most. A task
 * takes a credit of every stage that may be its next as it starts; as it goes on it keeps the one of the stage it
 * goes to, until it is served there.
 */
import { FLAG_CREDIT_HERE, FLAG_CREDITS_AHEAD, N, NONE } from '../model/task-table.js';
import { Event } from './event-kinds.js';
import { wakeAll } from './queueing.js';
import type { RunState } from './run-state.js';
import type { StageState } from './stage-state.js';

/** The task starts a step: credits of what may come next. */
export function takeCreditsAhead(run: RunState, task: number): void {
  const { nextStages, stage } = run.steps[run.tasks.n[task + N.step]!]!;
  for (const next of nextStages) {
    if (next === stage) continue;
    next.creditsLeft--;
    // A task that is stopped from now on may have stood, too large to fit, before others that may start.
    if (next.creditsLeft === 0) wakeAll(run);
  }
  run.tasks.setFlag(task, FLAG_CREDITS_AHEAD);
}

/** The task's step is over: back go all credits but that of the stage it goes to (null: none is kept). */
export function keepCreditOf(run: RunState, task: number, kept: StageState | null): void {
  if (!run.tasks.hasFlag(task, FLAG_CREDITS_AHEAD)) return;
  run.tasks.clearFlag(task, FLAG_CREDITS_AHEAD);
  const { nextStages, stage } = run.steps[run.tasks.n[task + N.step]!]!;
  for (const next of nextStages) {
    if (next === stage) continue;
    if (next === kept) run.tasks.setFlag(task, FLAG_CREDIT_HERE);
    else giveBack(run, next);
  }
}

/** The task, waiting at a stage, is served there or leaves it. */
export function returnCreditHere(run: RunState, task: number, stage: StageState): void {
  if (!run.tasks.hasFlag(task, FLAG_CREDIT_HERE)) return;
  run.tasks.clearFlag(task, FLAG_CREDIT_HERE);
  giveBack(run, stage);
}

function giveBack(run: RunState, stage: StageState): void {
  const delayS = stage.backpressure?.creditReturnS ?? 0;
  stage.creditsReturning++;
  if (delayS > 0) run.events.schedule(run.events.nowS + delayS, Event.credit, stage.index);
  else onCredit(run, stage.index);
}

export function onCredit(run: RunState, stage: number): void {
  run.stages[stage]!.creditsReturning--;
  run.stages[stage]!.creditsLeft++;
  wakeAll(run);
}

/** The stage at whose door or in whose service the task was will not be left in the ordinary way. */
export function returnAllCredits(run: RunState, task: number): void {
  keepCreditOf(run, task, null);
  const stage = run.tasks.n[task + N.stage]!;
  if (stage !== NONE) returnCreditHere(run, task, run.stages[stage]!);
}
