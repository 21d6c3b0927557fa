/**
 * Who starts next: after anything that may let a waiting task start, the stations concerned are looked at, in the
 * order of the scenario, until nothing more can start. Data plane.
 *
 * The order of decisions for a pool: limits and backpressure say which lanes may start, the ordering says which of
 * their heads is next, placement says where, and if nowhere, preemption says whom to stop. Where the next task does
 * not fit, nobody behind it starts either (strict head of line): a gang is never starved by small tasks.
 */
import { State } from '../model/life-cycle.js';
import { NONE } from '../model/task-table.js';
import { letInFromDoor } from './blocking.js';
import { beginCall } from './calls.js';
import { pausedFromDownstream, dequeue, scheduleEnd } from './queueing.js';
import { makeRoom } from './preempting.js';
import { PHASE } from './recorder.js';
import { Event, type RunState } from './run-state.js';
import type { PoolState, ServiceState, StageState } from './stations.js';
import { transition } from './transition.js';
import { runTimeS } from './progress.js';

/** Starts whatever can start now, everywhere that was marked. */
export function settle(run: RunState): void {
  while (run.unsettled > 0) {
    for (const stage of run.stages) {
      if (!stage.roomToCheck) continue;
      stage.roomToCheck = false;
      run.unsettled--;
      letInFromDoor(run, stage);
    }
    for (const pool of run.pools) {
      if (!pool.dirty) continue;
      pool.dirty = false;
      run.unsettled--;
      dispatchPool(run, pool);
    }
    for (const service of run.services) {
      if (!service.dirty) continue;
      service.dirty = false;
      run.unsettled--;
      dispatchService(run, service);
    }
  }
}

export function mayStart(run: RunState, row: number): boolean {
  const stage = run.stages[run.tasks.stage[row]!]!;
  return stage.limitsAllow(row) && !(run.watchesDownstream && pausedFromDownstream(run, row));
}

/** The task that is next among all stages of a station; NONE where nobody may start. */
export function nextUp(run: RunState, stages: readonly StageState[]): number {
  let best = NONE;
  for (let i = 0; i < stages.length; i++) {
    const stage = stages[i]!;
    if (stage.waiting === 0) continue;
    const head = stage.bestHead(run.mayStart);
    if (head !== NONE && (best === NONE || stage.isBefore(head, best))) best = head;
  }
  return best;
}

function dispatchPool(run: RunState, station: PoolState): void {
  const { pool, preemption } = station;
  while (pool.totalFree > 0 || preemption !== null) {
    const row = nextUp(run, station.stages);
    if (row === NONE) return;
    const units = run.tasks.gpus[row]!;
    if (!pool.take(row, units, station.placement)) {
      if (preemption === null || !makeRoom(run, station, row)) return;
      if (!pool.take(row, units, station.placement)) return;
    }
    const stage = run.stages[run.tasks.stage[row]!]!;
    run.levels.change(run.busyLevel(pool.index), units, run.events.nowS);
    startOnPool(run, station, stage, row);
  }
}

function startOnPool(run: RunState, station: PoolState, stage: StageState, row: number): void {
  const resumes = run.tasks.state[row] === State.suspended;
  takeFromQueue(run, stage, row);
  if (station.running !== null) station.running.add(row);
  if (resumes && station.preemption!.resumeCostS > 0) {
    transition(run, row, State.resuming, PHASE.checkpoint);
    scheduleEnd(run, row, station.preemption!.resumeCostS, Event.resumeDone);
  } else {
    beginWork(run, station, row);
  }
}

/** The task works on its pool from now until the step is done or it is stopped. */
export function beginWork(run: RunState, station: PoolState, row: number): void {
  transition(run, row, State.inProgress, PHASE.work);
  run.tasks.startedAtS[row] = run.events.nowS;
  scheduleEnd(run, row, runTimeS(station, run.tasks.remainingWorkS[row]!), Event.stepDone);
}

function dispatchService(run: RunState, service: ServiceState): void {
  for (;;) {
    const row = nextUp(run, service.stages);
    if (row === NONE) return;
    const stage = run.stages[run.tasks.stage[row]!]!;
    takeFromQueue(run, stage, row);
    transition(run, row, State.inProgress, PHASE.call);
    run.tasks.startedAtS[row] = run.events.nowS;
    beginCall(run, service, row);
  }
}

/** What every start has in common: out of the queue, into the limits' counts. */
function takeFromQueue(run: RunState, stage: StageState, row: number): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  dequeue(run, stage, row);
  tasks.stageWaitS[row]! += nowS - tasks.queuedAtS[row]!;
  if (Number.isNaN(tasks.firstStartS[row]!)) noteFirstStart(run, row);
  stage.inProgress++;
  run.levels.change(run.inProgressLevel(stage.index), 1, nowS);
  tasks.inFlightAtStart[row] = stage.inProgress;
  const { wip } = stage;
  if (wip.length === 0) return;
  for (let i = 0; i < wip.length; i++) {
    const limit = wip[i]!;
    if (limit.holds === 'stage' || tasks.holdsTaskLimits[row] === 0) limit.started(row, stage.index);
  }
  tasks.holdsTaskLimits[row] = 1;
}

function noteFirstStart(run: RunState, row: number): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  tasks.firstStartS[row] = nowS;
  if (tasks.patienceEvent[row] !== NONE) {
    run.events.cancel(tasks.patienceEvent[row]!);
    tasks.patienceEvent[row] = NONE;
  }
  const waitS = nowS - tasks.arrivalS[row]!;
  const cell = run.cells[run.cellOf(row)]!;
  if (waitS > cell.longestWaitS) cell.longestWaitS = waitS;
}
