/** Which failures a retry policy answers, and how often. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { type Failure, type FailureKind, PASS, type RetryPolicy, type Why } from '../points.js';

export const FAILURES = ['error', 'rejected', 'timed-out'] as const satisfies readonly FailureKind[];

export const onParameter = () =>
  z
    .array(z.enum(FAILURES))
    .min(1)
    .default(['error'])
    .describe('Failures that are tried again: errors of a step, refusals at admission, time-outs.');

export const maxAttemptsParameter = () => count().default(3).describe('Tries in all, the first included.');

export const honourRetryAfterParameter = () =>
  z
    .boolean()
    .default(true)
    .describe('Whether a client that was told when to come back (Retry-After) waits at least so long.');

export interface Answered {
  readonly maxAttempts: number;
  readonly on: readonly FailureKind[];
  readonly honourRetryAfter: boolean;
}

/** A policy that waits and tries again, so many times in all. */
export abstract class LimitedRetry implements RetryPolicy {
  private last: Failure | undefined;
  private lastWaitS = 0;

  constructor(private readonly answered: Answered) {}

  decide(_task: number, failure: Failure): number {
    const { maxAttempts, on, honourRetryAfter } = this.answered;
    this.last = failure;
    if (failure.attempt >= maxAttempts || !on.includes(failure.kind)) return PASS;
    const waitS = this.backoffS(failure);
    // The wait that the policy chose, or the longer one that the refusal asked for.
    this.lastWaitS = honourRetryAfter ? Math.max(waitS, failure.retryAfterS) : waitS;
    return this.lastWaitS;
  }

  why(): Why {
    const { last, lastWaitS } = this;
    const { maxAttempts, on } = this.answered;
    if (last === undefined || !on.includes(last.kind)) return { reason: 'failure-not-answered' };
    const { attempt, retryAfterS } = last;
    if (attempt >= maxAttempts) return { reason: 'attempts-used-up', numbers: { attempt, maxAttempts } };
    return { reason: 'backs-off', numbers: { attempt, maxAttempts, waitS: lastWaitS, retryAfterS } };
  }

  /** The wait before the next try, seconds. */
  protected abstract backoffS(failure: Failure): number;
}
