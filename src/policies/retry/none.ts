/** Every failure is final. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { RetryPolicy } from '../points.js';

const NO_RETRY: RetryPolicy = { retries: () => false, maxAttempts: 1, backoffS: () => 0 };

export const noRetry = definePolicy({
  point: 'retry',
  name: 'none',
  summary: 'Every failure is final.',
  source: 'No control.',
  helps: 'Under overload: no failure makes more load.',
  hurts: 'When failures are brief and rare: each one is the user’s.',
  parameters: z.strictObject({}),
  create: (): RetryPolicy => NO_RETRY,
});
