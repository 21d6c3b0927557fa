/**
 * Blocking after service: a finished task whose next stage is full stays, with what it holds, at that stage's door
 * until there is room. Doors open first come, first served.
 */
import { State } from '../model/life-cycle.js';
import { F, N, NONE } from '../model/task-table.js';
import type { PreemptionPolicy } from '../policies/points.js';
import { detectDeadlock } from './deadlock.js';
import { nextUp } from './dispatch.js';
import { drawWork, unitsOf } from './draws.js';
import { moveOn, noteNeeds } from './flow.js';
import { chooseVictims } from './preempting.js';
import { isPaused } from './queueing.js';
import { PHASE } from './recorder.js';
import { peekRequest, restoreRequest } from './requests.js';
import type { RunState } from './run-state.js';
import type { StageState } from './stage-state.js';
import { transition } from './transition.js';

/**
 * Whether the stage can take a task for its step: a place in the queue, or an immediate start.
 * @param entering the task holds nothing and would enter now; else it asks from its present step
 */
export function hasRoom(
  run: RunState,
  stage: StageState,
  task: number,
  step: number,
  entering: boolean,
): boolean {
  if (stage.waiting < stage.spec.queueCapacity) return true;
  if (isPaused(run.steps[step]!) || stage.canDrop) return false;
  const { f, n } = run.tasks;
  const stageNow = n[task + N.stage]!;
  const unitsNow = n[task + N.gpus]!;
  const stepNow = n[task + N.step]!;
  // Policies see the task as it would be there.
  n[task + N.stage] = stage.index;
  n[task + N.step] = step;
  n[task + N.gpus] = unitsOf(run, task, run.steps[step]!);
  if (run.statesNodes) noteNeeds(run, task, run.steps[step]!);
  const present = stage.pool === null ? null : peekRequest(run, task, run.steps[step]!, stage.pool);
  if (entering) {
    f[task + F.stepWorkS] = drawWork(run, task, run.steps[step]!);
    f[task + F.remainingWorkS] = f[task + F.stepWorkS]!;
  }
  const starts = startsAtOnce(run, stage, task, entering);
  n[task + N.stage] = stageNow;
  n[task + N.gpus] = unitsNow;
  if (!entering) n[task + N.step] = stepNow;
  if (present !== null) restoreRequest(run, task, present);
  // What it gives back later is what it holds now.
  if (run.statesNodes && stageNow !== NONE) noteNeeds(run, task, run.steps[n[task + N.step]!]!);
  return starts;
}

/** Only a task that holds nothing may count on preempting others: its size there is known. */
function startsAtOnce(run: RunState, stage: StageState, task: number, mayPreempt: boolean): boolean {
  // Behind one whom a limit holds back for its size it would wait as well, however small.
  if (stage.hasOthersInLane(task) || !stage.limitsAllow(task)) return false;
  if (nextUp(run, stage.station.stages) !== NONE) return false;
  if (stage.pool === null) return true;
  const { pool, placement, preemption } = stage.pool;
  if (pool.wouldFit(task, placement)) return true;
  // Units that a checkpoint keeps for a while are no immediate start.
  if (preemption === null || !mayPreempt) return false;
  const victims = chooseVictims(run, stage.pool, task);
  return victims.length > 0 && victims.every((victim) => !savesFirst(preemption, victim));
}

const savesFirst = (policy: PreemptionPolicy, victim: number): boolean =>
  policy.mode === 'resume' && policy.saveS(victim) > 0;

/** The finished task waits at the door of the stage of its next step, holding what it holds. */
export function block(run: RunState, stage: StageState, task: number, step: number): void {
  run.tasks.n[task + N.stepAhead] = step;
  run.tasks.f[task + F.order] = run.nextOrder++;
  // It may come from the door of a stage that it will not go to any more.
  if (run.tasks.n[task + N.state] !== State.blocked) transition(run, task, State.blocked, PHASE.blocked);
  stage.atDoor.add(task);
  detectDeadlock(run, stage, task);
}

/** Lets in those at the door while there is room. */
export function letInFromDoor(run: RunState, stage: StageState): void {
  while (stage.atDoor.length > 0) {
    const task = stage.atDoor.head();
    const step = run.tasks.n[task + N.stepAhead]!;
    if (!hasRoom(run, stage, task, step, false)) return;
    stage.atDoor.remove(task);
    moveOn(run, task, step);
  }
}
