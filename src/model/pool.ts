/**
 * The capacity of one pool during a run: who holds what on which node, nodes that come and go. Data plane.
 */
import { NodeTable } from './node-table.js';
import { PlacementRequest } from './placement-request.js';
import type { PoolSpec } from './system.js';
import { F, N, NONE, type TaskTable } from './task-table.js';

/** `tasks.node` of a task whose parts are in the list of spans: a gang over several nodes, or slices of GPUs. */
const SPANS = -2;
/** Numbers of one part in the list of spans: node, units, GPU (NONE for whole GPUs). */
const PART = 3;

/** Why a node is out of service: bits, for there may be several reasons at once. */
export const CLOSED = {
  /** It is going, or gone, for good: nobody wants so many. */
  scaled: 1,
  /** Failed, taken away, or in maintenance. */
  outage: 2,
} as const;

/** How to choose nodes; the placement policies have this shape. */
export interface NodeChooser {
  place(nodes: NodeTable, request: PlacementRequest, into: Int32Array): number;
}

export class Pool {
  readonly table: NodeTable;
  totalUnits = 0;
  readonly unitsPerGpu: number;
  private readonly spans = new Map<number, Int32Array>();
  private choice: Int32Array;
  /** Nodes that take nobody in, with the units still held there. */
  private readonly closed = new Map<number, number>();
  /** Of those: bits of CLOSED. */
  private readonly reasons = new Map<number, number>();
  private readonly request = new PlacementRequest();

  constructor(
    readonly spec: PoolSpec,
    readonly index: number,
    private readonly tasks: TaskTable,
  ) {
    this.table = new NodeTable(spec);
    this.unitsPerGpu = this.table.unitsPerGpu;
    if (spec.order !== null) for (const group of spec.order) this.table.add(group);
    else
      for (const [group, { nodes }] of spec.groups.entries())
        for (let i = 0; i < nodes; i++) this.table.add(group);
    this.totalUnits = this.table.totalFree;
    this.choice = new Int32Array(2 * this.nodes);
  }

  get nodes(): number {
    return this.table.nodes;
  }

  get totalFree(): number {
    return this.table.totalFree;
  }

  /** Adds a new node of a group in service; returns its number. */
  addNode(group = 0): number {
    const node = this.table.add(group);
    this.totalUnits += this.table.capacity[node]!;
    this.choice = new Int32Array(2 * this.nodes);
    return node;
  }

  /** Units of the node when it is in service. */
  unitsOf(node: number): number {
    return Math.round(this.table.gpusOf(node) * this.unitsPerGpu);
  }

  isOpen(node: number): boolean {
    return !this.closed.has(node);
  }

  /** Units of the node that tasks hold. */
  heldAt(node: number): number {
    return this.closed.get(node) ?? this.unitsOf(node) - this.table.free[node]!;
  }

  /** Whether the node is out of service for a reason, and maybe for others. */
  isClosedFor(node: number, reason: number): boolean {
    return ((this.reasons.get(node) ?? 0) & reason) !== 0;
  }

  /** Takes a node out of service: what is free goes at once, what tasks hold as they give it back. */
  close(node: number, reason: number = CLOSED.scaled): void {
    this.reasons.set(node, (this.reasons.get(node) ?? 0) | reason);
    if (this.closed.has(node)) return;
    const free = this.table.free[node]!;
    this.closed.set(node, this.unitsOf(node) - free);
    this.table.change(node, -free);
    this.table.capacity[node] = 0;
    this.totalUnits -= free;
  }

  /** Puts a closed node into service again, unless it is closed for another reason as well. */
  open(node: number, reason: number = CLOSED.scaled): void {
    const held = this.closed.get(node);
    if (held === undefined) return;
    const others = this.reasons.get(node)! & ~reason;
    this.reasons.set(node, others);
    if (others !== 0) return;
    this.reasons.delete(node);
    this.closed.delete(node);
    const free = this.unitsOf(node) - held;
    this.table.capacity[node] = this.unitsOf(node);
    this.table.change(node, free);
    this.totalUnits += free;
  }

  /**
   * Takes what a task needs; false (and nothing taken) where it does not fit now.
   * @param seen what the choice is made on, where some of what is free is kept for others
   */
  take(task: number, chooser: NodeChooser, seen: NodeTable = this.table): boolean {
    const { table, tasks } = this;
    const units = tasks.n[task + N.gpus]!;
    if (units > seen.totalFree) return false;
    if (this.nodes === 1 && !table.isSliced && !table.hasHostLimits && table.gate === null) {
      if (this.closed.size > 0) return false;
      table.change(0, -units);
      tasks.n[task + N.node] = 0;
      return true;
    }
    const request = this.requestOf(task);
    const parts = chooser.place(seen, request, this.choice);
    if (parts === 0) return false;
    if (parts === 1 && !table.isSliced) {
      const node = this.choice[0]!;
      this.remove(node, units);
      tasks.n[task + N.node] = node;
      if (table.hasHostLimits) this.changeHost(task, node, -1);
      if (units > 0) table.noteHeld(node, units, 1);
    } else {
      this.takeParts(task, this.parts(parts, seen, this.choice));
    }
    return true;
  }

