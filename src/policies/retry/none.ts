/** Every failure is final. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import { GIVE_UP, type RetryPolicy } from '../points.js';

const NO_RETRY: RetryPolicy = { decide: () => GIVE_UP };

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
