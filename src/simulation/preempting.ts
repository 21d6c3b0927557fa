/**
 * Making room for a task that is next but fits nowhere: choose victims, stop them, and account for what is lost.
 * Victims are taken in the policy's order until the task fits, then those that turn out not to be needed are spared.
 */

import { State } from '../model/life-cycle.js';
import type { Hypothetical } from '../model/pool.js';
import { F, N, NONE } from '../model/task-table.js';
import { beginWork } from './dispatch.js';
import { cancelTask, releaseHolds } from './leaving.js';
import { doneS, savedS } from './progress.js';
import { requeueSuspended, scheduleEnd } from './queueing.js';
import { COUNT, PHASE } from './recorder.js';
import { Event, type RunState } from './run-state.js';
import type { PoolState } from './stations.js';
import { transition } from './transition.js';

/** Stops running tasks for `task`; true where there were some to stop. Their units may take a checkpoint to come free. */
export function makeRoom(run: RunState, station: PoolState, task: number): boolean {
  const victims = chooseVictims(run, station, task, run.tasks.n[task + N.gpus]!);
  for (const victim of victims) stop(run, station, victim);
  return victims.length > 0;
}

/** Victims that let a task needing `units` fit; empty where there are not enough, or where enough is on its way. */
export function chooseVictims(run: RunState, station: PoolState, task: number, units: number): number[] {
  const { pool } = station;
  const policy = station.preemption!;
  const running = station.running!;
  const nowS = run.events.nowS;
  const candidates: number[] = [];
  let leaving = 0;
  for (let i = 0; i < running.size; i++) {
    const other = running.at(i);
    const state = run.tasks.n[other + N.state]!;
    if (state === State.checkpointing) leaving++;
    else if (state !== State.blocked && policy.mayPreempt(task, other, nowS)) candidates.push(other);
  }
  if (candidates.length === 0) return candidates;

  const after = pool.hypothetical();
  if (leaving > 0) {
    for (let i = 0; i < running.size; i++) {
      const other = running.at(i);
      if (run.tasks.n[other + N.state] === State.checkpointing) after.addOf(other);
    }
    if (fits(station, after, units)) return [];
  }
  const { tasks } = run;
  candidates.sort((a, b) => policy.compareVictims(a, b, nowS) || tasks.serial(b) - tasks.serial(a));
  const chosen: number[] = [];
  for (const victim of candidates) {
    after.addOf(victim);
    chosen.push(victim);
    if (fits(station, after, units)) return spare(station, after, units, chosen);
  }
  return [];
}

/** Drops the victims that are not needed, the last chosen first. */
function spare(station: PoolState, after: Hypothetical, units: number, chosen: readonly number[]): number[] {
  const needed: number[] = [];
  for (const victim of [...chosen].reverse()) {
    after.addOf(victim, -1);
    if (fits(station, after, units)) continue;
    after.addOf(victim);
    needed.push(victim);
  }
  return needed.reverse();
}

const scratch = new Int32Array(1 << 16);

function fits(station: PoolState, free: Hypothetical, units: number): boolean {
  if (units > free.totalFree) return false;
  return free.nodes === 1 || station.placement.place(free, units, scratch) > 0;
}

/** Stops a running task. */
function stop(run: RunState, station: PoolState, task: number): void {
  const { tasks, events } = run;
  const policy = station.preemption!;
  const { speed } = station.spec;
  run.cells[run.tasks.n[task + N.cell]!]!.counts[COUNT.preemptions]!++;
  const working = tasks.n[task + N.state] === State.inProgress;
  if (tasks.n[task + N.event] !== NONE) {
    events.cancel(tasks.n[task + N.event]!);
    tasks.n[task + N.event] = NONE;
  }
  const elapsedS = working ? events.nowS - tasks.f[task + F.startedAtS]! : 0;
  if (policy.mode === 'abort') {
    cancelTask(run, task);
    return;
  }
  const done = doneS(station, elapsedS);
  const saves = policy.mode === 'resume' && policy.checkpointOnPreempt;
  const kept = policy.mode === 'restart' ? 0 : saves ? done : savedS(station, elapsedS);
  const gpus = tasks.n[task + N.gpus]! / station.pool.unitsPerGpu;
  if (policy.mode === 'restart') {
    const before = tasks.f[task + F.stepWorkS]! - tasks.f[task + F.remainingWorkS]!;
    // Checkpoints that a restart throws away were a waste too.
    station.wastedGpuS += (elapsedS + before / speed) * gpus;
    tasks.spend(task, station.index, (-before / speed) * gpus);
    tasks.f[task + F.remainingWorkS] = tasks.f[task + F.stepWorkS]!;
    tasks.f[task + F.stageServiceS]! += elapsedS;
  } else {
    noteRun(run, station, task, elapsedS, done - kept);
    tasks.f[task + F.remainingWorkS]! = Math.max(0, tasks.f[task + F.remainingWorkS]! - kept * speed);
  }
  if (saves && working && policy.checkpointCostS > 0) {
    transition(run, task, State.checkpointing, PHASE.checkpoint);
    scheduleEnd(run, task, policy.checkpointCostS, Event.checkpointDone);
    return;
  }
  suspend(run, task);
}

/** Accounts for a stretch of running: `lostS` of it is wasted, the rest is wasted only if the task never completes. */
export function noteRun(
  run: RunState,
  station: PoolState,
  task: number,
  elapsedS: number,
  lostS: number,
): void {
  const { tasks } = run;
  tasks.f[task + F.stageServiceS]! += elapsedS;
  if (!run.canWaste) return;
  const gpus = tasks.n[task + N.gpus]! / station.pool.unitsPerGpu;
  station.wastedGpuS += lostS * gpus;
  tasks.spend(task, station.index, (elapsedS - lostS) * gpus);
}

function suspend(run: RunState, task: number): void {
  const stage = run.stages[run.tasks.n[task + N.stage]!]!;
  releaseHolds(run, stage, task, true);
  requeueSuspended(run, stage, task);
}

export function onCheckpointDone(run: RunState, task: number): void {
  run.tasks.n[task + N.event] = NONE;
  suspend(run, task);
}

export function onResumeDone(run: RunState, task: number): void {
  const stage = run.stages[run.tasks.n[task + N.stage]!]!;
  beginWork(run, stage.pool!, task);
}
