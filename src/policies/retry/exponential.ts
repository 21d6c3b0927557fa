/**
 * Exponential back-off with jitter, by the formulas of Brooker, "Exponential Backoff And Jitter" (AWS Architecture
 * Blog, 2015). With w = min(cap, base × multiplier^(attempt − 1)): none waits w; full waits a uniform share of w;
 * equal waits w/2 and a uniform share of the other half.
 */
import { z } from 'zod';
import type { UniformSource } from '../../kernel/random/stream.js';
import { durationS, positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { FailureKind, RetryPolicy } from '../points.js';
import { maxAttemptsParameter, onParameter } from './failures.js';

interface Backoff {
  readonly base: number;
  readonly multiplier: number;
  readonly cap: number;
  readonly jitter: 'none' | 'full' | 'equal';
}

class ExponentialRetry implements RetryPolicy {
  constructor(
    private readonly backoff: Backoff,
    readonly maxAttempts: number,
    private readonly kinds: readonly FailureKind[],
  ) {}

  retries(kind: FailureKind): boolean {
    return this.kinds.includes(kind);
  }

  backoffS(attempt: number, random: UniformSource): number {
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
      .describe('Factor from one wait to the next.'),
    cap: durationS().default(60).describe('Longest wait.'),
    maxAttempts: maxAttemptsParameter(),
    jitter: z
      .enum(['none', 'full', 'equal'])
      .default('full')
      .describe('Random part of the wait: none of it, all of it, or half of it.'),
    on: onParameter(),
  }),
  create: (parameters): RetryPolicy =>
    new ExponentialRetry(parameters, parameters.maxAttempts, parameters.on),
});
