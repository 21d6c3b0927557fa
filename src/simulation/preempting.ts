/**
 * Making room for a task that is next but fits nowhere: choose victims, stop them, and account for what is lost.
 * Victims are taken in the policy's order until the task fits, then those that turn out not to be needed are spared.
 */

import { State } from '../model/life-cycle.js';
import type { Hypothetical } from '../model/pool.js';
import { F, N, NONE } from '../model/task-table.js';
import { returnAllCredits } from './credits.js';
import { noteDecision } from './decisions.js';
import { beginWork } from './dispatch.js';
import { Event } from './event-kinds.js';
import { goBackToBeginning } from './failing.js';
import { enterStep } from './flow.js';
import { cancelCopy, leaveStage, releaseHolds, releaseTaskLimits, wasteSpent } from './leaving.js';
import { atRisk, doneS, remainingNowS, speedOf } from './progress.js';
import { markDirty, requeueSuspended, scheduleEnd } from './queueing.js';
import { COUNT, PHASE } from './recorder.js';
import { keepWritten } from './requests.js';
import type { RunState } from './run-state.js';
import { endRequest, noteStay, wasteStay } from './serving.js';
import { endStretch } from './sharing.js';
import type { StageState } from './stage-state.js';
import type { PoolState } from './stations.js';
import { breakOffFetch, moveState } from './transfers.js';
import { transition } from './transition.js';

/** Stops running tasks for `task`; true where there were some to stop. Their units may take a checkpoint to come free. */
export function makeRoom(run: RunState, station: PoolState, task: number): boolean {
  return stopAll(run, station, task, chooseVictims(run, station, task));
}

function stopAll(run: RunState, station: PoolState, task: number, victims: readonly number[]): boolean {
  const policy = station.preemption!;
  for (const victim of victims) {
    // Stopping one may have taken another along (its copy, or what it set free).
    if (!isRunning(run, victim)) continue;
    if (run.record !== null) notePreemption(run, station, task, victim);
    policy.preempted?.(task, victim, run.events.nowS);
    stop(run, station, victim);
  }
  return victims.length > 0;
}

export function isRunning(run: RunState, task: number): boolean {
  const state = run.tasks.n[task + N.state]!;
  return state === State.inProgress || state === State.resuming;
}

export function notePreemption(run: RunState, station: PoolState, task: number, victim: number): void {
  const { f } = run.tasks;
  noteDecision(run, 'preempt', victim, station.preemption!, {
    reason: 'gives-way',
    numbers: {
      priority: f[victim + F.priority]!,
      forPriority: f[task + F.priority]!,
      ranS: run.nowS - f[victim + F.startedAtS]!,
    },
  });
}

/**
 * Stops running tasks of other stages of the pool for the head of a stage's queue, the least important first, whatever
 * the pool's policy would allow by itself. False where the pool has no preemption or nothing can be stopped.
 */
export function preemptForHead(run: RunState, stage: StageState): boolean {
  const station = stage.pool;
  if (station === null || station.preemption === null || station.reservedFor !== NONE) return false;
  const task = stage.bestHead(run.mayStart);
  if (task === NONE) return false;
  const { f, n } = run.tasks;
  const victims = victimsAmong(run, station, task, {
    may: (other) => n[other + N.stage] !== stage.index,
    compare: (a, b) => f[a + F.priority]! - f[b + F.priority]!,
  });
  if (!stopAll(run, station, task, victims)) return false;
  station.reservedFor = task;
  markDirty(run, station);
  return true;
}

/** Victims that let a task fit; empty where there are not enough, or where enough is on its way. */
export function chooseVictims(run: RunState, station: PoolState, task: number): number[] {
  const policy = station.preemption!;
  const nowS = run.events.nowS;
  return victimsAmong(run, station, task, {
    may: (other) => policy.mayPreempt(task, other, nowS),
    compare: (a, b) => policy.compareVictims(a, b, nowS),
  });
}

interface VictimChoice {
  may(task: number): boolean;
  compare(a: number, b: number): number;
}

