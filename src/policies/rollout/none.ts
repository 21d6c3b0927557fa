/** One policy set for everybody. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { RolloutPolicy } from '../points.js';

const NO_ROLLOUT: RolloutPolicy = { isCanary: () => false };

export const noRollout = definePolicy({
  point: 'rollout',
  name: 'none',
  summary: 'The same policies for every task.',
  source: 'No control.',
  helps: 'When one policy set is known to be right, and as a baseline.',
  hurts: 'When a change of policies may be wrong: it is wrong for everybody at once.',
  parameters: z.strictObject({}),
  create: (): RolloutPolicy => NO_ROLLOUT,
});
