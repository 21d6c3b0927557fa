/**
 * A task's way through its workflow: entering a step, finishing it, going on. Data plane.
 */
import { State } from '../model/life-cycle.js';
import type { Pool } from '../model/pool.js';
import { END, FROM_TRACE } from '../model/system.js';
import { F, FLAG_FALLBACK, FLAG_NOT_IDEMPOTENT, FLAG_TO_FALLBACK, N, NONE } from '../model/task-table.js';
import { isRefusedAtGate } from './admission.js';
import { block, hasRoom } from './blocking.js';
import { endCall } from './calls.js';
import { keepCreditOf, returnAllCredits, returnCreditHere } from './credits.js';
import { noteEngine } from './decisions.js';
import { dispatch } from './dispatch.js';
import { drawError, drawNextStep, drawWork, tracedNeed, unitsOf } from './draws.js';
import { Event } from './event-kinds.js';
import { handOver, startAtOnce } from './express.js';
import { failAttempt } from './failing.js';
import { dismissTwin, firstAttempt } from './hedging.js';
import {
  leaveStage,
  leaveSystem,
  releaseHolds,
  releaseTaskLimits,
  sampleLimits,
  wasteSpent,
  wasteWork,
  withdraw,
} from './leaving.js';
import { noteRun } from './preempting.js';
import { enqueue, markDirty, scheduleEnd } from './queueing.js';
import { PHASE } from './recorder.js';
import { beginTransfer, extendContext, noteRequest } from './requests.js';
import type { RunState } from './run-state.js';
import { endStretch } from './sharing.js';
import type { StageState } from './stage-state.js';
import type { StepState } from './step-state.js';
import { transition } from './transition.js';
import { noteUse } from './use.js';

/**
 * Begins a step: a stage's queue, or a delay. The task holds nothing of an earlier stage any more.
 * @param fromDoor the stage was asked before and has room; whoever comes from outside cannot wait at its door
 */
export function enterStep(run: RunState, task: number, index: number, fromDoor = false): void {
  const { tasks } = run;
  const step = run.steps[index]!;
  const { stage } = step;
  tasks.n[task + N.step] = index;
  if (stage === null) {
    tasks.n[task + N.stage] = NONE;
    transition(run, task, State.inProgress, PHASE.delay);
    scheduleEnd(run, task, drawWork(run, task, step), Event.stepDone);
    return;
  }
  if (step.transfer !== null) {
    beginTransfer(run, task, step.transfer);
    return;
  }
  enterStage(run, task, step, stage, fromDoor);
}

/** A prompt's KV has come to the stage where its request goes on. */
export function onTransferDone(run: RunState, task: number): void {
  run.tasks.n[task + N.event] = NONE;
  const step = run.steps[run.tasks.n[task + N.step]!]!;
  enterStage(run, task, step, step.stage!, true);
}

function enterStage(
  run: RunState,
  task: number,
  step: StepState,
  stage: StageState,
  fromDoor: boolean,
): void {
  const { tasks } = run;
  stage.recorder.arrived++;
  if (run.hasEffects) {
    if (step.idempotent) tasks.clearFlag(task, FLAG_NOT_IDEMPOTENT);
    else tasks.setFlag(task, FLAG_NOT_IDEMPOTENT);
  }
  if (stage.countsDemand) noteDemand(run, stage.pool!.pool, task, step);
  if (stage.isGated && isRefusedAtGate(run, stage, task)) {
    refuseAtStage(run, stage, task);
    return;
  }
  if (stage.pool !== null && stage.pool.serving !== null && !noteRequest(run, task, step, stage.pool)) {
    run.retryAfterS = 0;
    if (run.record !== null) {
      const { stepPromptTokens, stepOutputTokens } = F;
      const promptTokens = tasks.f[task + stepPromptTokens]!;
      const outputTokens = tasks.f[task + stepOutputTokens]!;
      noteEngine(
        run,
        task,
        'refuse',
        'never-fits',
        { promptTokens, outputTokens },
        { place: stage.spec.name },
      );
    }
    refuseAtStage(run, stage, task);
    return;
  }
  const full = stage.waiting >= stage.spec.queueCapacity;
  if (
    full &&
    (stage.spec.whenFull === 'refuse' || !fromDoor) &&
    !hasRoom(run, stage, task, tasks.n[task + N.step]!, true)
  ) {
    run.retryAfterS = 0;
    if (run.record !== null)
      noteEngine(run, task, 'refuse', 'queue-full', { waiting: stage.waiting }, { place: stage.spec.name });
    refuseAtStage(run, stage, task);
    return;
  }
  const nowS = run.events.nowS;
  const workS = drawWork(run, task, step);
  tasks.n[task + N.stage] = stage.index;
  tasks.f[task + F.stageEnteredS] = nowS;
  tasks.f[task + F.stageWaitS] = 0;
  tasks.f[task + F.stageServiceS] = 0;
  tasks.n[task + N.gpus] = unitsOf(run, task, step);
  if (run.statesNodes) noteNeeds(run, task, step);
  tasks.f[task + F.remainingWorkS] = workS;
  tasks.f[task + F.stepWorkS] = workS;
  if (stage.express && startAtOnce(run, stage, task)) return;
  enqueue(run, stage, task);
  // Without a place in the queue it came in to start at once: before what else this event may set free or take.
  if (full) dispatch(run, stage.station);
  else if (!stage.express) markDirty(run, stage.station);
}

