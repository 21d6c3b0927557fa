/**
 * The last transitions of the run in a ring, so that an illegal one can be reported with what led to it. Always on:
 * four stores a transition. Data plane.
 */
import { STATE_NAMES } from '../model/life-cycle.js';
import type { TaskTable } from '../model/task-table.js';

const LENGTH = 4096;

export class History {
  private readonly rows = new Int32Array(LENGTH).fill(-1);
  private readonly serials = new Float64Array(LENGTH);
  private readonly times = new Float64Array(LENGTH);
  private readonly states = new Uint8Array(LENGTH);
  private position = 0;

  constructor(private readonly tasks: TaskTable) {}

  note(row: number, to: number, nowS: number): void {
    const position = this.position;
    this.rows[position] = row;
    this.serials[position] = this.tasks.serial[row]!;
    this.times[position] = nowS;
    this.states[position] = to;
    this.position = (position + 1) & (LENGTH - 1);
  }

  /** The task's transitions still in the ring, oldest first, in words. */
  of(row: number): string {
    const serial = this.tasks.serial[row]!;
    const lines: string[] = [];
    for (let i = 0; i < LENGTH; i++) {
      const position = (this.position + i) & (LENGTH - 1);
      if (this.rows[position] !== row || this.serials[position] !== serial) continue;
      lines.push(`${this.times[position]} s: ${STATE_NAMES[this.states[position]!]}`);
    }
    return lines.join('; ');
  }
}
