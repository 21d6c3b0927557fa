/**
 * One lane of a stage's queue: tasks that no limit tells apart. The rows are a doubly linked list in order of
 * arrival (so that any can leave in O(1) and the longest-waiting is at hand); where the ordering goes by key, a
 * binary heap of rows stands on top. Data plane; allocates only when the heap's array doubles.
 */
import { NONE, type TaskTable } from './task-table.js';

export type LaneStructure = 'fifo' | 'lifo' | 'key';

export class Lane {
  private first = NONE;
  private last = NONE;
  private heap = new Int32Array(0);
  length = 0;

  constructor(
    private readonly tasks: TaskTable,
    private readonly structure: LaneStructure,
  ) {}

  /** The row to serve next, NONE where the lane is empty. */
  head(): number {
    if (this.structure === 'fifo') return this.first;
    if (this.structure === 'lifo') return this.last;
    return this.length === 0 ? NONE : this.heap[0]!;
  }

  /** The row that came first, NONE where the lane is empty. */
  oldest(): number {
    return this.first;
  }

  /** Adds a row whose `order` (and, for structure `key`, `key`) is set. */
  add(row: number): void {
    const { next, previous, order } = this.tasks;
    let after = this.last;
    // A resumed task has an older order than the newcomers: it goes back to its place.
    if (after !== NONE && order[after]! > order[row]!) {
      after = NONE;
      let candidate = this.first;
      while (candidate !== NONE && order[candidate]! < order[row]!) {
        after = candidate;
        candidate = next[candidate]!;
      }
    }
    const before = after === NONE ? this.first : next[after]!;
    previous[row] = after;
    next[row] = before;
    if (after === NONE) this.first = row;
    else next[after] = row;
    if (before === NONE) this.last = row;
    else previous[before] = row;
    if (this.structure === 'key') this.push(row);
    this.length++;
  }

  remove(row: number): void {
    const { next, previous } = this.tasks;
    const after = previous[row]!;
    const before = next[row]!;
    if (after === NONE) this.first = before;
    else next[after] = before;
    if (before === NONE) this.last = after;
    else previous[before] = after;
    this.length--;
    if (this.structure === 'key') this.pull(row);
  }

  private push(row: number): void {
    if (this.length === this.heap.length) {
      const grown = new Int32Array(Math.max(16, this.heap.length * 2));
      grown.set(this.heap);
      this.heap = grown;
    }
    this.siftUp(this.length, row);
  }

  /** Removes a row from the heap; `length` is already that without it. */
  private pull(row: number): void {
    const position = this.tasks.heapPosition[row]!;
    const moved = this.heap[this.length]!;
    if (moved === row) return;
    if (position > 0 && this.isBefore(moved, this.heap[(position - 1) >> 1]!)) this.siftUp(position, moved);
    else this.siftDown(position, moved);
  }

  private isBefore(a: number, b: number): boolean {
    const { key, order } = this.tasks;
    return key[a]! < key[b]! || (key[a] === key[b] && order[a]! < order[b]!);
  }

  private siftUp(from: number, row: number): void {
    const { heapPosition } = this.tasks;
    let position = from;
    while (position > 0) {
      const parent = (position - 1) >> 1;
      const above = this.heap[parent]!;
      if (!this.isBefore(row, above)) break;
      this.heap[position] = above;
      heapPosition[above] = position;
      position = parent;
    }
    this.heap[position] = row;
    heapPosition[row] = position;
  }

  private siftDown(from: number, row: number): void {
    const { heapPosition } = this.tasks;
    let position = from;
    for (;;) {
      let child = 2 * position + 1;
      if (child >= this.length) break;
      if (child + 1 < this.length && this.isBefore(this.heap[child + 1]!, this.heap[child]!)) child++;
      const below = this.heap[child]!;
      if (!this.isBefore(below, row)) break;
      this.heap[position] = below;
      heapPosition[below] = position;
      position = child;
    }
    this.heap[position] = row;
    heapPosition[row] = position;
  }
}