  /** Takes what was chosen for a task. */
  takeParts(task: number, parts: Int32Array): void {
    for (let i = 0; i < parts.length; i += PART) this.removePart(parts, i);
    this.tasks.n[task + N.node] = SPANS;
    this.spans.set(task, parts);
    if (this.table.hasHostLimits) this.changeHost(task, parts[0]!, -1);
    this.noteHeld(task, 1);
  }

  /** Counts the task on its nodes, or no more. */
  private noteHeld(task: number, sign: 1 | -1): void {
    const units = this.tasks.n[task + N.gpus]!;
    if (units > 0 && this.table.countsHeld)
      this.forEachNodeOf(task, (node) => this.table.noteHeld(node, units, sign));
  }

  /** The nodes chosen for the last request, and where GPUs are sliced, the GPUs. */
  parts(count: number, table: NodeTable, choice: Int32Array): Int32Array {
    const { request } = this;
    const { gpu } = request;
    const parts: number[] = [];
    for (let i = 0; i < count; i++) {
      const node = choice[2 * i]!;
      const units = choice[2 * i + 1]!;
      if (!table.isSliced) parts.push(node, units, NONE);
      else if (request.isShare) parts.push(node, units, gpu >= 0 ? gpu : table.tightestGpu(node, units));
      else {
        let missing = units / this.unitsPerGpu;
        for (let one = 0; missing > 0; one++) {
          if (table.gpuFree[node * table.gpusMax + one] !== this.unitsPerGpu) continue;
          parts.push(node, this.unitsPerGpu, one);
          missing--;
        }
        // Without GPUs it is still on the node, for its CPUs.
        if (units === 0) parts.push(node, 0, 0);
      }
    }
    return Int32Array.from(parts);
  }

  /** What the task needs, in one object that the next call uses again. */
  requestOf(task: number): PlacementRequest {
    const { request, tasks } = this;
    request.task = task;
    request.units = tasks.n[task + N.gpus]!;
    request.isShare = this.table.isSliced && request.units > 0 && request.units < this.unitsPerGpu;
    request.cpus = tasks.f[task + F.cpus]!;
    request.hostBytes = tasks.f[task + F.hostBytes]!;
    request.groups = tasks.n[task + N.groups]!;
    request.within = tasks.n[task + N.within]!;
    request.gpu = -1;
    return request;
  }

  /** `take` of one unit of a pool of one node. */
  takeOne(task: number): boolean {
    if (this.table.totalFree === 0) return false;
    this.table.totalFree--;
    this.table.free[0]!--;
    this.tasks.n[task + N.node] = 0;
    return true;
  }

  /** Gives back what `takeOne` took; the task is gone already. */
  giveBackOne(): void {
    if (this.table.totalFree === this.totalUnits)
      throw new Error(`pool ${this.spec.name} has every unit back already`);
    this.table.totalFree++;
    this.table.free[0]!++;
  }

  /** Whether the task would fit now. */
  wouldFit(task: number, chooser: NodeChooser): boolean {
    return chooser.place(this.table, this.requestOf(task), this.choice) > 0;
  }

  /** Units of all nodes that are there: one that is to leave is there as a whole until nobody is on it. */
  get unitsThere(): number {
    let units = this.totalUnits;
    for (const [node, held] of this.closed) if (held > 0) units += this.unitsOf(node) - held;
    return units;
  }

  /** Gives a task's units back. */
  giveBack(task: number, units: number): void {
    const node = this.tasks.n[task + N.node]!;
    if (this.table.hasHostLimits) this.changeHost(task, this.firstNodeOf(task), 1);
    this.noteHeld(task, -1);
    this.tasks.n[task + N.node] = NONE;
    if (node !== SPANS) {
      this.add(node, units);
      return;
    }
    const parts = this.spans.get(task)!;
    this.spans.delete(task);
    for (let i = 0; i < parts.length; i += PART) {
      this.add(parts[i]!, parts[i + 1]!);
      if (this.table.isSliced)
        this.table.gpuFree[parts[i]! * this.table.gpusMax + parts[i + 2]!]! += parts[i + 1]!;
    }
  }

  /** What the task holds: node, units and GPU of each part; null where it holds nothing. */
  partsOf(task: number): Int32Array | null {
    const node = this.tasks.n[task + N.node]!;
    if (node === NONE) return null;
    return node === SPANS ? this.spans.get(task)! : Int32Array.of(node, this.tasks.n[task + N.gpus]!, NONE);
  }

  /** The first of the nodes that the task is on. */
  firstNodeOf(task: number): number {
    const node = this.tasks.n[task + N.node]!;
    return node === SPANS ? this.spans.get(task)![0]! : node;
  }

  /** Whether the task is on the node, in part or whole. */
  isOn(task: number, node: number): boolean {
    const at = this.tasks.n[task + N.node]!;
    if (at !== SPANS) return at === node;
    const parts = this.spans.get(task)!;
    for (let i = 0; i < parts.length; i += PART) if (parts[i] === node) return true;
    return false;
  }

