/**
 * A request on a replica, and the line of those that wait. Data plane.
 */
import type { Request } from './spec.js';

export const WAITING = 0;
export const IN_PREFILL = 1;
export const IN_DECODE = 2;

export class Sequence {
  readonly id: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  readonly session: number;
  readonly sharedTokens: number;
  state: typeof WAITING | typeof IN_PREFILL | typeof IN_DECODE = WAITING;
  /** Tokens with KV, and tokens generated; in decode both as they were at step `sinceStep`, and one more a step. */
  kvTokens = 0;
  generated = 0;
  sinceStep = 0;
  /** In decode: the step that generates the last token. */
  lastStep = 0;
  /** Waits with its KV at hand: in host memory (`swapped`), or sent by the replica that made it. */
  hasKv = false;
  swapped = false;
  /** Blocks of its session's context that it shares while it runs. */
  sharedBlocks = 0;
  /** In prefill: blocks of its own, for all that it will prefill. */
  ownBlocks = 0;
  /** In prefill: tokens of each iteration of this stretch. */
  chunkTokens = 0;
  /** At the boundary that is being carried out: has its first token, has all. */
  begun = false;
  ended = false;
  before: Sequence | null = null;
  behind: Sequence | null = null;

  constructor(request: Request) {
    this.id = request.id;
    this.promptTokens = request.promptTokens;
    this.outputTokens = request.outputTokens;
    this.session = request.session;
    this.sharedTokens = request.sharedTokens;
  }

  /** Tokens that have KV when the prefill is done: the prompt, and what was generated before an eviction. */
  get prefillTokens(): number {
    return this.promptTokens + this.generated;
  }
}

export class WaitingLine {
  length = 0;
  head: Sequence | null = null;
  private tail: Sequence | null = null;

  append(sequence: Sequence): void {
    sequence.before = this.tail;
    if (this.tail === null) this.head = sequence;
    else this.tail.behind = sequence;
    this.tail = sequence;
    this.length++;
  }

  prepend(sequence: Sequence): void {
    sequence.behind = this.head;
    if (this.head === null) this.tail = sequence;
    else this.head.before = sequence;
    this.head = sequence;
    this.length++;
  }

  remove(sequence: Sequence): void {
    if (sequence.before === null) this.head = sequence.behind;
    else sequence.before.behind = sequence.behind;
    if (sequence.behind === null) this.tail = sequence.before;
    else sequence.behind.before = sequence.before;
    sequence.before = null;
    sequence.behind = null;
    this.length--;
  }
}
