/**
 * The last transitions of the run in a ring, so that an illegal one can be reported with what led to it. Always on:
 * two stores a transition. Data plane.
 */
import { isFinal, STATE_NAMES } from '../model/life-cycle.js';

/** A power of two, small enough to stay in the processor's first cache. */
const LENGTH = 256;
export class History {
  private readonly tasks = new Int32Array(LENGTH).fill(-1);
  private readonly states = new Uint8Array(LENGTH);
  private position = 0;

  note(task: number, to: number): void {
    this.position = (this.position + 1) & (LENGTH - 1);
    this.tasks[this.position] = task;
    this.states[this.position] = to;
  }

  /** The states that the task came through, as far as the ring goes back, oldest first, in words. */
  of(task: number): string {
    let states: string[] = [];
    let ended = false;
    for (let i = 1; i <= LENGTH; i++) {
      const at = (this.position + i) & (LENGTH - 1);
      if (this.tasks[at] !== task) continue;
      const state = this.states[at]!;
      // Rows are used again: what came before was another task's.
      if (ended) states = [];
      states.push(STATE_NAMES[state]!);
      ended = isFinal(state);
    }
    return states.join(' → ');
  }
}
