/** Giving resources back, leaving a stage, and leaving the system. Data plane. */
import { State } from '../model/life-cycle.js';
import { F, FLAG_FALLBACK, FLAG_HELD, N, NONE } from '../model/task-table.js';
import { forgetHeld } from './admission.js';
import { endCall } from './calls.js';
import { returnAllCredits } from './credits.js';
import { noteLimit } from './decisions.js';
import { drawOnce } from './draws.js';
import { Event } from './event-kinds.js';
import { noteEmptied } from './failures.js';
import { cancelHedge, dismissTwin, leavesTwin } from './hedging.js';
import { tellAttemptEnd, tellServiceEnd, tellStop } from './observers.js';
import { noteOverhead, noteRun } from './preempting.js';
import { speedOf } from './progress.js';
import { checkRoom, dequeue, markDirty, wakeAll } from './queueing.js';
import { COUNT, PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import { noteNodes } from './scaling.js';
import { endRequest, wasteStay } from './serving.js';
import { endStretch } from './sharing.js';
import type { StageState } from './stage-state.js';
import type { PoolState } from './stations.js';
import { breakOffFetch, releaseData } from './transfers.js';
import { transition } from './transition.js';
import { noteUse } from './use.js';

/**
 * Gives back what the task holds at a stage: units, its place in the stage's count, the limits.
 * @param taskLimits also those limits that otherwise last until the task leaves the system
 */
export function releaseHolds(run: RunState, stage: StageState, task: number, taskLimits: boolean): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  const station = stage.pool;
  if (station !== null) {
    if (run.interconnect !== null) releaseData(run, run.interconnect, station, task);
    const units = tasks.n[task + N.gpus]!;
    if (run.billsUse) noteUse(run, station, task, -1);
    if (station.serving !== null) endRequest(run, station, task);
    station.pool.giveBack(task, units);
    const gone = station.noteCapacity(nowS);
    if (gone > 0 && run.record !== null) noteNodes(run, station, 'gone', { gone });
    if (station.sharing === null && station.serving === null)
      run.levels.change(station.busyLevel, -units, nowS);
    if (station.running !== null) station.running.remove(task);
    if (station.drains.size > 0) noteEmptied(run, station);
    if (run.tracksMemory) station.memoryTakenBytes -= tasks.f[task + F.memoryBytes]!;
  }
  markDirty(run, stage.station);
  stage.inProgress--;
  const limits = stage.limitsOf(task);
  limits.inProgress--;
  run.levels.change(stage.inProgressLevel, -1, nowS);
  // What is free now may let somebody into any stage of the station.
  const { stages } = stage.station;
  for (let i = 0; i < stages.length; i++) if (stages[i]!.atDoor.length > 0) checkRoom(run, stages[i]!);
  if (stage.isObserved) tellStop(run, task, stage.index);
  const { wip } = limits;
  if (wip.length === 0) return;
  for (let i = 0; i < wip.length; i++) if (wip[i]!.holds === 'stage') wip[i]!.stopped(task, stage.index);
  wakeAll(run);
  if (taskLimits) releaseTaskLimits(run, task);
}

/** Gives back the limits that last until the task leaves the system (or is suspended, or waits out a back-off). */
export function releaseTaskLimits(run: RunState, task: number): void {
  const { tasks } = run;
  if (tasks.n[task + N.holdsTaskLimits] === 0) return;
  tasks.n[task + N.holdsTaskLimits] = 0;
  const stage = tasks.n[task + N.stage]! === NONE ? 0 : tasks.n[task + N.stage]!;
  for (const limit of run.stages[stage]!.limitsOf(task).wip)
    if (limit.holds === 'task') limit.stopped(task, stage);
  wakeAll(run);
}

/** The task has left the stage; `served` says whether its service there was finished. */
export function leaveStage(run: RunState, stage: StageState, task: number, served: boolean): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  const enteredS = tasks.f[task + F.stageEnteredS]!;
  const sojournS = nowS - enteredS;
  stage.sojournSumS += sojournS;
  if (!served) return;
  stage.recorder.completed++;
  if (enteredS < run.measureFromS || stage.visitsAreTasks) return;
  const blockedS = tasks.n[task + N.state] === State.blocked ? nowS - tasks.f[task + F.sinceS]! : 0;
  stage.recorder.recordVisit(tasks.f, task, blockedS);
  stage.recorder.sojourn.record(sojournS);
}

