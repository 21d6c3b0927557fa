/**
 * The last transitions of the run in a ring, so that an illegal one can be reported with what led to it. Always on:
 * four stores a transition. Data plane.
 */
import { STATE_NAMES } from '../model/life-cycle.js';
import { F, type TaskTable } from '../model/task-table.js';

/** Small enough to stay in the processor's first cache. */
const LENGTH = 64;
/** Task, its serial number (rows are used again), time, state. */
const STRIDE = 4;

export class History {
  private readonly ring = new Float64Array(LENGTH * STRIDE).fill(-1);
  private position = 0;

  constructor(private readonly tasks: TaskTable) {}

  note(task: number, to: number, nowS: number): void {
    const { ring, position } = this;
    ring[position] = task;
    ring[position + 1] = this.tasks.f[task + F.serial]!;
    ring[position + 2] = nowS;
    ring[position + 3] = to;
    this.position = (position + STRIDE) & (LENGTH * STRIDE - 1);
  }

  /** The task's transitions still in the ring, oldest first, in words. */
  of(task: number): string {
    const { ring } = this;
    const lines: string[] = [];
    for (let i = 0; i < LENGTH; i++) {
      const at = (this.position + i * STRIDE) & (LENGTH * STRIDE - 1);
      if (ring[at] !== task || ring[at + 1] !== this.tasks.f[task + F.serial]) continue;
      lines.push(`${ring[at + 2]} s: ${STATE_NAMES[ring[at + 3]!]}`);
    }
    return lines.join('; ');
  }
}
