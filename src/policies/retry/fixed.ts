/** The same wait before every try. */
import { z } from 'zod';
import { durationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { FailureKind, RetryPolicy } from '../points.js';
import { maxAttemptsParameter, onParameter } from './failures.js';

class FixedRetry implements RetryPolicy {
  constructor(
    private readonly delayS: number,
    readonly maxAttempts: number,
    private readonly kinds: readonly FailureKind[],
  ) {}

  retries(kind: FailureKind): boolean {
    return this.kinds.includes(kind);
  }

  backoffS(): number {
    return this.delayS;
  }
}

export const fixedRetry = definePolicy({
  point: 'retry',
  name: 'fixed',
  summary: 'Tries again after a fixed wait.',
  source: 'Constant back-off, the common default of client libraries.',
  helps: 'With independent failures, where the next try is likely to succeed.',
  hurts:
    'After an outage: all clients that failed together come back together, again and again (retry storm).',
  parameters: z.strictObject({
    delay: durationS().default(1).describe('Wait before each further try.'),
    maxAttempts: maxAttemptsParameter(),
    on: onParameter(),
  }),
  create: ({ delay, maxAttempts, on }): RetryPolicy => new FixedRetry(delay, maxAttempts, on),
});