function victimsAmong(run: RunState, station: PoolState, task: number, choice: VictimChoice): number[] {
  const { pool } = station;
  const running = station.running!;
  const candidates: number[] = [];
  let leaving = 0;
  for (let i = 0; i < running.size; i++) {
    const other = running.at(i);
    const state = run.tasks.n[other + N.state]!;
    if (state === State.checkpointing) leaving++;
    else if (state !== State.blocked && choice.may(other)) candidates.push(other);
  }
  if (candidates.length === 0) return candidates;

  const after = pool.hypothetical();
  if (leaving > 0) {
    for (let i = 0; i < running.size; i++) {
      const other = running.at(i);
      if (run.tasks.n[other + N.state] === State.checkpointing) after.addOf(other);
    }
    if (after.fits(task, station.placement)) return [];
  }
  const { tasks } = run;
  candidates.sort((a, b) => choice.compare(a, b) || tasks.serial(b) - tasks.serial(a));
  const chosen: number[] = [];
  for (const victim of candidates) {
    after.addOf(victim);
    chosen.push(victim);
    if (after.fits(task, station.placement)) return spare(station, after, task, chosen);
  }
  return [];
}

/** Drops the victims that are not needed, the last chosen first. */
function spare(station: PoolState, after: Hypothetical, task: number, chosen: readonly number[]): number[] {
  const needed: number[] = [];
  for (const victim of [...chosen].reverse()) {
    after.addOf(victim, -1);
    if (after.fits(task, station.placement)) continue;
    after.addOf(victim);
    needed.push(victim);
  }
  return needed.reverse();
}

/** Stops a running task. */
export function stop(run: RunState, station: PoolState, task: number): void {
  const { tasks, events } = run;
  const policy = station.preemption!;
  const speed = speedOf(run, station, task);
  run.cells[run.tasks.n[task + N.cell]!]!.counts[COUNT.preemptions]!++;
  tasks.n[task + N.preemptions]!++;
  const inProgress = tasks.n[task + N.state] === State.inProgress;
  const fetching =
    inProgress && run.interconnect !== null && breakOffFetch(run, run.interconnect, station, task);
  const working = inProgress && !fetching;
  if (tasks.n[task + N.event] !== NONE) {
    events.cancel(tasks.n[task + N.event]!);
    tasks.n[task + N.event] = NONE;
  }
  if (station.serving !== null) {
    stopRequest(run, station, task, working);
    return;
  }
  if (!inProgress) noteOverhead(run, station, task);
  if (policy.mode === 'abort') {
    cancelCopy(run, task);
    return;
  }
  const servedS = working ? endStretch(run, station, task) : 0;
  const done = doneS(run, station, task, servedS);
  const risk = atRisk(run, station, task, servedS);
  const { checkpoint } = station.spec;
  const asked = policy.mode === 'resume' ? policy.saveS(task) : -1;
  const saves = asked >= 0;
  const saveS = saves && checkpoint !== null ? checkpoint.costS : asked;
  const travels = (checkpoint?.sizeBytes ?? 0) > 0;
  const startsOver = policy.mode !== 'resume';
  const isSafe = saves || policy.checkpointIntervalS === 0;
  const gpus = tasks.n[task + N.gpus]! / station.unitsPerBusyGpu;
  if (startsOver) {
    const before = tasks.f[task + F.stepWorkS]! - tasks.f[task + F.remainingWorkS]!;
    // Checkpoints that a restart throws away were a waste too.
    station.wastedGpuS += (servedS + before / speed) * gpus;
    tasks.spend(task, station.index, (-before / speed) * gpus);
    tasks.f[task + F.remainingWorkS] = tasks.f[task + F.stepWorkS]!;
    if (working) tasks.f[task + F.stageServiceS]! += events.nowS - tasks.f[task + F.startedAtS]!;
  } else if (working) {
    noteRun(run, station, task, servedS, isSafe ? 0 : risk.runS);
    const keptWorkS = done * speed - (isSafe ? 0 : risk.workS);
    tasks.f[task + F.remainingWorkS]! = Math.max(0, tasks.f[task + F.remainingWorkS]! - keptWorkS);
  }
  // What this stretch has done is accounted for; policies that ask from here on see none of it.
  tasks.f[task + F.startedAtS] = events.nowS;
  if (policy.mode === 'restart-task') {
    startOver(run, task);
    return;
  }
  if (saves && working && (saveS > 0 || travels)) {
    if (station.outages !== null) {
      // Until it is saved.
      tasks.f[task + F.unsavedWorkS] = station.isSafeAtFailure ? 0 : risk.workS;
      tasks.f[task + F.unsavedRunS] = station.isSafeAtFailure ? 0 : risk.runS;
    }
    transition(run, task, State.checkpointing, PHASE.checkpoint);
    if (!moveState(run, station, task, true)) scheduleEnd(run, task, saveS, Event.checkpointDone);
    return;
  }
  suspend(run, task);
}