  /** Calls back for every node that the task is on, once each. */
  forEachNodeOf(task: number, visit: (node: number, units: number) => void): void {
    const at = this.tasks.n[task + N.node]!;
    if (at === NONE) return;
    if (at !== SPANS) {
      visit(at, this.tasks.n[task + N.gpus]!);
      return;
    }
    const parts = this.spans.get(task)!;
    for (let i = 0; i < parts.length; ) {
      const node = parts[i]!;
      let units = 0;
      for (; i < parts.length && parts[i] === node; i += PART) units += parts[i + 1]!;
      visit(node, units);
    }
  }

  /** A copy to try things on; `addOf` adds what a task holds. */
  hypothetical(): Hypothetical {
    return new Hypothetical(this, this.table.copy(), this.spans, this.tasks);
  }

  private remove(node: number, units: number): void {
    if (this.table.free[node]! < units)
      throw new Error(
        `node ${node} of pool ${this.spec.name} is short of ${units - this.table.free[node]!} units`,
      );
    this.table.change(node, -units);
  }

  private removePart(parts: Int32Array, at: number): void {
    const node = parts[at]!;
    const units = parts[at + 1]!;
    this.remove(node, units);
    if (!this.table.isSliced) return;
    const gpu = node * this.table.gpusMax + parts[at + 2]!;
    if (this.table.gpuFree[gpu]! < units)
      throw new Error(`a GPU of node ${node} of pool ${this.spec.name} is held twice`);
    this.table.gpuFree[gpu]! -= units;
  }

  private changeHost(task: number, node: number, sign: 1 | -1): void {
    this.table.cpusFree[node]! += sign * this.tasks.f[task + F.cpus]!;
    this.table.hostBytesFree[node]! += sign * this.tasks.f[task + F.hostBytes]!;
  }

  private add(node: number, units: number): void {
    if (this.closed.size > 0) {
      const held = this.closed.get(node);
      if (held !== undefined) {
        this.closed.set(node, held - units);
        this.totalUnits -= units;
        return;
      }
    }
    if (this.table.free[node]! + units > this.table.capacity[node]!)
      throw new Error(`node ${node} of pool ${this.spec.name} gets back more than it has`);
    this.table.change(node, units);
  }
}

/** What would be free if some tasks gave up what they hold, or others took something. */
export class Hypothetical {
  private readonly choice: Int32Array;

  constructor(
    private readonly pool: Pool,
    readonly table: NodeTable,
    private readonly spans: ReadonlyMap<number, Int32Array>,
    private readonly tasks: TaskTable,
  ) {
    this.choice = new Int32Array(2 * table.nodes);
  }

  /** Whether the task would fit now. */
  fits(task: number, chooser: NodeChooser): boolean {
    if (this.tasks.n[task + N.gpus]! > this.table.totalFree) return false;
    return chooser.place(this.table, this.pool.requestOf(task), this.choice) > 0;
  }

  addOf(task: number, sign: 1 | -1 = 1): void {
    const { tasks } = this;
    const node = tasks.n[task + N.node]!;
    if (node === SPANS) {
      this.changeParts(task, this.spans.get(task)!, sign);
      return;
    }
    this.change(node, sign * tasks.n[task + N.gpus]!);
    this.table.gate?.suppose(node, task, sign);
    if (this.table.hasHostLimits) this.changeHost(task, node, sign);
  }

  /** Chooses nodes for a task and takes them here; null where it does not fit. */
  reserve(task: number, chooser: NodeChooser): Int32Array | null {
    if (this.tasks.n[task + N.gpus]! > this.table.totalFree) return null;
    const count = chooser.place(this.table, this.pool.requestOf(task), this.choice);
    if (count === 0) return null;
    const parts = this.pool.parts(count, this.table, this.choice);
    this.changeParts(task, parts, -1);
    return parts;
  }

  /** Takes (or gives back) what was chosen for a task. */
  changeParts(task: number, parts: Int32Array, sign: 1 | -1): void {
    const { table } = this;
    for (let i = 0; i < parts.length; i += PART) {
      this.change(parts[i]!, sign * parts[i + 1]!);
      table.gate?.suppose(parts[i]!, task, sign);
      if (table.isSliced) table.gpuFree[parts[i]! * table.gpusMax + parts[i + 2]!]! += sign * parts[i + 1]!;
    }
    if (table.hasHostLimits) this.changeHost(task, parts[0]!, sign);
  }

  copy(): Hypothetical {
    return new Hypothetical(this.pool, this.table.copy(), this.spans, this.tasks);
  }

  private changeHost(task: number, node: number, sign: 1 | -1): void {
    this.table.cpusFree[node]! += sign * this.tasks.f[task + F.cpus]!;
    this.table.hostBytesFree[node]! += sign * this.tasks.f[task + F.hostBytes]!;
  }

  private change(node: number, units: number): void {
    if (this.pool.isOpen(node)) this.table.change(node, units);
  }
}
