/** Giving resources back, leaving a stage, and leaving the system. Data plane. */
import { State } from '../model/life-cycle.js';
import { NONE } from '../model/task-table.js';
import { endCall } from './calls.js';
import { noteRun } from './preempting.js';
import { dequeue, markDirty, stationOf } from './queueing.js';
import { COUNT, PHASE, PHASE_COUNT } from './recorder.js';
import { Event, type RunState } from './run-state.js';
import type { StageState } from './stations.js';
import { transition } from './transition.js';
import { drawOnce } from './draws.js';

/**
 * Gives back what the task holds at a stage: units, its place in the stage's count, the limits.
 * @param taskLimits also those limits that otherwise last until the task leaves the system
 */
export function releaseHolds(run: RunState, stage: StageState, row: number, taskLimits: boolean): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  const { kind, index } = stage.spec.resource;
  if (kind === 'pool') {
    const station = run.pools[index]!;
    const units = tasks.gpus[row]!;
    station.pool.giveBack(row, units);
    run.levels.change(run.busyLevel(index), -units, nowS);
    if (station.running !== null) station.running.remove(row);
    markDirty(run, station);
  } else {
    markDirty(run, run.services[index]!);
  }
  stage.inProgress--;
  run.levels.change(run.inProgressLevel(stage.index), -1, nowS);
  if (stage.atDoor.length > 0 && !stage.roomToCheck) {
    stage.roomToCheck = true;
    run.unsettled++;
  }
  const { wip } = stage;
  if (wip.length === 0) return;
  for (let i = 0; i < wip.length; i++) if (wip[i]!.holds === 'stage') wip[i]!.stopped(row, stage.index);
  if (taskLimits) releaseTaskLimits(run, row);
}

/** Gives back the limits that last until the task leaves the system (or is suspended, or waits out a back-off). */
export function releaseTaskLimits(run: RunState, row: number): void {
  const { tasks } = run;
  if (tasks.holdsTaskLimits[row] === 0) return;
  tasks.holdsTaskLimits[row] = 0;
  const stage = tasks.stage[row]! === NONE ? 0 : tasks.stage[row]!;
  let any = false;
  for (const limit of run.stages[stage]!.wip) {
    if (limit.holds !== 'task') continue;
    limit.stopped(row, stage);
    any = true;
  }
  // Such a limit may have held back tasks anywhere.
  if (any) for (const other of run.stages) if (other.waiting > 0) markDirty(run, stationOf(run, other));
}

/** The task has left the stage; `served` says whether its service there was finished. */
export function leaveStage(run: RunState, stage: StageState, row: number, served: boolean): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  const enteredS = tasks.stageEnteredS[row]!;
  const sojournS = nowS - enteredS;
  stage.sojournSumS += sojournS;
  if (!served) return;
  stage.recorder.completed++;
  if (enteredS < run.measureFromS) return;
  const blockedS = tasks.state[row] === State.blocked ? nowS - tasks.sinceS[row]! : 0;
  stage.recorder.recordVisit(tasks.stageWaitS[row]!, tasks.stageServiceS[row]!, blockedS, sojournS);
}

/** Feeds the stage's concurrency limits when a service ends, well or badly. */
export function sampleLimits(run: RunState, stage: StageState, row: number, dropped: boolean): void {
  const { limits } = stage;
  const { tasks } = run;
  const startedS = tasks.startedAtS[row]!;
  for (let i = 0; i < limits.length; i++)
    limits[i]!.onSample(startedS, run.events.nowS - startedS, tasks.inFlightAtStart[row]!, dropped);
  if (stage.limitTrack !== null) stage.limitTrack.update(run.events.nowS);
}