/** What the step needs of its nodes besides GPUs. */
export function noteNeeds(run: RunState, task: number, step: StepState): void {
  const { f, n } = run.tasks;
  const { cpus, hostBytes, groups } = step;
  f[task + F.cpus] = cpus === FROM_TRACE ? tracedNeed(run, task, 'cpus') : cpus;
  f[task + F.hostBytes] = hostBytes === FROM_TRACE ? tracedNeed(run, task, 'hostBytes') : hostBytes;
  n[task + N.groups] =
    groups === FROM_TRACE ? step.tracedGroups![tracedNeed(run, task, 'hardware')]! : groups;
  n[task + N.within] = step.within;
}

/** Adds the request to what the pool has been asked for, whether or not there is room for it. */
function noteDemand(run: RunState, pool: Pool, task: number, step: StepState): void {
  run.tasks.n[task + N.gpus] = unitsOf(run, task, step);
  if (run.statesNodes) noteNeeds(run, task, step);
  pool.table.mix!.add(pool.requestOf(task));
}

/** The stage does not take the task in. */
function refuseAtStage(run: RunState, stage: StageState, task: number): void {
  stage.recorder.refused++;
  run.tasks.n[task + N.stage] = NONE;
  if (run.hasCredits) returnCreditHere(run, task, stage);
  failAttempt(run, task, 'rejected', run.retryAfterS);
}

/** A policy drops a task that waits and would be served now. */
export function dropFromQueue(run: RunState, stage: StageState, task: number): void {
  stage.recorder.refused++;
  withdraw(run, task);
  failAttempt(run, task, 'rejected', run.retryAfterS);
}

/** Work on a pool, or a delay, is done. */
export function onStepDone(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.event] = NONE;
  const { stage, errorFraction } = run.steps[tasks.n[task + N.step]!]!;
  if (stage === null) {
    advance(run, task);
    return;
  }
  if (!stage.visitsAreTasks) noteRun(run, stage.pool!, task, endStretch(run, stage.pool!, task), 0);
  const failed = drawError(run, task, errorFraction);
  if (stage.isSampled) sampleLimits(run, stage, task, failed);
  if (failed) {
    wasteWork(run, stage.pool!, task, tasks.f[task + F.stepWorkS]!);
    failStep(run, task);
  } else {
    if (stage.pool!.serving !== null)
      extendContext(run, task, run.steps[tasks.n[task + N.step]!]!, stage.pool!);
    advance(run, task);
  }
}

/** A service has answered. */
export function onCallDone(run: RunState, task: number): void {
  const { tasks } = run;
  const stage = run.stages[tasks.n[task + N.stage]!]!;
  const service = stage.service!;
  const latencyS = run.events.nowS - tasks.f[task + F.startedAtS]!;
  tasks.f[task + F.stageServiceS]! += latencyS;
  service.recorder.record(latencyS);
  endCall(run, service, task);
  // Two independent causes: the service's own and the step's.
  const { errorFraction } = run.steps[tasks.n[task + N.step]!]!;
  const failed = drawError(
    run,
    task,
    service.errorFraction + errorFraction - service.errorFraction * errorFraction,
  );
  if (stage.isSampled) sampleLimits(run, stage, task, failed);
  if (failed) {
    service.errors++;
    failStep(run, task);
  } else {
    advance(run, task);
  }
}

/** The present step is done well. */
function advance(run: RunState, task: number): void {
  goOn(run, task, nextStep(run, task));
}

/** Leaves, goes on, or waits at a full stage's door. */
export function goOn(run: RunState, task: number, next: number): void {
  const ahead = next === END ? null : run.steps[next]!.stage;
  if (ahead !== null && ahead.spec.whenFull === 'block') {
    if (ahead.atDoor.length > 0 || !hasRoom(run, ahead, task, next, false)) {
      block(run, ahead, task, next);
      return;
    }
  }
  moveOn(run, task, next);
}

function nextStep(run: RunState, task: number): number {
  const { tasks } = run;
  const next = drawNextStep(run, task);
  if (next === END || !tasks.hasFlag(task, FLAG_TO_FALLBACK)) return next;
  tasks.clearFlag(task, FLAG_TO_FALLBACK);
  tasks.setFlag(task, FLAG_FALLBACK);
  // What it has done on the other path is of no use on this one.
  wasteSpent(run, task);
  return run.workloads[tasks.n[task + N.workload]!]!.fallbackStep;
}

/** Leaves the present stage and enters the next step, or the world. */
export function moveOn(run: RunState, task: number, next: number): void {
  const index = run.tasks.n[task + N.stage]!;
  const stage = index === NONE ? null : run.stages[index]!;
  if (run.hasCredits) keepCreditOf(run, task, next === END ? null : run.steps[next]!.stage);
  if (stage !== null) {
    leaveStage(run, stage, task, true);
    // The unit itself is handed over below, when the task is gone.
    if (stage.express) {
      if (run.billsUse) noteUse(run, stage.pool!, task, -1);
      run.tasks.n[task + N.node] = NONE;
    } else releaseHolds(run, stage, task, false);
  }
  if (next === END) {
    if (run.tasks.n[task + N.twin] !== NONE) dismissTwin(run, task);
    transition(run, task, State.completed, PHASE.queue);
    if (run.tasks.n[task + N.holdsTaskLimits] === 1) releaseTaskLimits(run, task);
    leaveSystem(run, task);
  } else {
    run.tasks.n[task + N.visit]!++;
    run.tasks.n[task + N.attempt] = firstAttempt(run, task);
    enterStep(run, task, next, true);
  }
  if (stage?.express) handOver(run, stage);
}

/** The present step ended in an error. */
function failStep(run: RunState, task: number): void {
  const stage = run.stages[run.tasks.n[task + N.stage]!]!;
  if (run.hasCredits) returnAllCredits(run, task);
  leaveStage(run, stage, task, true);
  releaseHolds(run, stage, task, true);
  run.tasks.n[task + N.stage] = NONE;
  failAttempt(run, task, 'error');
}