/** Feeds the stage's concurrency limits when a service ends, well or badly. */
export function sampleLimits(run: RunState, stage: StageState, task: number, dropped: boolean): void {
  const { tasks } = run;
  const own = stage.limitsOf(task);
  const { limits } = own;
  // A task whose node has become slow on the way takes the longer for it.
  const startedS = tasks.f[task + (stage.pool?.outages == null ? F.startedAtS : F.runsSinceS)]!;
  for (let i = 0; i < limits.length; i++)
    limits[i]!.onSample(startedS, run.events.nowS - startedS, tasks.n[task + N.inFlightAtStart]!, dropped);
  if (stage.isObserved) tellServiceEnd(run, task, stage.index, tasks.f[task + F.stageServiceS]!, dropped);
  if (own.track?.update(run.events.nowS)) {
    if (run.record !== null) noteLimit(run, stage.spec.name, own.limits[0]!, own.track.last);
    markDirty(run, stage.station);
    if (stage.atDoor.length > 0) checkRoom(run, stage);
  }
}

/**
 * Takes a task out of whatever it is doing, as when its client gives up.
 * @param isFailure whether limits and policies hear of the service that it breaks off, as of one that failed
 */
export function withdraw(run: RunState, task: number, isFailure = true): void {
  const { tasks, events } = run;
  const state = tasks.n[task + N.state]!;
  const stage = tasks.n[task + N.stage] === NONE ? null : run.stages[tasks.n[task + N.stage]!]!;
  if (state === State.blocked) {
    const ahead = run.steps[tasks.n[task + N.stepAhead]!]!.stage!;
    ahead.atDoor.remove(task);
    checkRoom(run, ahead);
  }
  if (stage === null) {
    if (tasks.hasFlag(task, FLAG_HELD)) forgetHeld(run, task);
    cancelEvent(run, task);
    releaseTaskLimits(run, task);
    return;
  }
  if (run.hasCredits) returnAllCredits(run, task);
  if (state === State.ready || state === State.suspended) {
    leaveQueueForGood(run, task);
    releaseTaskLimits(run, task);
    tasks.n[task + N.stage] = NONE;
    return;
  }
  if (stage.service !== null) {
    if (state !== State.blocked) {
      tasks.f[task + F.stageServiceS]! += events.nowS - tasks.f[task + F.startedAtS]!;
      if (isFailure) sampleLimits(run, stage, task, true);
      if (tasks.n[task + N.event] !== NONE) events.cancel(tasks.n[task + N.event]!);
      endCall(run, stage.service, task);
    }
    releaseHolds(run, stage, task, false);
  } else {
    if (state === State.inProgress) {
      if (run.interconnect === null || !breakOffFetch(run, run.interconnect, stage.pool!, task))
        noteRun(run, stage.pool!, task, endStretch(run, stage.pool!, task), 0);
      if (isFailure) sampleLimits(run, stage, task, true);
    } else if (state !== State.blocked) {
      noteOverhead(run, stage.pool!, task);
    }
    cancelEvent(run, task);
    releaseHolds(run, stage, task, false);
  }
  leaveStage(run, stage, task, false);
  releaseTaskLimits(run, task);
  tasks.n[task + N.stage] = NONE;
}

/** Takes a waiting task out of its queue and its stage. */
export function leaveQueueForGood(run: RunState, task: number): void {
  const { f, n } = run.tasks;
  const stage = run.stages[n[task + N.stage]!]!;
  if (run.hasCredits) returnAllCredits(run, task);
  if (n[task + N.state] === State.suspended)
    wasteWork(run, stage.pool!, task, f[task + F.stepWorkS]! - f[task + F.remainingWorkS]!);
  dequeue(run, stage, task);
  if (stage.pool?.reservedFor === task) stage.pool.reservedFor = NONE;
  // Its place at the head may have held others back.
  markDirty(run, stage.station);
  leaveStage(run, stage, task, false);
}

function cancelEvent(run: RunState, task: number): void {
  const event = run.tasks.n[task + N.event]!;
  if (event === NONE) return;
  run.events.cancel(event);
  run.tasks.n[task + N.event] = NONE;
}

/** The task is stopped for good by somebody else. */
export function cancelTask(run: RunState, task: number): void {
  if (run.tasks.n[task + N.twin] !== NONE) dismissTwin(run, task);
  withdraw(run, task);
  endCancelled(run, task);
}

/** One copy of a task is stopped by somebody else: another one goes on. */
export function cancelCopy(run: RunState, task: number): void {
  withdraw(run, task);
  if (!leavesTwin(run, task)) endCancelled(run, task);
}