/** Takes a task out of whatever it is doing, as when its client gives up. */
export function withdraw(run: RunState, row: number): void {
  const { tasks, events } = run;
  const state = tasks.state[row]!;
  const stage = tasks.stage[row] === NONE ? null : run.stages[tasks.stage[row]!]!;
  if (stage === null) {
    cancelEvent(run, row);
    return;
  }
  if (state === State.ready || state === State.suspended) {
    dequeue(run, stage, row);
    // Its place at the head may have held others back.
    markDirty(run, stationOf(run, stage));
  } else if (stage.spec.resource.kind === 'service') {
    if (state === State.blocked) run.stages[targetOf(run, row)]!.atDoor.remove(row);
    else {
      sampleLimits(run, stage, row, true);
      tasks.stageServiceS[row]! += events.nowS - tasks.startedAtS[row]!;
      const service = run.services[stage.spec.resource.index]!;
      if (tasks.event[row] !== NONE) events.cancel(tasks.event[row]!);
      endCall(run, service, row);
    }
    releaseHolds(run, stage, row, false);
  } else {
    if (state === State.blocked) run.stages[targetOf(run, row)]!.atDoor.remove(row);
    else if (state === State.inProgress) {
      sampleLimits(run, stage, row, true);
      noteRun(run, run.pools[stage.spec.resource.index]!, row, events.nowS - tasks.startedAtS[row]!, 0);
    }
    cancelEvent(run, row);
    releaseHolds(run, stage, row, false);
  }
  leaveStage(run, stage, row, false);
  releaseTaskLimits(run, row);
  tasks.stage[row] = NONE;
}

function targetOf(run: RunState, row: number): number {
  return run.workloads[run.tasks.workload[row]!]!.spec.steps[run.tasks.stepAhead[row]!]!.stage;
}

function cancelEvent(run: RunState, row: number): void {
  const event = run.tasks.event[row]!;
  if (event === NONE) return;
  run.events.cancel(event);
  run.tasks.event[row] = NONE;
}

/** The task is stopped for good by somebody else. */
export function cancelTask(run: RunState, row: number): void {
  withdraw(run, row);
  transition(run, row, State.cancelled, PHASE.queue);
  leaveSystem(run, row);
}

/** The task, in its final state, leaves: counts, records, and its row is free again. */
export function leaveSystem(run: RunState, row: number): void {
  const { tasks, events } = run;
  const nowS = events.nowS;
  const state = tasks.state[row]!;
  const cellIndex = run.cellOf(row);
  const cell = run.cells[cellIndex]!;
  run.left[state]!++;
  run.levels.change(run.cellLevel(cellIndex), -1, nowS);
  if (tasks.patienceEvent[row] !== NONE) events.cancel(tasks.patienceEvent[row]!);
  if (tasks.timeoutEvent[row] !== NONE) events.cancel(tasks.timeoutEvent[row]!);
  if (state === State.completed) {
    cell.counts[COUNT.completed]!++;
    if (nowS <= tasks.deadlineS[row]!) cell.counts[COUNT.completedInTime]!++;
    cell.completedValueUsd += tasks.valueUsd[row]!;
    const latencyS = nowS - tasks.arrivalS[row]!;
    run.binLatency.record(latencyS);
    if (run.warmupObserver !== null) run.warmupObserver(latencyS, nowS);
    if (tasks.arrivalS[row]! >= run.measureFromS) cell.recordCompletion(latencyS, tasks.phaseS, row * PHASE_COUNT);
    run.binCompleted++;
  } else {
    countUnfinished(run, row, state);
    const pools = run.spec.pools.length;
    for (let pool = 0; pool < pools; pool++) run.pools[pool]!.wastedGpuS += tasks.spentGpuS[row * pools + pool]!;
  }
  const workload = run.workloads[tasks.workload[row]!]!;
  const user = tasks.origin[row]!;
  tasks.release(row);
  if (workload.spec.arrival.kind === 'closed' && run.accepting) think(run, user);
}

function countUnfinished(run: RunState, row: number, state: number): void {
  const { counts } = run.cells[run.cellOf(row)]!;
  if (state === State.rejected) {
    counts[COUNT.rejected]!++;
    run.binRejected++;
  } else if (state === State.timedOut) counts[COUNT.timedOut]!++;
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

