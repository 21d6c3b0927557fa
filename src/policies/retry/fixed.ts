/** The same wait before every try. */
import { z } from 'zod';
import { durationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { RetryPolicy } from '../points.js';
import {
  type Answered,
  honourRetryAfterParameter,
  LimitedRetry,
  maxAttemptsParameter,
  onParameter,
} from './failures.js';

class FixedRetry extends LimitedRetry {
  constructor(
    private readonly delayS: number,
    answered: Answered,
  ) {
    super(answered);
  }

  protected backoffS(): number {
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
    honourRetryAfter: honourRetryAfterParameter(),
  }),
  create: (parameters): RetryPolicy => new FixedRetry(parameters.delay, parameters),
});
