/**
 * Exponential back-off with jitter, by the formulas of Brooker, "Exponential Backoff And Jitter" (AWS Architecture
 * Blog, 2015). With w = min(cap, base × multiplier^(attempt − 1)): none waits w; full waits a uniform share of w;
 * equal waits w/2 and a uniform share of the other half. Decorrelated grows from the wait before instead of by the
 * number of tries: min(cap, a uniform number between base and three times the previous wait), the base at first.
 */
import { z } from 'zod';
import { durationS, positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { Failure, RetryPolicy } from '../points.js';
import {
  type Answered,
  honourRetryAfterParameter,
  LimitedRetry,
  maxAttemptsParameter,
  onParameter,
} from './failures.js';

interface Backoff {
  readonly base: number;
  readonly multiplier: number;
  readonly cap: number;
  readonly jitter: 'none' | 'full' | 'equal' | 'decorrelated';
}

/** Of decorrelated jitter: the longest next wait as a multiple of the one before. */
const DECORRELATED_GROWTH = 3;

class ExponentialRetry extends LimitedRetry {
  constructor(
    private readonly backoff: Backoff,
    answered: Answered,
  ) {
    super(answered);
  }

  protected backoffS({ attempt, previousS, random }: Failure): number {
    if (this.backoff.jitter === 'decorrelated') return this.decorrelatedS(previousS, random.next());
    const windowS = this.windowS(attempt);
    switch (this.backoff.jitter) {
      case 'none':
        return windowS;
      case 'full':
        return windowS * random.next();
      case 'equal':
        return windowS / 2 + (windowS / 2) * random.next();
    }
  }

  /** Another policy of the chain may have chosen the wait before, so it can be shorter than the base. */
  private decorrelatedS(previousS: number, uniform: number): number {
    const { base, cap } = this.backoff;
    const longestS = DECORRELATED_GROWTH * Math.max(base, previousS);
    return Math.min(cap, base + (longestS - base) * uniform);
  }

  /** By repeated multiplication, which rounds alike everywhere; it ends at the cap, so after few steps. */
  private windowS(attempt: number): number {
    const { base, multiplier, cap } = this.backoff;
    let windowS = base;
    if (multiplier === 1) return Math.min(cap, windowS);
    for (let tries = 1; tries < attempt && windowS < cap; tries++) windowS *= multiplier;
    return Math.min(cap, windowS);
  }
}

export const exponentialRetry = definePolicy({
  point: 'retry',
  name: 'exponential',
  summary: 'Tries again after a wait that grows with each failure, up to a cap, with jitter.',
  source: 'Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).',
  helps:
    'After outages: jitter spreads the tries out and growth thins them, so that the service can recover.',
  hurts: 'When a task fails for itself: it is held up, longer each time, and still ends in failure.',
  parameters: z.strictObject({
    base: positiveDurationS().default(1).describe('Wait before the second try, jitter aside.'),
    multiplier: z
      .number({ error: 'expected a number of at least 1' })
      .min(1)
      .default(2)
      .describe('Factor from one wait to the next; decorrelated jitter has its own.'),
    cap: durationS().default(60).describe('Longest wait.'),
    maxAttempts: maxAttemptsParameter(),
    jitter: z
      .enum(['none', 'full', 'equal', 'decorrelated'])
      .default('full')
      .describe(
        'Random part of the wait: none of it, all of it, or half of it; or a wait between the base and three times the one before.',
      ),
    on: onParameter(),
    honourRetryAfter: honourRetryAfterParameter(),
  }),
  create: (parameters): RetryPolicy => new ExponentialRetry(parameters, parameters),
});
