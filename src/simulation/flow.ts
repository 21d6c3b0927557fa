/**
 * A task's way through its workflow: entering a step, finishing it, going on, failing and trying again. Data plane.
 */
import { State } from '../model/life-cycle.js';
import { END } from '../model/system.js';
import { F, N, NONE } from '../model/task-table.js';
import type { FailureKind } from '../policies/points.js';
import { admit } from './admission.js';
import { block, hasRoom } from './blocking.js';
import { endCall } from './calls.js';
import { dispatch } from './dispatch.js';
import { drawError, drawNextStep, drawWork, unitsOf } from './draws.js';
import { handOver, startAtOnce } from './express.js';
import {
  leaveStage,
  leaveSystem,
  releaseHolds,
  releaseTaskLimits,
  sampleLimits,
  wasteSpent,
  withdraw,
} from './leaving.js';
import { noteRun } from './preempting.js';
import { enqueue, markDirty, scheduleEnd } from './queueing.js';
import { COUNT, PHASE } from './recorder.js';
import { Event, type RunState } from './run-state.js';
import type { PoolState } from './stations.js';
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
  const full = stage.waiting >= stage.spec.queueCapacity;
  if (full && (stage.spec.whenFull === 'refuse' || !fromDoor) && !hasRoom(run, stage, task, index)) {
    stage.recorder.refused++;
    tasks.n[task + N.stage] = NONE;
    failAttempt(run, task, 'rejected');
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
  if (stage.limits.length > 0) sampleLimits(run, stage, task, failed);
  if (failed) {
    wasteStep(run, stage.pool!, task);
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
  if (stage.limits.length > 0) sampleLimits(run, stage, task, failed);
  if (failed) {
    service.errors++;
    failStep(run, task);
  } else {
    advance(run, task);
  }
}

/** The present step is done well: leave, go on, or wait at a full stage's door. */
function advance(run: RunState, task: number): void {
  const next = drawNextStep(run, task);
  const ahead = next === END ? null : run.steps[next]!.stage;
  if (ahead !== null && ahead.spec.whenFull === 'block') {
    if (ahead.atDoor.length > 0 || !hasRoom(run, ahead, task, next)) {
      block(run, ahead, task, next);
      return;
    }
  }
  moveOn(run, task, next);
}

/** Leaves the present stage and enters the next step, or the world. */
export function moveOn(run: RunState, task: number, next: number): void {
  const index = run.tasks.n[task + N.stage]!;
  const stage = index === NONE ? null : run.stages[index]!;
  if (stage !== null) {
    leaveStage(run, stage, task, true);
    // The unit itself is handed over below, when the task is gone.
    if (stage.express) run.tasks.n[task + N.node] = NONE;
    else releaseHolds(run, stage, task, false);
  }
  if (next === END) {
    transition(run, task, State.completed, PHASE.queue);
    if (run.tasks.n[task + N.holdsTaskLimits] === 1) releaseTaskLimits(run, task);
    leaveSystem(run, task);
  } else {
    run.tasks.n[task + N.visit]!++;
    run.tasks.n[task + N.attempt] = 1;
    enterStep(run, task, next, true);
  }
  if (stage?.express) handOver(run, stage);
}

/** The present step ended in an error. */
function failStep(run: RunState, task: number): void {
  const stage = run.stages[run.tasks.n[task + N.stage]!]!;
  leaveStage(run, stage, task, true);
  releaseHolds(run, stage, task, true);
  run.tasks.n[task + N.stage] = NONE;
  failAttempt(run, task, 'error');
}

/** What the step has spent is wasted: it must be done again. */
function wasteStep(run: RunState, station: PoolState, task: number): void {
  const { tasks } = run;
  const lostGpuS =
    (tasks.f[task + F.stepWorkS]! / station.spec.speed) *
    (tasks.n[task + N.gpus]! / station.pool.unitsPerGpu);
  station.wastedGpuS += lostGpuS;
  tasks.spend(task, station.index, -lostGpuS);
}

/** An attempt has failed and holds nothing any more: try again later, or leave. */
export function failAttempt(run: RunState, task: number, kind: FailureKind): void {
  const { tasks } = run;
  const workload = tasks.n[task + N.workload]!;
  const { counts } = run.cells[run.tasks.n[task + N.cell]!]!;
  counts[kind === 'rejected' ? COUNT.refusals : COUNT.failures]!++;
  transition(run, task, FAILED_STATE[kind], PHASE.backoff);
  const retry = run.policies.retry[workload]!;
  // An error is the step's, and the step is tried again; a refusal or a time-out is the client's to answer.
  const counter = task + (kind === 'error' ? N.attempt : N.sent);
  const attempt = tasks.n[counter]!;
  releaseTaskLimits(run, task);
  if (retry === null || !retry.retries(kind) || attempt >= retry.maxAttempts) {
    if (kind === 'error') transition(run, task, State.deadLettered, PHASE.backoff);
    leaveSystem(run, task);
    return;
  }
  counts[COUNT.retries]!++;
  const failures = tasks.n[task + N.failures]!;
  const draws = run.workloads[workload]!.draws.backoff.at(tasks.f[task + F.serial]!, failures & 0xfffff);
  tasks.n[task + N.failures] = failures + 1;
  tasks.n[counter] = attempt + 1;
  transition(run, task, State.retried, PHASE.backoff);
  scheduleEnd(run, task, retry.backoffS(attempt, draws), Event.backoffOver);
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
  transition(run, task, State.timedOut, PHASE.queue);
  run.cells[run.tasks.n[task + N.cell]!]!.counts[COUNT.failures]!++;
  leaveSystem(run, task);
}

/** The client gave up: the work so far is lost; the client may send the task again. */
export function onTimeoutOver(run: RunState, task: number): void {
  const { tasks } = run;
  tasks.n[task + N.timeoutEvent] = NONE;
  withdraw(run, task);
  wasteSpent(run, task);
  tasks.n[task + N.admission] = 0;
  tasks.n[task + N.visit] = 0;
  tasks.n[task + N.attempt] = 1;
  failAttempt(run, task, 'timed-out');
}

/** `tasks.admission` of a task that has been let in. */
export const ADMITTED = -1;
