/**
 * Who starts next: after anything that may let a waiting task start, the stations concerned are looked at, in the
 * order of the scenario, until nothing more can start. Data plane.
 *
 * The order of decisions for a pool: limits and backpressure say which lanes may start, the ordering says which of
 * their heads is next, placement says where, and if nowhere, preemption says whom to stop. Where the next task does
 * not fit, nobody behind it starts either (strict head of line): a gang is never starved by small tasks.
 */
import { State } from '../model/life-cycle.js';
import { F, FLAG_INTERRUPTED, N, NONE } from '../model/task-table.js';
import { isDropped } from './admission.js';
import { startBehind } from './backfill.js';
import { letInFromDoor } from './blocking.js';
import { beginCall } from './calls.js';
import { returnCreditHere, takeCreditsAhead } from './credits.js';
import { nodeOf, noteDecision } from './decisions.js';
import { noteEffect } from './effects.js';
import { Event } from './event-kinds.js';
import { dropFromQueue } from './flow.js';
import { noteUnallocatable } from './fragments.js';
import { tellStart } from './observers.js';
import { makeRoom } from './preempting.js';
import { noteSpeed, runTimeS } from './progress.js';
import { dequeue, isPaused, markDirty, scheduleEnd } from './queueing.js';
import { PHASE } from './recorder.js';
import { refill } from './refilling.js';
import type { RunState } from './run-state.js';
import { beginRequest } from './serving.js';
import { share } from './sharing.js';
import type { StageState } from './stage-state.js';
import { PoolState, type ServiceState } from './stations.js';
import { fetchFirst, moveState } from './transfers.js';
import { transition } from './transition.js';
import { noteUse } from './use.js';

/** Starts whatever can start now, everywhere that was marked. */
export function settle(run: RunState): void {
  while (run.unsettled > 0) {
    run.calls.settle();
    const { stages, pools, services } = run;
    for (let i = 0; run.doorsToCheck > 0 && i < stages.length; i++) {
      const stage = stages[i]!;
      if (!stage.roomToCheck) continue;
      stage.roomToCheck = false;
      run.doorsToCheck--;
      run.unsettled--;
      letInFromDoor(run, stage);
    }
    for (let i = 0; run.unsettled > 0 && i < pools.length; i++) {
      const pool = pools[i]!;
      if (!pool.dirty) continue;
      pool.dirty = false;
      run.unsettled--;
      dispatchPool(run, pool);
    }
    for (let i = 0; run.unsettled > 0 && i < services.length; i++) {
      const service = services[i]!;
      if (!service.dirty) continue;
      service.dirty = false;
      run.unsettled--;
      dispatchService(run, service);
    }
  }
}

export function mayStart(run: RunState, task: number): boolean {
  const stage = run.stages[run.tasks.n[task + N.stage]!]!;
  return (
    stage.limitsAllow(task) && !(run.watchesDownstream && isPaused(run.steps[run.tasks.n[task + N.step]!]!))
  );
}

/** The task that is next among all stages of a station; NONE where nobody may start. */
export function nextUp(run: RunState, stages: readonly StageState[]): number {
  if (stages.length > 0 && stages[0]!.ordering.choose !== undefined) return chosen(run, stages);
  let best = NONE;
  for (let i = 0; i < stages.length; i++) {
    const stage = stages[i]!;
    if (stage.waiting === 0) continue;
    const head = stage.bestHead(run.mayStart);
    if (head !== NONE && (best === NONE || stage.isBefore(head, best))) best = head;
  }
  return best;
}

/** The same where the ordering chooses among the heads of all lanes. */
function chosen(run: RunState, stages: readonly StageState[]): number {
  const heads: number[] = [];
  for (const stage of stages) if (stage.waiting > 0) stage.collectHeads(run.mayStart, heads);
  if (heads.length === 0) return NONE;
  const index = stages[0]!.ordering.choose!(heads, heads.length, run.events.nowS);
  const task = heads[index];
  if (task === undefined) throw new Error(`an ordering chose task ${index} of ${heads.length}`);
  return task;
}

/** Starts whatever can start at one station. */
export function dispatch(run: RunState, station: PoolState | ServiceState): void {
  if (station instanceof PoolState) dispatchPool(run, station);
  else dispatchService(run, station);
}

function dispatchPool(run: RunState, station: PoolState): void {
  fillPool(run, station);
  if (station.pool.table.mix !== null) noteUnallocatable(run, station);
}

