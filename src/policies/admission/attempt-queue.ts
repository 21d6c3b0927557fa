/** The queue of cost-budget: attempts in order of arrival, with the sums of what they need. */
import type { Holder } from './expected-releases.js';

/** One attempt of a client, from the decision on until it ends. */
export interface Attempt extends Holder {
  readonly task: number;
  readonly workload: number;
  /** By quantity; `needs`, by account, are these, each at most the whole budget. */
  readonly estimates: readonly number[];
  /** Value over the largest share of a budget that it needs, US dollars. */
  readonly worthUsd: number;
  readonly sinceS: number;
  /** What it was told when it began to wait. */
  etaS: number;
  position: number;
  /** GPU-seconds of its services so far. */
  gpuSeconds: number;
  wasServed: boolean;
  /** Of the last decision about it, in kebab case. */
  reason: string;
}

export class AttemptQueue {
  /** By account: what all that wait need. */
  readonly needs: number[];
  /** In order of arrival, which is the order in which a map gives them back. */
  private readonly attempts = new Map<number, Attempt>();

  constructor(accounts: number) {
    this.needs = new Array<number>(accounts).fill(0);
  }

  get size(): number {
    return this.attempts.size;
  }

  get head(): Attempt | undefined {
    const [head] = this.attempts.values();
    return head;
  }

  has(task: number): boolean {
    return this.attempts.has(task);
  }

  add(attempt: Attempt): void {
    this.attempts.set(attempt.task, attempt);
    for (let i = 0; i < this.needs.length; i++) this.needs[i]! += attempt.needs[i]!;
  }

  remove(task: number): void {
    const attempt = this.attempts.get(task);
    if (attempt === undefined) return;
    this.attempts.delete(task);
    // Rounding in the sums must not outlive those who caused it.
    const isEmpty = this.attempts.size === 0;
    for (let i = 0; i < this.needs.length; i++)
      this.needs[i] = isEmpty ? 0 : this.needs[i]! - attempt.needs[i]!;
  }

  /** The one of these and the newcomer that is worth the least; of equals, the one that came last. */
  leastValuable(newcomer: Attempt): Attempt {
    let least = newcomer;
    for (const attempt of this.attempts.values())
      if (attempt.worthUsd < least.worthUsd || (attempt.worthUsd === least.worthUsd && least !== newcomer))
        least = attempt;
    return least;
  }
}
