/**
 * Nodes that go out of service and come back, and nodes that are slow for a time, whatever the reason: failures,
 * maintenance and disturbances all come here. A node may be held by several reasons at once; it is back when the last
 * has let go of it. Off (null) in pools where nothing of that can happen.
 */
import { CLOSED, type Pool } from '../model/pool.js';
import { N } from '../model/task-table.js';
import { notePlace } from './decisions.js';
import { interrupt, isInterruptible, retime } from './interrupting.js';
import { markDirty, wakeAll } from './queueing.js';
import type { RunState } from './run-state.js';
import { dropReplica, slowReplica } from './serving.js';
import { changeNodeSpeed } from './sharing.js';
import type { PoolState } from './stations.js';

export class Outages {
  /** By node: reasons that hold it. */
  private readonly holds = new Map<number, number>();
  /** By node: those of them that have taken it away, so that it is not there to be paid for. */
  private readonly gone = new Map<number, number>();
  /** By node: the factors on the time that its work takes. */
  private readonly slowdowns = new Map<number, number[]>();

  constructor(
    private readonly pool: Pool,
    /** A node that tasks share is there as a whole until nobody is on it. */
    private readonly isShared: boolean,
  ) {}

  /** True for the first reason. */
  hold(node: number): boolean {
    const before = this.holds.get(node) ?? 0;
    this.holds.set(node, before + 1);
    return before === 0;
  }

  /** True for the last reason. */
  letGo(node: number): boolean {
    const left = this.holds.get(node)! - 1;
    if (left > 0) this.holds.set(node, left);
    else this.holds.delete(node);
    return left === 0;
  }

  takeAway(node: number, by: 1 | -1): void {
    const times = (this.gone.get(node) ?? 0) + by;
    if (times > 0) this.gone.set(node, times);
    else this.gone.delete(node);
  }

  /** Whether somebody has taken the node away. */
  isGone(node: number): boolean {
    return this.gone.has(node);
  }

  slow(node: number, factor: number): void {
    this.slowdowns.set(node, [...(this.slowdowns.get(node) ?? []), factor]);
  }

  endSlow(node: number, factor: number): void {
    const factors = this.slowdowns.get(node)!;
    factors.splice(factors.indexOf(factor), 1);
    if (factors.length === 0) this.slowdowns.delete(node);
  }

  /** Factor on the time that work takes on the node. */
  slowdownOf(node: number): number {
    return this.slowdowns.get(node)?.reduce((product, factor) => product * factor, 1) ?? 1;
  }

  /** Units of nodes that are out of service, though there and paid for, and that no task holds. */
  downUnits(): number {
    let units = 0;
    for (const node of this.holds.keys()) {
      if (this.gone.has(node) || this.pool.isClosedFor(node, CLOSED.scaled)) continue;
      const held = this.pool.heldAt(node);
      if (!this.isShared || held === 0) units += this.pool.unitsOf(node) - held;
    }
    return units;
  }
}

/** The node takes nobody in from now on. */
export function closeNode(run: RunState, station: PoolState, node: number): void {
  if (!station.outages!.hold(node)) return;
  station.pool.close(node, CLOSED.outage);
  run.interconnect?.noteNodes(station.pool);
  station.noteCapacity(run.nowS, true);
}

/** Whoever is on these (closed) nodes is stopped, and those for whom a node `isGone` need not pay for it. */
export function clearNodes(
  run: RunState,
  station: PoolState,
  nodes: readonly number[],
  isGone: boolean,
  reason: string,
): void {
  for (const task of tasksOn(run, station, nodes)) {
    // Stopping one may have taken another along.
    if (!isInterruptible(run, task) || !isOnAny(station, task, nodes)) continue;
    interrupt(run, station, task, reason);
  }
  if (station.serving !== null) for (const node of nodes) dropReplica(run, station, node);
  if (isGone) for (const node of nodes) takeAway(run, station, node, 1);
  station.noteCapacity(run.nowS, true);
  if (run.record !== null)
    notePlace(run, 'node', station.spec.name, null, reason, { node: nodes[0]!, nodes: nodes.length });
  markDirty(run, station);
}

function takeAway(run: RunState, { fleet, outages }: PoolState, node: number, by: 1 | -1): void {
  outages!.takeAway(node, by);
  fleet.setAway(node, outages!.isGone(node), run.nowS);
}

/** One reason less holds these nodes. */
export function bringBack(
  run: RunState,
  station: PoolState,
  nodes: readonly number[],
  wasGone: boolean,
): void {
  const { pool, outages } = station;
  for (const node of nodes) {
    if (wasGone) takeAway(run, station, node, -1);
    if (outages!.letGo(node)) pool.open(node, CLOSED.outage);
  }
  run.interconnect?.noteNodes(pool);
  station.noteCapacity(run.nowS, true);
  if (run.record !== null)
    notePlace(run, 'node', station.spec.name, null, 'back', { node: nodes[0]!, nodes: nodes.length });
  markDirty(run, station);
  wakeAll(run);
}

/** Work on these nodes takes `factor` times as long from now on, or (`ends`) no more. */
export function slowNodes(
  run: RunState,
  station: PoolState,
  nodes: readonly number[],
  factor: number,
  ends: boolean,
): void {
  const outages = station.outages!;
  for (const node of nodes) {
    if (ends) outages.endSlow(node, factor);
    else outages.slow(node, factor);
    if (station.sharing !== null) changeNodeSpeed(run, station, node, 1 / outages.slowdownOf(node));
    if (station.serving !== null) slowReplica(run, station, node, outages.slowdownOf(node));
  }
  if (run.record !== null)
    notePlace(run, 'node', station.spec.name, null, ends ? 'as-fast-as-before' : 'slow', {
      node: nodes[0]!,
      nodes: nodes.length,
      slowdown: outages.slowdownOf(nodes[0]!),
    });
  if (station.sharing !== null || station.serving !== null) return;
  for (const task of tasksOn(run, station, nodes)) retime(run, station, task);
}

/** Those who hold a part of any of the nodes, in order of starts as the pool keeps them. */
export function tasksOn(run: RunState, station: PoolState, nodes: readonly number[]): number[] {
  const running = station.running!;
  const found: number[] = [];
  for (let i = 0; i < running.size; i++)
    if (isOnAny(station, running.at(i), nodes)) found.push(running.at(i));
  // The order of the set is that of starts, disturbed by removals; that of the queue says more to a reader.
  return found.sort((a, b) => run.tasks.serial(a) - run.tasks.serial(b) || a - b);
}

export function isOnAny({ pool }: PoolState, task: number, nodes: readonly number[]): boolean {
  return nodes.some((node) => pool.isOn(task, node));
}

/** Whether nobody is on any of the nodes. */
export function areEmpty(run: RunState, station: PoolState, nodes: readonly number[]): boolean {
  const running = station.running!;
  for (let i = 0; i < running.size; i++) {
    const task = running.at(i);
    if (run.tasks.n[task + N.node] !== -1 && isOnAny(station, task, nodes)) return false;
  }
  return true;
}
