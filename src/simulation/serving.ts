/**
 * Pools in mode `batching`: tasks as requests to replicas of an LLM server. A request waits in its stage's queue like
 * any task and goes to a replica when that would take it into its batch at its next boundary, so a replica's own line
 * holds only those that have just come and those that it evicted. One event a replica, at its next change of
 * membership (`model/batching`). Data plane.
 */
import { Histogram } from '../metrics/histogram.js';
import type { NodeGate } from '../model/node-table.js';
import type { ServingSpec } from '../model/system.js';
import { F, N, NONE } from '../model/task-table.js';
import { beginningOf } from './effects.js';
import { Event } from './event-kinds.js';
import { onStepDone } from './flow.js';
import { markDirty, scheduleEnd } from './queueing.js';
import { NO_TALLY, ReplicaState, type Tally, tallySum } from './replica-state.js';
import { sessionOf, sharedTokens } from './requests.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

/** The replicas of one pool, made as they are asked for: nodes may be added. */
export class ServingState {
  readonly replicas: ReplicaState[] = [];
  /** Of requests at this pool, from when they came to the stage. */
  readonly firstToken = new Histogram();
  readonly perToken = new Histogram();
  readonly request = new Histogram();
  /** Requests done in the measured window. */
  finished = 0;
  /** Tokens whose KV was lost to preemptions by policy. */
  lostTokens = 0;

  constructor(
    readonly spec: ServingSpec,
    private readonly station: PoolState,
    private readonly run: RunState,
  ) {
    station.pool.table.gate = new KvGate(this, run);
  }

  at(node: number): ReplicaState {
    while (this.replicas.length <= node) {
      const all = this.run.replicas;
      const { speed, index } = this.station;
      const replica = new ReplicaState(this.spec.replica, speed, all.length, index, this.run.nowS);
      all.push(replica);
      this.replicas.push(replica);
    }
    return this.replicas[node]!;
  }

  get kvPeakTokens(): number {
    return this.replicas.reduce((most, { kvPeakTokens }) => Math.max(most, kvPeakTokens), 0);
  }

  /** What was done in the measured window. */
  measured(nowS: number): Tally {
    return this.replicas.reduce((sum, replica) => tallySum(sum, replica.measured(nowS)), NO_TALLY);
  }

  measureFrom(nowS: number): void {
    this.finished = 0;
    this.lostTokens = 0;
    for (const replica of this.replicas) replica.measureFrom(nowS);
  }
}

/** Whether a replica would take a task into its batch, as placement sees it. */
class KvGate implements NodeGate {
  constructor(
    private readonly serving: ServingState,
    private readonly run: RunState,
    /** By node, tokens that are free (or not) in thought only; null: what is, is. */
    private readonly supposed: Map<number, number> | null = null,
  ) {}

  admits(node: number, task: number): boolean {
    const promptTokens = this.run.tasks.f[task + F.stepPromptTokens]!;
    if (this.supposed === null) return this.serving.at(node).hasRoom(promptTokens, this.run.events.nowS);
    return promptTokens <= this.freeTokens(node);
  }

  freeTokens(node: number): number {
    return this.serving.at(node).freeTokens(this.run.events.nowS) + (this.supposed?.get(node) ?? 0);
  }

  localTokens(task: number, node: number): number {
    const shared = sharedTokens(this.run, task);
    if (shared === 0) return 0;
    return Math.min(
      shared,
      this.serving.at(node).replica.cachedTokens(sessionOf(this.run, task), this.run.events.nowS),
    );
  }

  supposing(): NodeGate {
    return new KvGate(this.serving, this.run, new Map(this.supposed ?? []));
  }

  suppose(node: number, task: number, sign: 1 | -1): void {
    if (this.supposed === null) throw new Error('what is cannot be supposed');
    const { f } = this.run.tasks;
    const heldTokens =
      f[task + F.stepPromptTokens]! + this.serving.at(node).replica.progress(task, this.run.nowS);
    this.supposed.set(node, (this.supposed.get(node) ?? 0) + sign * heldTokens);
  }
}

/** A task has been given a place: its request goes to the replica. */
export function beginRequest(run: RunState, station: PoolState, task: number): void {
  const { tasks } = run;
  const { f } = tasks;
  const nowS = run.events.nowS;
  const serving = station.serving!;
  const outputTokens = f[task + F.stepOutputTokens]!;
  const state = serving.at(station.pool.firstNodeOf(task));
  state.integrate(nowS);
  f[task + F.shareFromS] = state.shareS;
  if (serving.spec.replica.role === 'decode' && outputTokens < 2) {
    // The prefill has made all of it.
    scheduleEnd(run, task, 0, Event.stepDone);
    return;
  }
  state.submit(
    {
      id: task,
      promptTokens: f[task + F.stepPromptTokens]!,
      outputTokens,
      session: sessionOf(run, task),
      sharedTokens: sharedTokens(run, task),
    },
    nowS,
  );
  follow(run, station, state);
}

/** A task has a place and waits for what it brings along: its request comes later, and its tokens are spoken for. */
export function expectRequest(run: RunState, station: PoolState, task: number): void {
  const state = station.serving!.at(station.pool.firstNodeOf(task));
  state.expect(task, run.tasks.f[task + F.stepPromptTokens]!);
}

/** Takes a task's request out of its replica, if it is still there; its tokens so far. */
export function endRequest(run: RunState, station: PoolState, task: number): number {
  const nowS = run.events.nowS;
  const state = station.serving!.at(station.pool.firstNodeOf(task));
  state.integrate(nowS);
  const left = state.cancel(task, nowS);
  if (left === null) return 0;
  follow(run, station, state);
  return left.generatedTokens;
}

