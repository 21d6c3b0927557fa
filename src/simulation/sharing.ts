/**
 * Pools in mode `shared`: the tasks at work on a node share it by processor sharing, each with an equal part of what
 * the node's GPUs get done with so many. A node has one event, the end of the task that is done next, which moves as
 * tasks come and go. Only work is shared: a task that is blocked, or saves or loads its state, keeps its place and
 * takes nothing from the others. Data plane.
 *
 * The pool's level of busy units is the part of the node's best throughput that is in use, in places: 3 tasks that get
 * half of the most that 8 places can give count as 4. GPU-time is counted the same way, so that the GPU-seconds of all
 * tasks add up to those that the pool was busy.
 */
import type { Pool } from '../model/pool.js';
import { ProcessorSharing } from '../model/processor-sharing.js';
import { N, NONE } from '../model/task-table.js';
import { type CurvePoint, ThroughputCurve } from '../model/throughput-curve.js';
import { Event } from './event-kinds.js';
import { onStepDone } from './flow.js';
import { servedS } from './progress.js';
import type { RunState } from './run-state.js';
import type { PoolState } from './stations.js';

class SharedNode {
  readonly tasks: ProcessorSharing;
  /** The end of the task that is done next; NONE where nobody works. */
  event = NONE;

  constructor(
    /** Subject of its events. */
    readonly subject: number,
    readonly curve: ThroughputCurve,
  ) {
    this.tasks = new ProcessorSharing(curve);
  }
}

export class PoolSharing {
  /** The most that a GPU gets done, seconds of service a second. */
  readonly peakPerGpu: number;
  /** Made when they get their first task. */
  private readonly nodes: (SharedNode | undefined)[] = [];
  private readonly curves = new Map<number, ThroughputCurve>();
  /** Tasks at work on all nodes, and their throughput together. */
  working = 0;
  private throughput = 0;

  constructor(
    private readonly points: readonly CurvePoint[],
    private readonly pool: Pool,
    private readonly index: number,
  ) {
    this.peakPerGpu = new ThroughputCurve(points, 1).peak(pool.unitsPerGpu);
  }

  at(node: number, pools: number): SharedNode {
    const known = this.nodes[node];
    if (known !== undefined) return known;
    const made = new SharedNode(this.index + pools * node, this.curveOf(this.pool.table.gpusOf(node)));
    this.nodes[node] = made;
    return made;
  }

  private curveOf(gpus: number): ThroughputCurve {
    let curve = this.curves.get(gpus);
    if (curve === undefined) {
      curve = new ThroughputCurve(this.points, gpus);
      this.curves.set(gpus, curve);
    }
    return curve;
  }

  /** The number of tasks at work on a node has changed by one. Returns the busy units. */
  noteChange({ curve, tasks }: SharedNode, by: 1 | -1): number {
    this.working += by;
    this.throughput += curve.of(tasks.size) - curve.of(tasks.size - by);
    // Rounding ends with the busy period.
    if (this.working === 0) this.throughput = 0;
    return Math.max(0, this.throughput * (this.pool.unitsPerGpu / this.peakPerGpu));
  }
}

/** The task works on its node from now on, for `runS` if it had a whole GPU to itself. */
export function share(run: RunState, station: PoolState, task: number, runS: number): void {
  const node = nodeOf(run, station, task);
  run.tasks.n[task + N.event] = NONE;
  node.tasks.join(task, runS, run.events.nowS);
  noteChange(run, station, node, 1);
}

/**
 * The task stops working, done or not. Returns the time that it has had of the resource since it began: on a shared
 * node its part of it, elsewhere the time that has passed.
 */
export function endStretch(run: RunState, station: PoolState, task: number): number {
  const tookS = servedS(run, station, task);
  if (station.sharing === null) return tookS;
  const node = nodeOf(run, station, task);
  if (node.tasks.has(task)) {
    node.tasks.leave(task, run.events.nowS);
    noteChange(run, station, node, -1);
  }
  return tookS;
}

/** Work of the task's stretch that is still to do, as time on a whole GPU; 0 for one that is done with it. */
export function toBeServedS(run: RunState, station: PoolState, task: number): number {
  const { tasks } = nodeOf(run, station, task);
  return tasks.has(task) ? tasks.remaining(task, run.events.nowS) : 0;
}

export function onShareDone(run: RunState, subject: number): void {
  const station = run.pools[subject % run.pools.length]!;
  const node = station.sharing!.at(Math.floor(subject / run.pools.length), run.pools.length);
  node.event = NONE;
  const task = node.tasks.pop();
  noteChange(run, station, node, -1);
  onStepDone(run, task);
}

/** Work on the node goes on so many times as fast as it does by itself. */
export function changeNodeSpeed(run: RunState, station: PoolState, at: number, speed: number): void {
  const node = station.sharing!.at(at, run.pools.length);
  node.tasks.changeSpeed(speed, run.events.nowS);
  reschedule(run, node);
}

function nodeOf(run: RunState, station: PoolState, task: number): SharedNode {
  return station.sharing!.at(run.tasks.n[task + N.node]!, run.pools.length);
}

function noteChange(run: RunState, station: PoolState, node: SharedNode, by: 1 | -1): void {
  const { levels } = run;
  const busy = station.sharing!.noteChange(node, by);
  levels.change(station.busyLevel, busy - levels.value(station.busyLevel), run.events.nowS);
  reschedule(run, node);
}

function reschedule({ events }: RunState, node: SharedNode): void {
  if (node.event !== NONE) events.cancel(node.event);
  node.event =
    node.tasks.size === 0 ? NONE : events.schedule(node.tasks.nextS(), Event.shareDone, node.subject);
}
