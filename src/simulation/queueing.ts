/** Into and out of a stage's queue, and the signals that depend on its length. Data plane. */

import { State } from '../model/life-cycle.js';
import { F, N } from '../model/task-table.js';
import { PHASE } from './recorder.js';
import type { Event, RunState } from './run-state.js';
import type { PoolState, ServiceState, StageState } from './stations.js';
import type { StepState } from './step-state.js';
import { transition } from './transition.js';

/** Asks for a look at a station's queues before the present event is over. */
export function markDirty(run: RunState, station: PoolState | ServiceState): void {
  if (station.dirty) return;
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
  const { structure } = stage.ordering;
  tasks.f[task + F.key] =
    structure === 'fifo' ? 0 : structure === 'lifo' ? -order : stage.ordering.key(task, nowS);
  join(run, stage, task);
}

/** Puts a preempted task back where it stood: with the key and the order that it came with. */
export function requeueSuspended(run: RunState, stage: StageState, task: number): void {
  transition(run, task, State.suspended, PHASE.suspended);
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
  if (stage.atDoor.length > 0) checkRoom(run, stage);
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
  // Off: those that paused may start. On: those that a pausing task held back may, if they need not pass here.
  for (const upstream of stage.upstream) markDirty(run, run.stages[upstream]!.station);
}

/** Whether a stage downstream of the step asks its upstream to pause. A stage does not wait for itself. */
export function isPaused({ nextStages, stage }: StepState): boolean {
  for (let i = 0; i < nextStages.length; i++)
    if (nextStages[i]!.signal && nextStages[i] !== stage) return true;
  return false;
}

/** Schedules what ends the task's present activity. */
export function scheduleEnd(
  run: RunState,
  task: number,
  inS: number,
  kind: (typeof Event)[keyof typeof Event],
): void {
  run.tasks.n[task + N.event] = run.events.schedule(run.events.nowS + inS, kind, task);
}
