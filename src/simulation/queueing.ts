/** Into and out of a stage's queue, and the signals that depend on its length. Data plane. */

import { State } from '../model/life-cycle.js';
import { F, N } from '../model/task-table.js';
import { notePlace } from './decisions.js';
import { Event, type EventKind } from './event-kinds.js';
import { PHASE } from './recorder.js';
import { awaitRound } from './rounds.js';
import type { RunState } from './run-state.js';
import type { StageState } from './stage-state.js';
import { PoolState, type ServiceState } from './stations.js';
import type { StepState } from './step-state.js';
import { transition } from './transition.js';

/** Asks for a look at a station's queues before the present event is over. */
export function markDirty(run: RunState, station: PoolState | ServiceState): void {
  if (station.dirty) return;
  if (station instanceof PoolState && station.spec.schedulingIntervalS > 0) {
    awaitRound(run, station);
    return;
  }
  station.dirty = true;
  run.unsettled++;
}

/** Puts a task that has just entered the stage at its place in the queue. */
export function enqueue(run: RunState, stage: StageState, task: number): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  transition(run, task, State.ready, PHASE.queue);
  tasks.f[task + F.queuedAtS] = nowS;
  if (stage.express && !stage.isKeyed) {
    stage.append(task);
    run.levels.change(stage.waitingLevel, 1, nowS);
    return;
  }
  const order = run.nextOrder++;
  tasks.f[task + F.order] = order;
  setKey(run, stage, task, nowS);
  join(run, stage, task);
}

/** The key by which the task is compared with others; where it is read at every choice, the lane sets it. */
function setKey(run: RunState, { ordering }: StageState, task: number, joinedS: number): void {
  const { f } = run.tasks;
  const { structure } = ordering;
  if (structure === 'key') f[task + F.key] = ordering.key(task, joinedS);
  else f[task + F.key] = structure === 'lifo' ? -f[task + F.order]! : 0;
}

/** The task's key has changed while it waits. */
export function requeue(run: RunState, task: number): void {
  const stage = run.stages[run.tasks.n[task + N.stage]!]!;
  stage.remove(task);
  // It has joined the queue when it did, whatever has changed since.
  setKey(run, stage, task, run.tasks.f[task + F.queuedAtS]!);
  stage.add(task);
  markDirty(run, stage.station);
}

/** Puts a preempted task back where it stood: with the key and the order that it came with. */
export function requeueSuspended(run: RunState, stage: StageState, task: number): void {
  transition(run, task, State.suspended, PHASE.suspended);
  if (stage.ordering.rekeys === true) setKey(run, stage, task, run.events.nowS);
  join(run, stage, task);
}

function join(run: RunState, stage: StageState, task: number): void {
  run.tasks.f[task + F.queuedAtS] = run.events.nowS;
  stage.add(task);
  run.levels.change(stage.waitingLevel, 1, run.events.nowS);
  if (stage.backpressure !== null) updateSignal(run, stage);
}

/** Takes a task out of the queue, to be served or to leave. */
export function dequeue(run: RunState, stage: StageState, task: number): void {
  stage.remove(task);
  run.levels.change(stage.waitingLevel, -1, run.events.nowS);
  if (stage.backpressure !== null) updateSignal(run, stage);
  // Whoever waited at one stage of the station may have kept the doors of all of them shut.
  const { stages } = stage.station;
  for (let i = 0; i < stages.length; i++) if (stages[i]!.atDoor.length > 0) checkRoom(run, stages[i]!);
}

/** Asks for a look at the tasks at the stage's door. */
export function checkRoom(run: RunState, stage: StageState): void {
  if (stage.roomToCheck) return;
  stage.roomToCheck = true;
  run.doorsToCheck++;
  run.unsettled++;
}

function updateSignal(run: RunState, stage: StageState): void {
  const on = stage.backpressure!.signal(stage.waiting, stage.signal);
  if (on === stage.signal) return;
  stage.signal = on;
  const policy = stage.backpressure!;
  if (run.record !== null)
    notePlace(run, 'signal', stage.spec.name, policy, on ? 'on' : 'off', { queueLength: stage.waiting });
  for (let hop = 1; hop <= policy.hops; hop++) {
    const inS = hop * policy.hopDelayS;
    if (inS > 0) run.events.schedule(run.events.nowS + inS, Event.signal, stage.index * HOPS + hop);
    else hear(run, stage, hop);
  }
  policy.changed?.(stage.index, on, run.events.nowS);
}

/** Signals travel at most so many stages less one. */
export const HOPS = 64;

export function onSignal(run: RunState, subject: number): void {
  hear(run, run.stages[Math.floor(subject / HOPS)]!, subject % HOPS);
}

/** A change of the stage's signal has come so many stages upstream. Changes come in the order in which they left. */
function hear(run: RunState, stage: StageState, hop: number): void {
  stage.heard[hop] = !stage.heard[hop];
  // Off: those that paused may start. On: those that a pausing task held back may, if they need not pass here.
  wakeAll(run);
}

/** What was held back by a limit, a signal or missing credits may be anywhere. */
export function wakeAll(run: RunState): void {
  for (const stage of run.stages) {
    if (stage.waiting > 0) markDirty(run, stage.station);
    if (stage.atDoor.length > 0) checkRoom(run, stage);
  }
}

/**
 * Whether a stage downstream of the step asks its upstream to pause, or has no credit for it. A stage does not wait
 * for itself.
 */
export function isPaused({ nextStages, ahead, stage }: StepState): boolean {
  for (let i = 0; i < ahead.length; i++) if (ahead[i]!.stage.heard[ahead[i]!.hops] === true) return true;
  for (let i = 0; i < nextStages.length; i++)
    if (nextStages[i]!.creditsLeft <= 0 && nextStages[i] !== stage) return true;
  return false;
}

/** Schedules what ends the task's present activity. */
export function scheduleEnd(run: RunState, task: number, inS: number, kind: EventKind): void {
  run.tasks.n[task + N.event] = run.events.schedule(run.events.nowS + inS, kind, task);
}
