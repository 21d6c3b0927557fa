/**
 * A task's way through its workflow: entering a step, finishing it, going on, failing and trying again. Data plane.
 */
import { State } from '../model/life-cycle.js';
import { END } from '../model/system.js';
import {
  F,
  FLAG_FALLBACK,
  FLAG_HELD,
  FLAG_NOT_IDEMPOTENT,
  FLAG_PARKED,
  FLAG_TO_FALLBACK,
  N,
  NONE,
} from '../model/task-table.js';
import { type Failure, type FailureKind, GIVE_UP, PASS, type RetryPolicy } from '../policies/points.js';
import { admit, isRefusedAtGate } from './admission.js';
import { block, hasRoom } from './blocking.js';
import { endCall } from './calls.js';
import { keepCreditOf, returnAllCredits, returnCreditHere } from './credits.js';
import { noteDecision, noteEngine } from './decisions.js';
import { dispatch } from './dispatch.js';
import { drawError, drawNextStep, drawWork, unitsOf } from './draws.js';
import { beginAnew, beginningOf } from './effects.js';
import { Event } from './event-kinds.js';
import { handOver, startAtOnce } from './express.js';
import { cancelHedge, dismissTwin, firstAttempt, leavesTwin } from './hedging.js';
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
import { tellAttemptEnd } from './observers.js';
import { noteRun } from './preempting.js';
import { enqueue, markDirty, scheduleEnd } from './queueing.js';
import { COUNT, PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import type { StageState } from './stations.js';
import { transition } from './transition.js';

/** The attempt ended in a refusal, an error or a time-out. */
const FAILED_STATE = { error: State.failed, rejected: State.rejected, 'timed-out': State.timedOut } as const;

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
  stage.recorder.arrived++;
  if (run.hasEffects) {
    if (step.idempotent) tasks.clearFlag(task, FLAG_NOT_IDEMPOTENT);
    else tasks.setFlag(task, FLAG_NOT_IDEMPOTENT);
  }
  if (stage.isGated && isRefusedAtGate(run, stage, task)) {
    refuseAtStage(run, stage, task);
    return;
  }
  const full = stage.waiting >= stage.spec.queueCapacity;
  if (full && (stage.spec.whenFull === 'refuse' || !fromDoor) && !hasRoom(run, stage, task, index, true)) {
    run.retryAfterS = 0;
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
  tasks.f[task + F.remainingWorkS] = workS;
  tasks.f[task + F.stepWorkS] = workS;
  if (stage.express && startAtOnce(run, stage, task)) return;
  enqueue(run, stage, task);
  // Without a place in the queue it came in to start at once: before what else this event may set free or take.
  if (full) dispatch(run, stage.station);
  else if (!stage.express) markDirty(run, stage.station);
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
  if (!stage.visitsAreTasks)
    noteRun(run, stage.pool!, task, run.events.nowS - tasks.f[task + F.startedAtS]!, 0);
  const failed = drawError(run, task, errorFraction);
  if (stage.isSampled) sampleLimits(run, stage, task, failed);
  if (failed) {
    wasteWork(run, stage.pool!, task, tasks.f[task + F.stepWorkS]!);
    failStep(run, task);
  } else {
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

/** The present step is done well: leave, go on, or wait at a full stage's door. */
function advance(run: RunState, task: number): void {
  const next = nextStep(run, task);
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
    if (stage.express) run.tasks.n[task + N.node] = NONE;
    else releaseHolds(run, stage, task, false);
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

/** What retry policies are told; one object for all failures of a run. */
export class PresentFailure implements Failure {
  kind: FailureKind = 'error';
  attempt = 1;
  retryAfterS = 0;
  previousS = 0;
  random: Failure['random'] = { next: () => 0 };
}

/**
 * An attempt has failed and holds nothing any more: try again later, or leave.
 * @param retryAfterS what the refusing policy said to the client; 0 where nothing
 */
export function failAttempt(run: RunState, task: number, kind: FailureKind, retryAfterS = 0): void {
  const { tasks } = run;
  const { counts } = run.cells[tasks.n[task + N.cell]!]!;
  counts[kind === 'rejected' ? COUNT.refusals : COUNT.failures]!++;
  if (tasks.hasFlag(task, FLAG_HELD)) tasks.clearFlag(task, FLAG_HELD);
  transition(run, task, FAILED_STATE[kind], PHASE.backoff);
  releaseTaskLimits(run, task);
  // One copy of two that fails is not tried again: the other is still on its way.
  if (leavesTwin(run, task)) return;
  // An error is the step's, and the step is tried again; a refusal or a time-out is the client's to answer.
  const counter = task + (kind === 'error' ? N.attempt : N.sent);
  if (!goesOn(run, task, kind)) endSending(run, task, kind);
  const failures = tasks.n[task + N.failures]!;
  const { draws } = run.workloads[tasks.n[task + N.workload]!]!;
  const { failure } = run;
  failure.kind = kind;
  failure.attempt = tasks.n[counter]!;
  failure.retryAfterS = retryAfterS;
  failure.previousS = tasks.f[task + F.backoffS]!;
  failure.random = draws.backoff.at(tasks.f[task + F.serial]!, failures & 0xfffff);
  tasks.n[task + N.failures] = failures + 1;
  const waitS = askRetry(run, task);
  if (waitS < 0) {
    giveUp(run, task, kind);
    return;
  }
  if (run.parks) {
    park(run, task, waitS);
    return;
  }
  counts[COUNT.retries]!++;
  tasks.n[counter]!++;
  tasks.f[task + F.backoffS] = waitS;
  transition(run, task, State.retried, PHASE.backoff);
  scheduleEnd(run, task, waitS, Event.backoffOver);
}

/** The chain of retry policies: the wait before the next try, or GIVE_UP. `run.parks` says where the wait is spent. */
function askRetry(run: RunState, task: number): number {
  const chain = run.armOf(task).policies.retry[run.tasks.n[task + N.workload]!]!;
  const nowS = run.events.nowS;
  for (let i = 0; i < chain.length; i++) {
    const policy = chain[i]!;
    const answer = policy.decide(task, run.failure, nowS);
    if (answer === PASS) continue;
    run.parks = policy.parks === true;
    if (run.record !== null) noteRetry(run, task, policy, answer);
    if (answer >= 0) for (let j = 0; j < i; j++) chain[j]!.granted?.(task, nowS);
    return answer;
  }
  if (run.record !== null)
    noteEngine(run, task, 'give-up', 'no-more-tries', { attempt: run.failure.attempt });
  return GIVE_UP;
}

function noteRetry(run: RunState, task: number, policy: RetryPolicy, answer: number): void {
  const { attempt, retryAfterS } = run.failure;
  const kind = answer === GIVE_UP ? 'give-up' : policy.parks === true ? 'dead-letter' : 'retry';
  const numbers = {
    attempt,
    ...(answer >= 0 ? { waitS: answer } : {}),
    ...(retryAfterS > 0 ? { retryAfterS } : {}),
  };
  noteDecision(run, kind, task, policy, { reason: run.failure.kind, numbers });
}

function giveUp(run: RunState, task: number, kind: FailureKind): void {
  if (kind === 'error') transition(run, task, State.deadLettered, PHASE.backoff);
  if (goesOn(run, task, kind)) endSending(run, task, kind);
  leaveSystem(run, task);
}

/** Whether the failure ends nothing for the client yet: a try after it would take place within the system. */
function goesOn(run: RunState, task: number, kind: FailureKind): boolean {
  return kind === 'error' || (kind === 'rejected' && run.tasks.n[task + N.admission] === ADMITTED);
}

/** What the client sent has come to an end. */
function endSending(run: RunState, task: number, kind: FailureKind): void {
  if (run.canHedge) cancelHedge(run, task);
  tellAttemptEnd(run, task, kind);
}

/** The task goes to the dead-letter queue, where a rule or a person sees to it. */
function park(run: RunState, task: number, waitS: number): void {
  const { tasks } = run;
  run.cells[tasks.n[task + N.cell]!]!.counts[COUNT.deadLetterEntries]!++;
  transition(run, task, State.deadLettered, PHASE.review);
  const { kind } = run.failure;
  if (goesOn(run, task, kind)) endSending(run, task, kind);
  tasks.setFlag(task, FLAG_PARKED);
  // Its client has been told; nobody waits at the other end.
  for (const event of [N.timeoutEvent, N.patienceEvent, N.deadlineEvent]) {
    if (tasks.n[task + event] !== NONE) run.events.cancel(tasks.n[task + event]!);
    tasks.n[task + event] = NONE;
  }
  wasteSpent(run, task);
  scheduleEnd(run, task, waitS, Event.reviewOver);
}

/** Remedied, the task begins anew, with new luck. */
export function onReviewOver(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.event] = NONE;
  tasks.clearFlag(task, FLAG_PARKED);
  run.cells[tasks.n[task + N.cell]!]!.counts[COUNT.deadLetterReturns]!++;
  tasks.n[task + N.visit]!++;
  beginAnew(run, task);
  tasks.n[task + N.attempt] = 1;
  tasks.n[task + N.sent] = 1;
  tasks.f[task + F.backoffS] = 0;
  transition(run, task, State.queued, PHASE.admission);
  admit(run, task);
}

/** The back-off is over: the failed step again, or, for a task that was not let in, admission again. */
export function onBackoffOver(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.event] = NONE;
  if (tasks.n[task + N.admission] === ADMITTED) {
    enterStep(run, task, tasks.n[task + N.step]!);
    return;
  }
  transition(run, task, State.queued, PHASE.admission);
  admit(run, task);
}

/** The task gave up waiting for its first start. */
export function onPatienceOver(run: RunState, task: number): void {
  run.tasks.n[task + N.patienceEvent] = NONE;
  withdraw(run, task);
  if (leavesTwin(run, task)) return;
  transition(run, task, State.timedOut, PHASE.queue);
  endSending(run, task, 'timed-out');
  run.cells[run.tasks.n[task + N.cell]!]!.counts[COUNT.failures]!++;
  leaveSystem(run, task);
}

/** The client gave up: the work so far is lost; the client may send the task again. */
export function onTimeoutOver(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.timeoutEvent] = NONE;
  if (tasks.n[task + N.twin] !== NONE) dismissTwin(run, task);
  withdraw(run, task);
  wasteSpent(run, task);
  tasks.n[task + N.admission] = 0;
  goBackToBeginning(run, task);
  failAttempt(run, task, 'timed-out');
}

/** The task will take its way from the first step again. */
export function goBackToBeginning(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.visit] = beginningOf(run, task);
  tasks.n[task + N.attempt] = firstAttempt(run, task);
  tasks.clearFlag(task, FLAG_FALLBACK | FLAG_TO_FALLBACK);
}

/** `tasks.admission` of a task that has been let in. */
export const ADMITTED = -1;