/**
 * Stops a request: its KV is lost. In mode `resume` it keeps the tokens that it has and reads them again with its
 * prompt, as a replica's own evictions do; otherwise they are lost too.
 */
function stopRequest(run: RunState, station: PoolState, task: number, working: boolean): void {
  const { f } = run.tasks;
  const { mode } = station.preemption!;
  if (mode === 'abort') {
    cancelCopy(run, task);
    return;
  }
  const remainingS = remainingNowS(run, task);
  if (working) noteStay(run, station, task);
  if (working && mode !== 'resume') wasteStay(run, station, task);
  const serving = station.serving!;
  const writtenTokens = endRequest(run, station, task);
  f[task + F.startedAtS] = run.nowS;
  if (mode === 'restart-task') {
    startOver(run, task);
    return;
  }
  if (working && mode === 'resume') {
    serving.lostTokens += f[task + F.stepPromptTokens]! + writtenTokens;
    keepWritten(run, task, writtenTokens, station);
    f[task + F.remainingWorkS] = remainingS;
  }
  suspend(run, task);
}

/** The stopped task goes back to the first step of its workflow: all that it has done is lost. */
function startOver(run: RunState, task: number): void {
  const { tasks } = run;
  const stage = run.stages[tasks.n[task + N.stage]!]!;
  if (run.hasCredits) returnAllCredits(run, task);
  leaveStage(run, stage, task, false);
  releaseHolds(run, stage, task, false);
  releaseTaskLimits(run, task);
  tasks.n[task + N.stage] = NONE;
  wasteSpent(run, task);
  goBackToBeginning(run, task);
  enterStep(run, task, run.workloads[tasks.n[task + N.workload]!]!.firstStep);
}

/**
 * Accounts for a stretch of running in which the task has had its resource for `servedS`: `lostS` of it and the
 * checkpoints on the way are wasted, the rest is wasted only if the task never completes.
 */
export function noteRun(
  run: RunState,
  station: PoolState,
  task: number,
  servedS: number,
  lostS: number,
): void {
  const { tasks } = run;
  if (station.serving !== null) {
    noteStay(run, station, task);
    return;
  }
  tasks.f[task + F.stageServiceS]! += run.events.nowS - tasks.f[task + F.startedAtS]!;
  if (!run.canWaste) return;
  const gpus = tasks.n[task + N.gpus]! / station.unitsPerBusyGpu;
  const wastedS = lostS + servedS - doneS(run, station, task, servedS);
  station.wastedGpuS += wastedS * gpus;
  tasks.spend(task, station.index, (servedS - wastedS) * gpus);
}

/** A stretch of saving or loading a state, or of doing again what was lost with it, is over or broken off. */
export function noteOverhead(run: RunState, station: PoolState, task: number): void {
  // On a shared node it has taken nothing from the others.
  if (station.sharing !== null) return;
  const { f, n } = run.tasks;
  const sinceS = run.events.nowS - f[task + F.sinceS]!;
  station.wastedGpuS += (sinceS * n[task + N.gpus]!) / station.pool.unitsPerGpu;
}

/** So much of what the task has done, as time on its units, is lost. */
export function loseWork(run: RunState, station: PoolState, task: number, lostS: number): void {
  const gpuS = (lostS * run.tasks.n[task + N.gpus]!) / station.unitsPerBusyGpu;
  station.wastedGpuS += gpuS;
  run.tasks.spend(task, station.index, -gpuS);
}

/** Back into the stage's queue, where it stood, holding nothing. */
export function suspend(run: RunState, task: number): void {
  const stage = run.stages[run.tasks.n[task + N.stage]!]!;
  if (run.hasCredits) returnAllCredits(run, task);
  releaseHolds(run, stage, task, true);
  requeueSuspended(run, stage, task);
}

export function onCheckpointDone(run: RunState, task: number): void {
  run.tasks.n[task + N.event] = NONE;
  noteOverhead(run, run.stages[run.tasks.n[task + N.stage]!]!.pool!, task);
  suspend(run, task);
}

export function onResumeDone(run: RunState, task: number): void {
  const station = run.stages[run.tasks.n[task + N.stage]!]!.pool!;
  noteOverhead(run, station, task);
  beginWork(run, station, task);
}
