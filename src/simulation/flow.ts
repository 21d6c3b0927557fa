/**
 * A task's way through its workflow: entering a step, finishing it, going on, failing and trying again. Data plane.
 */
import { State } from '../model/life-cycle.js';
import { END, NO_STAGE } from '../model/system.js';
import { NONE } from '../model/task-table.js';
import type { FailureKind } from '../policies/points.js';
import { admit } from './admission.js';
import { block, hasRoom } from './blocking.js';
import { endCall, isCallError } from './calls.js';
import { drawNextStep, drawWork, unitsOf } from './draws.js';
import { leaveStage, leaveSystem, releaseHolds, releaseTaskLimits, sampleLimits, withdraw } from './leaving.js';
import { noteRun } from './preempting.js';
import { enqueue, markDirty, scheduleEnd, stationOf } from './queueing.js';
import { COUNT, PHASE } from './recorder.js';
import { Event, type RunState } from './run-state.js';
import { transition } from './transition.js';

/** The attempt ended in a refusal, an error or a time-out. */
const FAILED_STATE = { error: State.failed, rejected: State.rejected, 'timed-out': State.timedOut } as const;

/** Begins a step: a stage's queue, or a delay. The task holds nothing of an earlier stage any more. */
export function enterStep(run: RunState, row: number, index: number): void {
  const { tasks } = run;
  const step = run.workloads[tasks.workload[row]!]!.spec.steps[index]!;
  tasks.step[row] = index;
  if (step.stage === NO_STAGE) {
    tasks.stage[row] = NONE;
    transition(run, row, State.inProgress, PHASE.delay);
    scheduleEnd(run, row, drawWork(run, row, step), Event.stepDone);
    return;
  }
  const stage = run.stages[step.stage]!;
  stage.recorder.arrived++;
  if (stage.waiting >= stage.spec.queueCapacity && stage.spec.whenFull === 'refuse' && !hasRoom(run, stage, row, index)) {
    stage.recorder.refused++;
    tasks.stage[row] = NONE;
    failAttempt(run, row, 'rejected');
    return;
  }
  const nowS = run.events.nowS;
  const workS = drawWork(run, row, step);
  tasks.stage[row] = step.stage;
  tasks.stageEnteredS[row] = nowS;
  tasks.stageWaitS[row] = 0;
  tasks.stageServiceS[row] = 0;
  tasks.gpus[row] = unitsOf(run, row, step);
  tasks.remainingWorkS[row] = workS;
  tasks.stepWorkS[row] = workS;
  enqueue(run, stage, row);
  markDirty(run, stationOf(run, stage));
}

/** Work on a pool, or a delay, is done. */
export function onStepDone(run: RunState, row: number): void {
  const { tasks } = run;
  tasks.event[row] = NONE;
  const workload = run.workloads[tasks.workload[row]!]!;
  const { errorFraction } = workload.spec.steps[tasks.step[row]!]!;
  const stage = tasks.stage[row]!;
  if (stage === NONE) {
    advance(run, row);
    return;
  }
  const stageState = run.stages[stage]!;
  const station = run.pools[stageState.spec.resource.index]!;
  noteRun(run, station, row, run.events.nowS - tasks.startedAtS[row]!, 0);
  const failed =
    errorFraction > 0 &&
    workload.draws.error[tasks.step[row]!]!.at(tasks.serial[row]!, (tasks.visit[row]! << 7) | (tasks.attempt[row]! & 0x7f)).next() <
      errorFraction;
  if (stageState.limits.length > 0) sampleLimits(run, stageState, row, failed);
  if (failed) {
    wasteStep(run, row);
    failStep(run, row);
  } else {
    advance(run, row);
  }
}

/** A service has answered. */
export function onCallDone(run: RunState, row: number): void {
  const { tasks } = run;
  const stage = run.stages[tasks.stage[row]!]!;
  const service = run.services[stage.spec.resource.index]!;
  const step = run.workloads[tasks.workload[row]!]!.spec.steps[tasks.step[row]!]!;
  const latencyS = run.events.nowS - tasks.startedAtS[row]!;
  tasks.stageServiceS[row]! += latencyS;
  service.recorder.record(latencyS);
  endCall(run, service, row);
  const failed = isCallError(run, service, row, step.errorFraction);
  if (stage.limits.length > 0) sampleLimits(run, stage, row, failed);
  if (failed) {
    service.errors++;
    failStep(run, row);
  } else {
    advance(run, row);
  }
}

