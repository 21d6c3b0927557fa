/**
 * One lane of a stage's queue: tasks that no limit tells apart. The rows are a doubly linked list in order of
 * arrival (so that any can leave in O(1) and the longest-waiting is at hand); where the ordering goes by key, a
 * binary heap of rows stands on top. Data plane; allocates only when the heap's array doubles.
 */
import { F, N, NONE, type TaskTable } from './task-table.js';

/** How a lane finds its head; the ordering policies have this shape. */
export interface LaneOrder {
  readonly structure: 'fifo' | 'lifo' | 'either-end' | 'key' | 'scan';
  key(task: number, nowS: number): number;
  newestFirst?(queueLength: number, longestWaitS: number, nowS: number): boolean;
}

export interface LaneClock {
  readonly nowS: number;
}

/** Whether task a is served before task b: the smaller key, then the earlier arrival at the queue. */
export function isServedBefore({ f }: TaskTable, a: number, b: number): boolean {
  const keyA = f[a + F.key]!;
  const keyB = f[b + F.key]!;
  return keyA < keyB || (keyA === keyB && f[a + F.order]! < f[b + F.order]!);
}

export class Lane {
  private first = NONE;
  private last = NONE;
  private heap = new Int32Array(0);
  length = 0;
  private readonly structure: LaneOrder['structure'];

  constructor(
    private readonly tasks: TaskTable,
    private readonly order: LaneOrder,
    private readonly clock: LaneClock,
  ) {
    this.structure = order.structure;
  }

  /** The task to serve next, NONE where the lane is empty. */
  head(): number {
    if (this.structure === 'fifo') return this.first;
    if (this.structure === 'lifo') return this.last;
    if (this.length === 0) return NONE;
    if (this.structure === 'key') return this.heap[0]!;
    return this.structure === 'scan' ? this.scanned() : this.end();
  }

  /** The smallest of the keys as they are now; those that stay behind keep theirs for comparisons between lanes. */
  private scanned(): number {
    const { f, n } = this.tasks;
    const { nowS } = this.clock;
    let best = NONE;
    for (let task = this.first; task !== NONE; task = n[task + N.next]!) {
      f[task + F.key] = this.order.key(task, nowS);
      if (best === NONE || this.isBefore(task, best)) best = task;
    }
    return best;
  }

  /** The newest or the oldest, with a key that says so to other lanes. */
  private end(): number {
    const { f } = this.tasks;
    const { nowS } = this.clock;
    const newest = this.order.newestFirst!(this.length, nowS - f[this.first + F.queuedAtS]!, nowS);
    const task = newest ? this.last : this.first;
    f[task + F.key] = newest ? -f[task + F.order]! : 0;
    return task;
  }

  /** Calls back for every task, the one that came first, first. */
  forEach(visit: (task: number) => void): void {
    for (let task = this.first; task !== NONE; ) {
      const next = this.tasks.n[task + N.next]!;
      visit(task);
      task = next;
    }
  }

  /** The task that came first, NONE where the lane is empty. */
  oldest(): number {
    return this.first;
  }

  /** Adds a task that came after all the others, where no key decides. */
  append(task: number): void {
    const { n } = this.tasks;
    const after = this.last;
    n[task + N.previous] = after;
    n[task + N.next] = NONE;
    if (after === NONE) this.first = task;
    else n[after + N.next] = task;
    this.last = task;
    this.length++;
  }

  /** Adds a task whose `order` (and, for structure `key`, `key`) is set. */
  add(task: number): void {
    const { f, n } = this.tasks;
    let after = this.last;
    // A resumed task has an older order than the newcomers: it goes back to its place.
    if (after !== NONE && f[after + F.order]! > f[task + F.order]!) {
      after = NONE;
      let candidate = this.first;
      while (candidate !== NONE && f[candidate + F.order]! < f[task + F.order]!) {
        after = candidate;
        candidate = n[candidate + N.next]!;
      }
    }
    const before = after === NONE ? this.first : n[after + N.next]!;
    n[task + N.previous] = after;
    n[task + N.next] = before;
    if (after === NONE) this.first = task;
    else n[after + N.next] = task;
    if (before === NONE) this.last = task;
    else n[before + N.previous] = task;
    if (this.structure === 'key') this.push(task);
    this.length++;
  }

  remove(task: number): void {
    const { n } = this.tasks;
    const after = n[task + N.previous]!;
    const before = n[task + N.next]!;
    if (after === NONE) this.first = before;
    else n[after + N.next] = before;
    if (before === NONE) this.last = after;
    else n[before + N.previous] = after;
    this.length--;
    if (this.structure === 'key') this.pull(task);
  }

  private push(task: number): void {
    if (this.length === this.heap.length) {
      const grown = new Int32Array(Math.max(16, this.heap.length * 2));
      grown.set(this.heap);
      this.heap = grown;
    }
    this.siftUp(this.length, task);
  }

  /** Removes a task from the heap; `length` is already that without it. */
  private pull(task: number): void {
    const position = this.tasks.n[task + N.heapPosition]!;
    const moved = this.heap[this.length]!;
    if (moved === task) return;
    if (position > 0 && this.isBefore(moved, this.heap[(position - 1) >> 1]!)) this.siftUp(position, moved);
    else this.siftDown(position, moved);
  }

  private isBefore(a: number, b: number): boolean {
    return isServedBefore(this.tasks, a, b);
  }

  private siftUp(from: number, task: number): void {
    const { n } = this.tasks;
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      const above = this.heap[parent]!;
      if (!this.isBefore(task, above)) break;
      this.heap[position] = above;
      n[above + N.heapPosition] = position;
      position = parent;
    }
    this.heap[position] = task;
    n[task + N.heapPosition] = position;
  }

  private siftDown(from: number, task: number): void {
    const { n } = this.tasks;
    let position = from;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= this.length) break;
      if (child + 1 < this.length && this.isBefore(this.heap[child + 1]!, this.heap[child]!)) child++;
      const below = this.heap[child]!;
      if (!this.isBefore(below, task)) break;
      this.heap[position] = below;
      n[below + N.heapPosition] = position;
      position = child;
    }
    this.heap[position] = task;
    n[task + N.heapPosition] = position;
  }
}
