/** Deadlines are measured, not acted on. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { DeadlinePolicy } from '../points.js';

const NO_ACTION: DeadlinePolicy = { actAtS: () => Number.POSITIVE_INFINITY, action: 'drop' };

export const noDeadlineAction = definePolicy({
  point: 'deadlines',
  name: 'none',
  summary: 'Does nothing about deadlines: what is late is finished late.',
  source: 'No control.',
  helps: 'When a late answer is still worth its cost.',
  hurts: 'Under overload: capacity goes to answers that nobody waits for any more.',
  parameters: z.strictObject({}),
  create: (): DeadlinePolicy => NO_ACTION,
});