function endCancelled(run: RunState, task: number): void {
  transition(run, task, State.cancelled, PHASE.queue);
  leaveSystem(run, task);
}

/** The task, in its final state, leaves: counts, records, and its task is free again. */
export function leaveSystem(run: RunState, task: number): void {
  const { tasks, events } = run;
  const nowS = events.nowS;
  const state = tasks.n[task + N.state]!;
  const cellIndex = tasks.n[task + N.cell]!;
  const cell = run.cells[cellIndex]!;
  run.left[state]!++;
  run.levels.change(run.cellLevel(cellIndex), -1, nowS);
  if (tasks.n[task + N.patienceEvent] !== NONE) events.cancel(tasks.n[task + N.patienceEvent]!);
  if (tasks.n[task + N.timeoutEvent] !== NONE) events.cancel(tasks.n[task + N.timeoutEvent]!);
  if (tasks.n[task + N.deadlineEvent] !== NONE) events.cancel(tasks.n[task + N.deadlineEvent]!);
  if (run.canHedge) cancelHedge(run, task);
  // Refusals, time-outs and errors were told when they happened.
  if (run.tellsAttempts && state === State.completed) tellAttemptEnd(run, task, 'completed');
  else if (run.tellsAttempts && state === State.cancelled) tellAttemptEnd(run, task, 'cancelled');
  if (state === State.completed) {
    cell.counts[COUNT.completed]!++;
    if (nowS <= tasks.f[task + F.deadlineS]!) cell.counts[COUNT.completedInTime]!++;
    if (tasks.hasFlag(task, FLAG_FALLBACK)) {
      cell.counts[COUNT.completedFallback]!++;
      cell.completedValueUsd += run.workloads[tasks.n[task + N.workload]!]!.spec.fallbackValueUsd;
    } else {
      cell.completedValueUsd += tasks.f[task + F.valueUsd]!;
    }
    if (run.hasTokens) {
      cell.promptTokens += tasks.f[task + F.promptTokens]!;
      cell.outputTokens += tasks.f[task + F.outputTokens]!;
    }
    const latencyS = nowS - tasks.f[task + F.arrivalS]!;
    if (run.warmupObserver !== null) run.warmupObserver(latencyS, nowS);
    if (tasks.f[task + F.arrivalS]! >= run.measureFromS) cell.recordCompletion(tasks.f, task);
    else run.warmupLatency.record(latencyS);
    if (run.canWaste) for (let pool = 0; pool < run.pools.length; pool++) tasks.takeSpent(task, pool);
  } else {
    countUnfinished(run, task, state);
    wasteSpent(run, task);
  }
  const user = tasks.n[task + N.origin]!;
  const closed = run.users.length > 0 && run.workloads[tasks.n[task + N.workload]!]!.closed;
  tasks.release(task);
  if (closed && run.accepting) think(run, user);
}

/** So much work of the present step must be done again, if the step is done at all: it is wasted. */
export function wasteWork(run: RunState, station: PoolState, task: number, workS: number): void {
  const { tasks } = run;
  if (station.serving !== null) {
    wasteStay(run, station, task);
    return;
  }
  const lostGpuS =
    (workS / speedOf(run, station, task)) * (tasks.n[task + N.gpus]! / station.unitsPerBusyGpu);
  station.wastedGpuS += lostGpuS;
  tasks.spend(task, station.index, -lostGpuS);
}

/** What the task has spent so far came to nothing. */
export function wasteSpent(run: RunState, task: number): void {
  for (let pool = 0; pool < run.pools.length; pool++)
    run.pools[pool]!.wastedGpuS += run.tasks.takeSpent(task, pool);
}

function countUnfinished(run: RunState, task: number, state: number): void {
  const { counts } = run.cells[run.tasks.n[task + N.cell]!]!;
  if (state === State.rejected) counts[COUNT.rejected]!++;
  else if (state === State.timedOut) counts[COUNT.timedOut]!++;
  else if (state === State.cancelled) counts[COUNT.cancelled]!++;
  else counts[COUNT.deadLettered]!++;
}

/** A closed loop's user thinks before the next task. */
export function think(run: RunState, userIndex: number): void {
  const user = run.users[userIndex]!;
  const { arrival } = run.workloads[user.workload]!.spec;
  if (arrival.kind !== 'closed') throw new Error('only closed loops have thinking users');
  const thinkS = drawOnce(user.think, user.number + arrival.users * user.cycle, arrival.think);
  run.events.schedule(run.events.nowS + thinkS, Event.think, userIndex);
}