/** After every change of a replica: its event, and whether it iterates. */
function follow(run: RunState, station: PoolState, state: ReplicaState): void {
  const { events } = run;
  const nowS = events.nowS;
  state.changed(nowS);
  const dueS = state.replica.nextS();
  if (dueS !== state.dueS) {
    if (state.event !== NONE) events.cancel(state.event);
    state.dueS = dueS;
    state.event =
      dueS === Number.POSITIVE_INFINITY ? NONE : events.schedule(dueS, Event.replicaDue, state.index);
  }
  const isBusy = dueS < Number.POSITIVE_INFINITY;
  if (isBusy === state.isBusy) return;
  state.isBusy = isBusy;
  run.levels.change(station.busyLevel, (isBusy ? 1 : -1) * station.pool.table.perNode, nowS);
}

/** A replica's next change of membership is due. */
export function onReplicaDue(run: RunState, index: number): void {
  const nowS = run.events.nowS;
  const state = run.replicas[index]!;
  const station = run.pools[state.pool]!;
  state.event = NONE;
  state.dueS = Number.POSITIVE_INFINITY;
  state.integrate(nowS);
  state.replica.advance(nowS);
  follow(run, station, state);
  markDirty(run, station);
  const { told, toldEnd } = state;
  for (let i = 0; i < told.length; i++) {
    const task = told[i]!;
    if (task === NONE) continue;
    if (toldEnd[i]!) {
      // From here on it is no longer one that may be taken out.
      told[i] = NONE;
      endOf(run, station, task);
    } else {
      firstTokenOf(run, station, task);
    }
  }
  told.length = 0;
  toldEnd.length = 0;
}

function firstTokenOf(run: RunState, station: PoolState, task: number): void {
  const { f, n } = run.tasks;
  const nowS = run.events.nowS;
  // After a preemption the replica takes for its first what is the next.
  if (!Number.isNaN(f[task + F.firstTokenS]!)) return;
  f[task + F.firstTokenS] = nowS;
  const cameS = f[task + F.stageEnteredS]!;
  if (cameS >= run.measureFromS) station.serving!.firstToken.record(nowS - cameS);
  // What the client waits for at its first step begins when it sends the task.
  const isFirst = n[task + N.visit]! === beginningOf(run, task);
  const sinceS = isFirst ? f[task + F.sentAtS]! : cameS;
  if (f[task + F.arrivalS]! >= run.measureFromS)
    run.cells[n[task + N.cell]!]!.firstToken!.record(nowS - sinceS);
}

function endOf(run: RunState, station: PoolState, task: number): void {
  const { f, n } = run.tasks;
  const nowS = run.events.nowS;
  const serving = station.serving!;
  const { role } = serving.spec.replica;
  serving.finished++;
  const cameS = f[task + F.stageEnteredS]!;
  if (cameS >= run.measureFromS) serving.request.record(nowS - cameS);
  const later = f[task + F.answerTokens]! - 1;
  if (role !== 'prefill' && later > 0) {
    const perTokenS = (nowS - f[task + F.firstTokenS]!) / later;
    if (cameS >= run.measureFromS) serving.perToken.record(perTokenS);
    if (f[task + F.arrivalS]! >= run.measureFromS) run.cells[n[task + N.cell]!]!.perToken!.record(perTokenS);
  }
  onStepDone(run, task);
}

/** A stay at a replica is over or broken off: what it took is wasted only if the task never completes. */
export function noteStay(run: RunState, station: PoolState, task: number): void {
  const { tasks } = run;
  tasks.f[task + F.stageServiceS]! += run.events.nowS - tasks.f[task + F.startedAtS]!;
  if (run.canWaste) tasks.spend(task, station.index, stayGpuS(run, station, task));
}

/** The stay came to nothing. */
export function wasteStay(run: RunState, station: PoolState, task: number): void {
  if (run.tasks.n[task + N.node] === NONE) return;
  const lostGpuS = stayGpuS(run, station, task);
  station.wastedGpuS += lostGpuS;
  run.tasks.spend(task, station.index, -lostGpuS);
}

/** The task's equal share of the time of its replica's GPUs. */
function stayGpuS(run: RunState, station: PoolState, task: number): number {
  const { pool } = station;
  const state = station.serving!.at(pool.firstNodeOf(task));
  state.integrate(run.events.nowS);
  return (state.shareS - run.tasks.f[task + F.shareFromS]!) * pool.table.gpusMax;
}

/** Share of the step's work that a request has still to do. */
export function remainingShare(run: RunState, station: PoolState, task: number): number {
  // A task that is asked about as it would be here has no place yet.
  if (run.tasks.n[task + N.node] === NONE) return 1;
  const { replica } = station.serving!.at(station.pool.firstNodeOf(task));
  const written = replica.progress(task, run.events.nowS);
  return Math.max(0, 1 - written / run.tasks.f[task + F.stepOutputTokens]!);
}

/** The machine of a replica is slow, or as fast again as it was: from its next iteration on. */
export function slowReplica(run: RunState, station: PoolState, node: number, factor: number): void {
  const state = station.serving!.at(node);
  state.replica.setSlowdown(factor, run.events.nowS);
  follow(run, station, state);
}

/** A replica is gone with all that it had in memory, and nobody is on it any more; a new one may start in its place. */
export function dropReplica(run: RunState, station: PoolState, node: number): void {
  const state = station.serving!.at(node);
  state.integrate(run.events.nowS);
  state.renew(run.events.nowS);
  follow(run, station, state);
}
