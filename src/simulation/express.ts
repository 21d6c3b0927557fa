/**
 * The express way through a stage where nothing but a free unit decides who starts: one stage on a pool of one node,
 * one unit a task, no limits, no preemption, no signals, room for everyone. A task that finds a unit starts on the
 * spot; one that finishes hands its unit to the next in line. Nothing is decided here that the general way (queueing,
 * dispatch, leaving) would decide otherwise, and tests hold the two together; with single visits (below) it saves a third of
 * the time of an M/M/8 task. A unit handed over is not counted as free for an instant, so sums over time may differ from the general
 * way's in the last digit. Data plane.
 */
import { State } from '../model/life-cycle.js';
import { END } from '../model/system.js';
import { F, N, NONE } from '../model/task-table.js';
import { beginWork, noteFirstStart, noteStart } from './dispatch.js';
import { PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import type { StageState } from './stage-state.js';
import { transition } from './transition.js';
import { noteUse } from './use.js';

/** Whether the stage's tasks may go the express way. */
export function isExpress(run: RunState, stage: StageState): boolean {
  const station = stage.pool;
  return (
    station !== null &&
    station.stages.length === 1 &&
    station.pool.nodes === 1 &&
    !station.pool.table.hasHostLimits &&
    station.preemption === null &&
    station.scaling === null &&
    station.outages === null &&
    station.cycle === null &&
    station.serving === null &&
    station.spec.schedulingIntervalS === 0 &&
    station.sharing === null &&
    run.arms.length === 1 &&
    stage.unlimited &&
    !stage.isObserved &&
    !stage.isGated &&
    !stage.canDrop &&
    stage.ordering.choose === undefined &&
    stage.ordering.structure !== 'scan' &&
    stage.ordering.structure !== 'either-end' &&
    !run.tracksMemory &&
    run.interconnect === null &&
    stage.backpressure === null &&
    stage.spec.queueCapacity === Number.POSITIVE_INFINITY &&
    run.steps.every((step) => step.stage !== stage || step.units === 1)
  );
}

/**
 * Whether every task that comes here does nothing else: one step, let in at once, never tried again. Its wait,
 * service and time in the system are then those of its only visit, and recording them twice is spared.
 */
export function visitsAreTasks(run: RunState, stage: StageState): boolean {
  const visitors = run.spec.workloads.flatMap(({ steps }, index) =>
    steps.some((step) => step.stage === stage.index)
      ? [{ steps, chain: run.arms[0]!.policies.admission[index]! }]
      : [],
  );
  return (
    stage.express &&
    !run.canWaste &&
    visitors.every(
      ({ steps, chain }) => chain.length === 0 && steps.length === 1 && steps[0]!.branches[0]!.to === END,
    )
  );
}

/** Starts a task, just entered, on a free unit; false where there is none. */
export function startAtOnce(run: RunState, stage: StageState, task: number): boolean {
  const station = stage.pool!;
  if (!station.pool.takeOne(task)) return false;
  const nowS = run.events.nowS;
  transition(run, task, State.ready, PHASE.queue);
  run.tasks.f[task + F.queuedAtS] = nowS;
  run.levels.change(station.busyLevel, 1, nowS);
  if (run.billsUse) noteUse(run, station, task, 1);
  run.levels.change(stage.inProgressLevel, 1, nowS);
  stage.inProgress++;
  if (run.record !== null) noteStart(run, stage, task);
  if (Number.isNaN(run.tasks.f[task + F.firstStartS]!)) noteFirstStart(run, task);
  beginWork(run, station, task);
  return true;
}

/** The unit of a task that has left goes to the next in line, or is free. */
export function handOver(run: RunState, stage: StageState): void {
  const { levels, tasks } = run;
  const nowS = run.events.nowS;
  const station = stage.pool!;
  const next = stage.head();
  if (next === NONE) {
    station.pool.giveBackOne();
    levels.change(station.busyLevel, -1, nowS);
    levels.change(stage.inProgressLevel, -1, nowS);
    stage.inProgress--;
    return;
  }
  stage.remove(next);
  levels.change(stage.waitingLevel, -1, nowS);
  tasks.n[next + N.node] = 0;
  if (run.billsUse) noteUse(run, station, next, 1);
  if (!stage.visitsAreTasks) tasks.f[next + F.stageWaitS]! += nowS - tasks.f[next + F.queuedAtS]!;
  if (run.record !== null) noteStart(run, stage, next);
  if (Number.isNaN(tasks.f[next + F.firstStartS]!)) noteFirstStart(run, next);
  beginWork(run, station, next);
}
