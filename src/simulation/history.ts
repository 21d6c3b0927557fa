/**
 * The last transitions of the run in a ring, so that an illegal one can be reported with what led to it. Always on:
 * two stores a transition. Data plane.
 */
import { isFinal, STATE_NAMES } from '../model/life-cycle.js';

/** Small enough to stay in the processor's first cache; a power of two. */
const LENGTH = 128;
/** Task and state share a number: the task times this plus the state. */
const STATES = 16;

export class History {
  private readonly moves = new Float64Array(LENGTH).fill(-1);
  private readonly timesS = new Float64Array(LENGTH);
  private position = 0;

  note(task: number, to: number, nowS: number): void {
    const { position } = this;
    this.moves[position] = task * STATES + to;
    this.timesS[position] = nowS;
    this.position = (position + 1) & (LENGTH - 1);
  }

  /** The task's transitions still in the ring, oldest first, in words. */
  of(task: number): string {
    let lines: string[] = [];
    let ended = false;
    for (let i = 0; i < LENGTH; i++) {
      const at = (this.position + i) & (LENGTH - 1);
      const move = this.moves[at]!;
      if (Math.floor(move / STATES) !== task) continue;
      // Rows are used again: what came before was another task's.
      if (ended) lines = [];
      lines.push(`${this.timesS[at]} s: ${STATE_NAMES[move % STATES]}`);
      ended = isFinal(move % STATES);
    }
    return lines.join('; ');
  }
}
