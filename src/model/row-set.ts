/**
 * A set of task rows with O(1) add and remove, for tasks that are in no queue (it uses their heap position). The
 * order of `at` is that of insertion, disturbed by removals, but always the same for the same run. Data plane.
 */
import { N, type TaskTable } from './task-table.js';

export class RowSet {
  private rows = new Int32Array(16);
  size = 0;

  constructor(private readonly tasks: TaskTable) {}

  at(index: number): number {
    return this.rows[index]!;
  }

  add(task: number): void {
    if (this.size === this.rows.length) {
      const grown = new Int32Array(this.rows.length * 2);
      grown.set(this.rows);
      this.rows = grown;
    }
    this.tasks.n[task + N.heapPosition] = this.size;
    this.rows[this.size++] = task;
  }

  remove(task: number): void {
    const position = this.tasks.n[task + N.heapPosition]!;
    const moved = this.rows[--this.size]!;
    this.rows[position] = moved;
    this.tasks.n[moved + N.heapPosition] = position;
  }
}