/** The present step is done well: leave, go on, or wait at a full stage's door. */
function advance(run: RunState, row: number): void {
  const next = drawNextStep(run, row);
  if (next !== END) {
    const { stage } = run.workloads[run.tasks.workload[row]!]!.spec.steps[next]!;
    if (stage !== NO_STAGE) {
      const ahead = run.stages[stage]!;
      const guarded = ahead.spec.whenFull === 'block' && run.tasks.stage[row] !== NONE;
      if (guarded && (ahead.atDoor.length > 0 || !hasRoom(run, ahead, row, next))) {
        block(run, ahead, row, next);
        return;
      }
    }
  }
  moveOn(run, row, next);
}

/** Leaves the present stage and enters the next step, or the world. */
export function moveOn(run: RunState, row: number, next: number): void {
  const { tasks } = run;
  if (tasks.stage[row] !== NONE) {
    const stage = run.stages[tasks.stage[row]!]!;
    leaveStage(run, stage, row, true);
    releaseHolds(run, stage, row, false);
  }
  if (next === END) {
    transition(run, row, State.completed, PHASE.queue);
    releaseTaskLimits(run, row);
    leaveSystem(run, row);
    return;
  }
  tasks.visit[row]!++;
  enterStep(run, row, next);
}

/** The present step ended in an error. */
function failStep(run: RunState, row: number): void {
  const stage = run.stages[run.tasks.stage[row]!]!;
  leaveStage(run, stage, row, true);
  releaseHolds(run, stage, row, true);
  run.tasks.stage[row] = NONE;
  failAttempt(run, row, 'error');
}

/** What the step has spent is wasted: it must be done again. */
function wasteStep(run: RunState, row: number): void {
  const { tasks } = run;
  const station = run.pools[run.stages[tasks.stage[row]!]!.spec.resource.index]!;
  const lostGpuS = (tasks.stepWorkS[row]! / station.spec.speed) * (tasks.gpus[row]! / station.pool.unitsPerGpu);
  const index = row * run.spec.pools.length + station.index;
  station.wastedGpuS += lostGpuS;
  tasks.spentGpuS[index] = Math.max(0, tasks.spentGpuS[index]! - lostGpuS);
}

/** An attempt has failed and holds nothing any more: try again later, or leave. */
export function failAttempt(run: RunState, row: number, kind: FailureKind): void {
  const { tasks } = run;
  const workload = tasks.workload[row]!;
  const { counts } = run.cells[run.cellOf(row)]!;
  counts[kind === 'rejected' ? COUNT.refusals : COUNT.failures]!++;
  transition(run, row, FAILED_STATE[kind], PHASE.backoff);
  const retry = run.policies.retry[workload]!;
  const attempt = tasks.attempt[row]!;
  if (retry === null || !retry.retries(kind) || attempt >= retry.maxAttempts) {
    if (kind === 'error') transition(run, row, State.deadLettered, PHASE.backoff);
    releaseTaskLimits(run, row);
    leaveSystem(run, row);
    return;
  }
  releaseTaskLimits(run, row);
  counts[COUNT.retries]!++;
  const draws = run.workloads[workload]!.draws.backoff.at(tasks.serial[row]!, attempt);
  tasks.attempt[row] = attempt + 1;
  transition(run, row, State.retried, PHASE.backoff);
  scheduleEnd(run, row, retry.backoffS(attempt, draws), Event.backoffOver);
}

/** The back-off is over: the failed step again, or, for a task that was not let in, admission again. */
export function onBackoffOver(run: RunState, row: number): void {
  const { tasks } = run;
  tasks.event[row] = NONE;
  if (tasks.admission[row] === ADMITTED) {
    enterStep(run, row, tasks.step[row]!);
    return;
  }
  transition(run, row, State.queued, PHASE.admission);
  admit(run, row);
}

/** The task gave up waiting for its first start. */
export function onPatienceOver(run: RunState, row: number): void {
  run.tasks.patienceEvent[row] = NONE;
  withdraw(run, row);
  transition(run, row, State.timedOut, PHASE.queue);
  run.cells[run.cellOf(row)]!.counts[COUNT.failures]!++;
  leaveSystem(run, row);
}

/** The client gave up: the work so far is lost; the client may send the task again. */
export function onTimeoutOver(run: RunState, row: number): void {
  const { tasks } = run;
  tasks.timeoutEvent[row] = NONE;
  withdraw(run, row);
  const pools = run.spec.pools.length;
  for (let pool = 0; pool < pools; pool++) {
    run.pools[pool]!.wastedGpuS += tasks.spentGpuS[row * pools + pool]!;
    tasks.spentGpuS[row * pools + pool] = 0;
  }
  tasks.admission[row] = 0;
  tasks.visit[row] = 0;
  failAttempt(run, row, 'timed-out');
}

/** `tasks.admission` of a task that has been let in. */
export const ADMITTED = -1;