function fillPool(run: RunState, station: PoolState): void {
  const { pool, preemption } = station;
  if (preemption?.rank !== undefined) {
    refill(run, station, preemption);
    return;
  }
  while (pool.totalFree > 0 || preemption !== null || station.takesGpuless) {
    const task = station.reservedFor === NONE ? nextUp(run, station.stages) : reserved(run, station);
    if (task === NONE) return;
    const stage = run.stages[run.tasks.n[task + N.stage]!]!;
    if (stage.canDrop && pool.wouldFit(task, station.placement) && isDropped(run, stage, task)) {
      dropFromQueue(run, stage, task);
      continue;
    }
    if (!pool.take(task, station.placement)) {
      if (preemption === null || isBeingFreed(run, station)) {
        if (station.reservedFor === NONE) startBehind(run, station);
        return;
      }
      const wasReserved = station.reservedFor !== NONE;
      station.reservedFor = makeRoom(run, station, task) ? task : NONE;
      if (!pool.take(task, station.placement)) {
        if (wasReserved && station.reservedFor === NONE) continue;
        if (station.reservedFor === NONE) startBehind(run, station);
        return;
      }
    }
    station.reservedFor = NONE;
    startTaken(run, station, stage, task);
  }
}

/** The task has taken its units: it starts. */
export function startTaken(run: RunState, station: PoolState, stage: StageState, task: number): void {
  if (station.sharing === null && station.serving === null)
    run.levels.change(station.busyLevel, run.tasks.n[task + N.gpus]!, run.events.nowS);
  if (run.billsUse) noteUse(run, station, task, 1);
  startOnPool(run, station, stage, task);
}

/** The task that units are being freed for, unless a limit has come between; then the next one as usual. */
function reserved(run: RunState, station: PoolState): number {
  if (mayStart(run, station.reservedFor)) return station.reservedFor;
  station.reservedFor = NONE;
  return nextUp(run, station.stages);
}

/** Whether units for the reserved task are on their way. */
function isBeingFreed(run: RunState, station: PoolState): boolean {
  if (station.reservedFor === NONE) return false;
  const running = station.running!;
  for (let i = 0; i < running.size; i++)
    if (run.tasks.n[running.at(i) + N.state] === State.checkpointing) return true;
  return false;
}

function startOnPool(run: RunState, station: PoolState, stage: StageState, task: number): void {
  const resumes = run.tasks.n[task + N.state] === State.suspended;
  if (!station.isUniform) noteSpeed(run, station, task);
  takeFromQueue(run, stage, task);
  if (station.running !== null) station.running.add(task);
  if (run.tracksMemory) station.memoryTakenBytes += run.tasks.f[task + F.memoryBytes]!;
  const resumeS = resumes && station.serving === null ? resumeTimeS(run, station, task) : 0;
  run.tasks.f[task + F.startedAtS] = run.events.nowS;
  const loads =
    resumes && resumeS >= 0 && (station.spec.checkpoint?.sizeBytes ?? 0) > 0 && hasSaved(run, task);
  if (resumeS > 0 || loads) {
    transition(run, task, State.resuming, PHASE.checkpoint);
    if (!loads || !moveState(run, station, task, false)) scheduleEnd(run, task, resumeS, Event.resumeDone);
  } else {
    beginWork(run, station, task);
  }
}

/** Whether a checkpoint holds a part of the present step. */
const hasSaved = ({ tasks: { f } }: RunState, task: number): boolean =>
  f[task + F.remainingWorkS]! < f[task + F.stepWorkS]!;

/** The task has its place on the pool: it works, once what it needs has come. */
/** What the stopped task does before its work goes on: loading its checkpoint, or what the preemption policy says. */
function resumeTimeS(run: RunState, station: PoolState, task: number): number {
  const { preemption, spec } = station;
  if (!run.tasks.hasFlag(task, FLAG_INTERRUPTED)) {
    const isRestored = preemption!.mode === 'resume' && spec.checkpoint !== null;
    if (isRestored) return hasSaved(run, task) ? spec.checkpoint!.restoreS : 0;
    return preemption!.resumeS(task);
  }
  run.tasks.clearFlag(task, FLAG_INTERRUPTED);
  if (!hasSaved(run, task)) return 0;
  return spec.checkpoint?.restoreS ?? preemption?.resumeS(task) ?? 0;
}

/** The task works on its pool from now until the step is done or it is stopped. */
export function beginWork(run: RunState, station: PoolState, task: number): void {
  if (run.interconnect === null || !fetchFirst(run, run.interconnect, station, task))
    work(run, station, task);
}

