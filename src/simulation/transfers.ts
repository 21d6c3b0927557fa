/**
 * What a task needs travels to its nodes before its work begins: the data sets of its step that are not there, and
 * what it brings along from where it was last. Meanwhile the task is in progress, in the phase `transfer`, and holds
 * its place. What it uses is pinned in the caches until it gives the place back; a task that is stopped or leaves
 * cancels what only it was waiting for.
 */
import { State } from '../model/life-cycle.js';
import { fetches } from '../model/network/spec.js';
import { STORAGE } from '../model/network/topology.js';
import { F, N, NONE } from '../model/task-table.js';
import { work } from './dispatch.js';
import type { Fetch, Interconnect, TaskFetches } from './interconnect.js';
import { onCheckpointDone, onResumeDone } from './preempting.js';
import { PHASE } from './recorder.js';
import type { RunState } from './run-state.js';
import { expectRequest } from './serving.js';
import type { PoolState } from './stations.js';
import { transition } from './transition.js';

/** Starts fetching what the task lacks where it is now; false where that is nothing. */
export function fetchFirst(run: RunState, net: Interconnect, station: PoolState, task: number): boolean {
  const { tasks } = run;
  const { network } = run.steps[tasks.n[task + N.step]!]!;
  if (network === null || !fetches(network)) return false;
  const own: TaskFetches = { open: new Set(), pinned: [] };
  net.byTask.set(task, own);
  const nodes = net.nodesOf(station.pool, task);
  for (const node of nodes)
    for (let place = 0; place < network.data.length; place++) readData(net, own, task, place, node);
  const from = tasks.n[task + N.cameFrom]!;
  const bytes = net.carriedBytes(task);
  if (from !== NONE && from !== nodes[0]! && bytes > 0) waitFor(own, task, net.carry(from, nodes[0]!, bytes));
  if (own.open.size === 0) return false;
  transition(run, task, State.inProgress, PHASE.transfer);
  tasks.f[task + F.startedAtS] = run.events.nowS;
  // It has no event of its own until it works.
  tasks.n[task + N.event] = NONE;
  if (station.serving !== null) expectRequest(run, station, task);
  return true;
}

function readData(net: Interconnect, own: TaskFetches, task: number, place: number, node: number): void {
  const dataSet = net.dataSetOf(task, place);
  const counts = net.counts[net.familyOf[dataSet]!]!;
  counts.uses++;
  if (net.data.has(dataSet, node)) {
    counts.hits++;
    net.data.touch(dataSet, node);
    if (net.data.pin(dataSet, node)) own.pinned.push({ dataSet, node });
  } else {
    waitFor(own, task, net.fetch(dataSet, node));
  }
}

function waitFor(own: TaskFetches, task: number, fetch: Fetch): void {
  // Two entries of one step may mean the same data set.
  if (own.open.has(fetch)) return;
  own.open.add(fetch);
  fetch.waiting.push(task);
}

/**
 * Moves the task's state to storage, or from there to its first node, in the place of a stated time; false where it
 * does not travel. What follows comes with its end.
 */
export function moveState(run: RunState, station: PoolState, task: number, isSaved: boolean): boolean {
  const net = run.interconnect;
  const bytes = station.spec.checkpoint?.sizeBytes ?? 0;
  if (net === null || bytes === 0) return false;
  const own: TaskFetches = net.byTask.get(task) ?? { open: new Set(), pinned: [] };
  net.byTask.set(task, own);
  const node = net.nodeOf(station.pool, station.pool.firstNodeOf(task));
  waitFor(own, task, isSaved ? net.carry(node, STORAGE, bytes) : net.carry(STORAGE, node, bytes));
  return true;
}

/** Something may have come to where it was going. */
export function onNetworkDue(run: RunState): void {
  const net = run.interconnect!;
  net.noteEvent();
  net.network.advance(run.events.nowS, (id) => arrive(run, net, net.fetches.get(id)!));
}

function arrive(run: RunState, net: Interconnect, fetch: Fetch): void {
  const { dataSet, node } = fetch;
  net.close(fetch);
  if (dataSet !== NONE) {
    net.counts[net.familyOf[dataSet]!]!.fetchedBytes += net.data.dataSets[dataSet]!.bytes;
    net.data.put(dataSet, node);
  }
  for (const task of fetch.waiting) {
    const own = net.byTask.get(task)!;
    own.open.delete(fetch);
    if (dataSet !== NONE && net.data.pin(dataSet, node)) own.pinned.push({ dataSet, node });
    if (own.open.size > 0) continue;
    const state = run.tasks.n[task + N.state];
    if (state === State.checkpointing) {
      onCheckpointDone(run, task);
      continue;
    }
    if (state === State.resuming) {
      onResumeDone(run, task);
      continue;
    }
    const station = run.stages[run.tasks.n[task + N.stage]!]!.pool!;
    noteFetch(run, station, task);
    work(run, station, task);
  }
}

/** A stretch of waiting for what it needs is over: part of its service, and of what is lost if it never completes. */
function noteFetch(run: RunState, station: PoolState, task: number): void {
  const { f, n } = run.tasks;
  const tookS = run.events.nowS - f[task + F.startedAtS]!;
  f[task + F.stageServiceS]! += tookS;
  // On a shared node or in a batch it has taken nothing from the others.
  if (run.canWaste && station.sharing === null && station.serving === null)
    run.tasks.spend(task, station.index, (tookS * n[task + N.gpus]!) / station.pool.unitsPerGpu);
}

/** Ends the task's waiting for what it needs, where it does; it has done no work here. */
export function breakOffFetch(run: RunState, net: Interconnect, station: PoolState, task: number): boolean {
  const { f, n } = run.tasks;
  if (n[task + N.phase] !== PHASE.transfer) return false;
  noteFetch(run, station, task);
  f[task + F.startedAtS] = run.events.nowS;
  cancelFetches(net, task);
  return true;
}

/** The task gives its place back, and with it what it had to do with the interconnect. */
export function releaseData({ tasks }: RunState, net: Interconnect, { pool }: PoolState, task: number): void {
  tasks.n[task + N.cameFrom] = net.nodeOf(pool, pool.firstNodeOf(task));
  const own = net.byTask.get(task);
  if (own === undefined) return;
  cancelFetches(net, task);
  for (const { dataSet, node } of own.pinned) net.data.unpin(dataSet, node);
  net.byTask.delete(task);
}

function cancelFetches(net: Interconnect, task: number): void {
  const own = net.byTask.get(task)!;
  for (const fetch of own.open) {
    fetch.waiting.splice(fetch.waiting.indexOf(task), 1);
    if (fetch.waiting.length === 0) net.cancel(fetch);
  }
  own.open.clear();
}
