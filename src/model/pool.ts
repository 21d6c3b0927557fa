/**
 * The capacity of one pool during a run: free units (GPUs, in `slots` mode slots, in `shared` mode places) by node. Data plane.
 */
import type { PoolSpec } from './system.js';
import { N, NONE, type TaskTable } from './task-table.js';

/** `tasks.node` of a gang that spans nodes. */
const SPANS = -2;

/** Free units by node. */
export interface FreeNodes {
  readonly nodes: number;
  readonly perNode: number;
  readonly free: Int32Array;
  readonly totalFree: number;
}

/** How to choose nodes; the placement policies have this shape. */
export interface NodeChooser {
  place(pool: FreeNodes, units: number, into: Int32Array): number;
}

export class Pool {
  nodes: number;
  readonly perNode: number;
  totalUnits: number;
  readonly unitsPerGpu: number;
  free: Int32Array;
  totalFree: number;
  private readonly spans = new Map<number, Int32Array>();
  private choice: Int32Array;
  /** Nodes that take nobody in any more, with the units still held there. */
  private readonly leaving = new Map<number, number>();

  constructor(
    readonly spec: PoolSpec,
    readonly index: number,
    private readonly tasks: TaskTable,
  ) {
    this.nodes = spec.nodes;
    this.unitsPerGpu = spec.mode === 'exclusive' ? 1 : spec.slotsPerGpu;
    this.perNode = spec.gpusPerNode * this.unitsPerGpu;
    this.totalUnits = this.nodes * this.perNode;
    this.free = new Int32Array(this.nodes).fill(this.perNode);
    this.totalFree = this.totalUnits;
    this.choice = new Int32Array(2 * this.nodes);
  }

  /** Adds nodes: those that were leaving come back first. */
  addNodes(count: number): void {
    for (let i = 0; i < count; i++) {
      const back = this.leaving.keys().next();
      if (back.done === true) this.grow();
      else this.reopen(back.value);
    }
  }

  /** Takes nodes away, of those beyond the scenario's and the emptiest first; those in use go as they come free. */
  removeNodes(count: number): void {
    const held = (node: number) => this.perNode - this.free[node]!;
    const added = [...this.free.keys()].slice(this.spec.nodes).filter((node) => !this.leaving.has(node));
    for (const node of added.sort((a, b) => held(a) - held(b) || b - a).slice(0, count)) {
      const taken = held(node);
      this.totalFree -= this.free[node]!;
      this.totalUnits -= this.free[node]!;
      this.free[node] = 0;
      this.leaving.set(node, taken);
    }
  }

  private grow(): void {
    this.nodes++;
    const free = new Int32Array(this.nodes).fill(this.perNode);
    free.set(this.free);
    this.free = free;
    this.choice = new Int32Array(2 * this.nodes);
    this.totalFree += this.perNode;
    this.totalUnits += this.perNode;
  }

  private reopen(node: number): void {
    const units = this.perNode - this.leaving.get(node)!;
    this.leaving.delete(node);
    this.free[node] = units;
    this.totalFree += units;
    this.totalUnits += units;
  }

  /** Takes units for a task; false (and nothing taken) where they do not fit now. */
  take(task: number, units: number, chooser: NodeChooser): boolean {
    if (units > this.totalFree) return false;
    if (this.nodes === 1) {
      this.free[0]! -= units;
      this.totalFree -= units;
      this.tasks.n[task + N.node] = 0;
      return true;
    }
    const parts = chooser.place(this, units, this.choice);
    if (parts === 0) return false;
    for (let i = 0; i < parts; i++) this.remove(this.choice[2 * i]!, this.choice[2 * i + 1]!);
    if (parts === 1) {
      this.tasks.n[task + N.node] = this.choice[0]!;
    } else {
      this.tasks.n[task + N.node] = SPANS;
      this.spans.set(task, this.choice.slice(0, 2 * parts));
    }
    return true;
  }

  /** `take` of one unit of a pool of one node. */
  takeOne(task: number): boolean {
    if (this.totalFree === 0) return false;
    this.totalFree--;
    this.free[0]!--;
    this.tasks.n[task + N.node] = 0;
    return true;
  }

  /** Gives back what `takeOne` took; the task is gone already. */
  giveBackOne(): void {
    if (this.totalFree === this.totalUnits)
      throw new Error(`pool ${this.spec.name} has every unit back already`);
    this.totalFree++;
    this.free[0]!++;
  }

  /** Whether the units would fit now. */
  wouldFit(units: number, chooser: NodeChooser): boolean {
    return units <= this.totalFree && (this.nodes === 1 || chooser.place(this, units, this.choice) > 0);
  }

  /** Units of all nodes that are there: one that is to leave is there as a whole until nobody is on it. */
  get unitsThere(): number {
    let units = this.totalUnits;
    for (const held of this.leaving.values()) if (held > 0) units += this.perNode - held;
    return units;
  }

  /** Gives a task's units back. */
  giveBack(task: number, units: number): void {
    const node = this.tasks.n[task + N.node]!;
    this.tasks.n[task + N.node] = NONE;
    if (node !== SPANS) {
      this.add(node, units);
      return;
    }
    const parts = this.spans.get(task)!;
    this.spans.delete(task);
    for (let i = 0; i < parts.length; i += 2) this.add(parts[i]!, parts[i + 1]!);
  }

  /** A copy to try things on; `addOf` adds what a task holds. */
  hypothetical(): Hypothetical {
    return new Hypothetical(this, this.free.slice(), this.totalFree, this.spans, this.leaving, this.tasks);
  }

  private remove(node: number, units: number): void {
    const left = this.free[node]! - units;
    if (left < 0) throw new Error(`node ${node} of pool ${this.spec.name} is short of ${-left} units`);
    this.free[node] = left;
    this.totalFree -= units;
  }

  private add(node: number, units: number): void {
    if (this.leaving.size > 0) {
      const held = this.leaving.get(node);
      if (held !== undefined) {
        this.leaving.set(node, held - units);
        this.totalUnits -= units;
        return;
      }
    }
    const now = this.free[node]! + units;
    if (!(now <= this.perNode))
      throw new Error(`node ${node} of pool ${this.spec.name} has ${now} free units`);
    this.free[node] = now;
    this.totalFree += units;
  }
}

/** What would be free if some tasks gave up what they hold. */
export class Hypothetical {
  readonly nodes: number;
  readonly perNode: number;

  constructor(
    pool: Pool,
    readonly free: Int32Array,
    public totalFree: number,
    private readonly spans: ReadonlyMap<number, Int32Array>,
    private readonly leaving: ReadonlyMap<number, number>,
    private readonly tasks: TaskTable,
  ) {
    this.nodes = pool.nodes;
    this.perNode = pool.perNode;
  }

  addOf(task: number, sign: 1 | -1 = 1): void {
    const node = this.tasks.n[task + N.node]!;
    if (node !== SPANS) {
      this.change(node, sign * this.tasks.n[task + N.gpus]!);
      return;
    }
    const parts = this.spans.get(task)!;
    for (let i = 0; i < parts.length; i += 2) this.change(parts[i]!, sign * parts[i + 1]!);
  }

  private change(node: number, units: number): void {
    if (this.leaving.has(node)) return;
    this.totalFree += units;
    this.free[node]! += units;
  }
}