/** The task works on its pool from now until the step is done or it is stopped. */
export function work(run: RunState, station: PoolState, task: number): void {
  const { f } = run.tasks;
  if (station.outages !== null) beginStretch(run, task);
  const runS = runTimeS(run, station, task, f[task + F.remainingWorkS]!);
  // Whoever hears of the transition sees the task share.
  if (station.sharing !== null) share(run, station, task, runS);
  transition(run, task, State.inProgress, PHASE.work);
  f[task + F.startedAtS] = run.events.nowS;
  if (run.hasEffects && f[task + F.remainingWorkS] === f[task + F.stepWorkS]) noteEffect(run, task);
  if (station.serving !== null) beginRequest(run, station, task);
  else if (station.sharing === null) scheduleEnd(run, task, runS, Event.stepDone);
}

/** All that the task has done so far is saved. */
function beginStretch(run: RunState, task: number): void {
  const { f } = run.tasks;
  f[task + F.cycleS] = 0;
  f[task + F.unsavedWorkS] = 0;
  f[task + F.unsavedRunS] = 0;
  f[task + F.runsSinceS] = run.events.nowS;
}

function dispatchService(run: RunState, service: ServiceState): void {
  for (;;) {
    const task = nextUp(run, service.stages);
    if (task === NONE) return;
    const stage = run.stages[run.tasks.n[task + N.stage]!]!;
    if (stage.canDrop && isDropped(run, stage, task)) {
      dropFromQueue(run, stage, task);
      continue;
    }
    takeFromQueue(run, stage, task);
    transition(run, task, State.inProgress, PHASE.call);
    run.tasks.f[task + F.startedAtS] = run.events.nowS;
    if (run.hasEffects) noteEffect(run, task);
    beginCall(run, service, task);
  }
}

/** What every start has in common: out of the queue, into the limits' counts. */
function takeFromQueue(run: RunState, stage: StageState, task: number): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  dequeue(run, stage, task);
  tasks.f[task + F.stageWaitS]! += nowS - tasks.f[task + F.queuedAtS]!;
  if (Number.isNaN(tasks.f[task + F.firstStartS]!)) noteFirstStart(run, task);
  stage.inProgress++;
  const limits = stage.limitsOf(task);
  limits.inProgress++;
  run.levels.change(stage.inProgressLevel, 1, nowS);
  tasks.n[task + N.inFlightAtStart] = limits.inProgress;
  if (run.hasCredits) {
    returnCreditHere(run, task, stage);
    takeCreditsAhead(run, task);
  }
  if (stage.isObserved) tellStart(run, task, stage.index);
  if (run.record !== null) noteStart(run, stage, task);
  const { wip } = limits;
  if (wip.length === 0) return;
  for (let i = 0; i < wip.length; i++) {
    const limit = wip[i]!;
    if (limit.holds === 'stage' || tasks.n[task + N.holdsTaskLimits] === 0) limit.started(task, stage.index);
  }
  tasks.n[task + N.holdsTaskLimits] = 1;
  // A task that the limit stops from now on may have stood, too large to fit, before others that may start.
  for (const other of run.stages) if (other.waiting > 0) markDirty(run, other.station);
}

export function noteStart(run: RunState, stage: StageState, task: number): void {
  const { f, n } = run.tasks;
  noteDecision(run, 'start', task, stage.ordering, {
    reason: 'next-in-order',
    numbers: {
      waitedS: run.nowS - f[task + F.queuedAtS]!,
      leftInQueue: stage.waiting,
      ...(stage.pool === null ? {} : { ...nodeOf(run, task), units: n[task + N.gpus]! }),
    },
  });
}

export function noteFirstStart(run: RunState, task: number): void {
  const { tasks } = run;
  const nowS = run.events.nowS;
  begun(run, task);
  // Of two copies the one that starts first has ended the wait of the task.
  if (run.canHedge && tasks.n[task + N.twin] !== NONE) begun(run, tasks.n[task + N.twin]!);
  const waitS = nowS - tasks.f[task + F.arrivalS]!;
  const cell = run.cells[run.tasks.n[task + N.cell]!]!;
  if (waitS > cell.longestWaitS) cell.longestWaitS = waitS;
}

function begun(run: RunState, task: number): void {
  const { f, n } = run.tasks;
  f[task + F.firstStartS] = run.events.nowS;
  if (n[task + N.patienceEvent] === NONE) return;
  run.events.cancel(n[task + N.patienceEvent]!);
  n[task + N.patienceEvent] = NONE;
}
