/**
 * Tasks that lose their node, or are stopped in time before it goes. An interrupted task goes back to its last
 * checkpoint and into its stage's queue, where it stood (key and order are kept); the time that it did for nothing is
 * wasted, and when it starts again it loads its checkpoint first. A gang is stopped as a whole. A task that is blocked
 * has finished here: its result is safe, and it keeps waiting at its door.
 *
 * What a preemption that was saving a state has not saved yet is lost with the node. What was saved before (by a
 * checkpoint or a preemption) is on other storage than the node's, so loading can begin again elsewhere.
 *
 * Work in pools that serve a task otherwise than in one stretch (a replica that batches requests) is to be ended in
 * `endStretch`, and what of it is kept is told by `workDone` and `atRisk` of progress.ts: the rest is the same.
 */
import { State } from '../model/life-cycle.js';
import { F, FLAG_INTERRUPTED, N, NONE } from '../model/task-table.js';
import { nodeOf, noteEngine } from './decisions.js';
import { Event } from './event-kinds.js';
import { loseWork, noteOverhead, noteRun, suspend } from './preempting.js';
import { type AtRisk, atRisk, doneS, noteSpeed, positionAfter, runTimeS, speedOf } from './progress.js';
import { scheduleEnd } from './queueing.js';
import { COUNT, PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import { endRequest, noteStay, wasteStay } from './serving.js';
import { endStretch } from './sharing.js';
import type { PoolState } from './stations.js';
import { breakOffFetch, moveState } from './transfers.js';
import { transition } from './transition.js';

/** Whether the task is at work, or saves or loads its state. */
export function isInterruptible({ tasks }: RunState, task: number): boolean {
  const state = tasks.n[task + N.state]!;
  return state === State.inProgress || state === State.checkpointing || state === State.resuming;
}

/** The task loses its node: back to its last checkpoint and into its queue. */
export function interrupt(run: RunState, station: PoolState, task: number, reason: string): void {
  if (station.serving !== null) {
    interruptRequest(run, station, task, reason);
    return;
  }
  const { f, n } = run.tasks;
  const state = n[task + N.state]!;
  const before = f[task + F.remainingWorkS]!;
  cancelEnd(run, task);
  let lostS = 0;
  const fetching = run.interconnect !== null && breakOffFetch(run, run.interconnect, station, task);
  if (state === State.inProgress && !fetching) {
    const risk = endRun(run, station, task, station.isSafeAtFailure);
    lostS = risk.runS;
    f[task + F.remainingWorkS] = atMostAll(f[task + F.remainingWorkS]! + risk.workS, f[task + F.stepWorkS]!);
  } else if (!fetching) {
    noteOverhead(run, station, task);
    if (state === State.checkpointing) {
      lostS = f[task + F.unsavedRunS]!;
      loseWork(run, station, task, lostS);
      f[task + F.remainingWorkS] = atMostAll(before + f[task + F.unsavedWorkS]!, f[task + F.stepWorkS]!);
    }
  }
  note(run, task, reason, lostS);
  suspend(run, task);
}

/** A request loses its replica, and with it all that it has read and written: it begins anew. */
function interruptRequest(run: RunState, station: PoolState, task: number, reason: string): void {
  const { f } = run.tasks;
  const fetching = run.interconnect !== null && breakOffFetch(run, run.interconnect, station, task);
  const stayedS = fetching ? 0 : run.nowS - f[task + F.startedAtS]!;
  if (!fetching) {
    noteStay(run, station, task);
    wasteStay(run, station, task);
  }
  endRequest(run, station, task);
  f[task + F.startedAtS] = run.nowS;
  note(run, task, reason, stayedS);
  suspend(run, task);
}

/** The node will go: the task saves its progress and leaves, as long as there is time. */
export function saveAndLeave(run: RunState, station: PoolState, task: number, reason: string): void {
  const { f, n } = run.tasks;
  // A request has nothing to save: it writes on as long as it can.
  if (n[task + N.state] !== State.inProgress || station.serving !== null) return;
  if (n[task + N.phase] === PHASE.transfer) {
    interrupt(run, station, task, reason);
    return;
  }
  cancelEnd(run, task);
  // What is at risk is lost if the node goes before it is saved.
  const { workS, runS } = endRun(run, station, task, true);
  f[task + F.unsavedWorkS] = workS;
  f[task + F.unsavedRunS] = runS;
  note(run, task, reason, 0);
  const { costS, sizeBytes } = station.spec.checkpoint!;
  if (costS === 0 && sizeBytes === 0) {
    suspend(run, task);
    return;
  }
  transition(run, task, State.checkpointing, PHASE.checkpoint);
  if (!moveState(run, station, task, true)) scheduleEnd(run, task, costS, Event.checkpointDone);
}

/** The speed of one of the task's nodes has changed: what it does from now on takes another time. */
export function retime(run: RunState, station: PoolState, task: number): void {
  const { f, n } = run.tasks;
  if (n[task + N.state] !== State.inProgress || n[task + N.phase] === PHASE.transfer) {
    // Who loads its state, or waits for data, works at the new speed then; who is blocked or saves it works no more.
    const isToWork = n[task + N.state] === State.resuming || n[task + N.phase] === PHASE.transfer;
    if (isToWork) noteSpeed(run, station, task);
    return;
  }
  const position = positionAfter(run, station, task, run.nowS - f[task + F.startedAtS]!);
  cancelEnd(run, task);
  const { workS, runS } = endRun(run, station, task, true);
  f[task + F.cycleS] = position;
  f[task + F.unsavedWorkS] = workS;
  f[task + F.unsavedRunS] = runS;
  f[task + F.startedAtS] = run.nowS;
  noteSpeed(run, station, task);
  scheduleEnd(run, task, runTimeS(run, station, task, f[task + F.remainingWorkS]!), Event.stepDone);
}

/**
 * Ends the present stretch of work and takes what it has done off the task's remaining work.
 * @param isKept whether nothing of it is lost now
 * @returns what no checkpoint holds
 */
function endRun(run: RunState, station: PoolState, task: number, isKept: boolean): AtRisk {
  const { f } = run.tasks;
  const servedS = endStretch(run, station, task);
  const { workS, runS } = station.isSafeAtFailure ? NOTHING : atRisk(run, station, task, servedS);
  const doneWorkS = doneS(run, station, task, servedS) * speedOf(run, station, task);
  noteRun(run, station, task, servedS, isKept ? 0 : runS);
  f[task + F.remainingWorkS] = Math.max(0, f[task + F.remainingWorkS]! - doneWorkS);
  return { workS, runS };
}

const NOTHING: AtRisk = { workS: 0, runS: 0 };
/** Sums of parts that ought to be the whole step are the whole step. */
const ROUNDING = 1e-12;

const atMostAll = (workS: number, allS: number): number => (workS > allS * (1 - ROUNDING) ? allS : workS);

function note(run: RunState, task: number, reason: string, lostS: number): void {
  const { tasks } = run;
  tasks.n[task + N.interruptions]!++;
  run.cells[tasks.n[task + N.cell]!]!.counts[COUNT.interruptions]!++;
  tasks.setFlag(task, FLAG_INTERRUPTED);
  if (run.record !== null) noteEngine(run, task, 'interrupt', reason, { ...nodeOf(run, task), lostS });
}

function cancelEnd(run: RunState, task: number): void {
  const event = run.tasks.n[task + N.event]!;
  if (event === NONE) return;
  run.events.cancel(event);
  run.tasks.n[task + N.event] = NONE;
}
