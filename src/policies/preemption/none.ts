/** Nobody is interrupted. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { PreemptionPolicy } from '../points.js';

const NO_PREEMPTION: PreemptionPolicy = {
  mayPreempt: () => false,
  compareVictims: () => 0,
  mode: 'resume',
  checkpointIntervalS: 0,
  checkpointCostS: 0,
  saveS: () => 0,
  resumeS: () => 0,
};

export const noPreemption = definePolicy({
  point: 'preemption',
  name: 'none',
  summary: 'Nobody is interrupted: what has started runs to its end.',
  source: 'Non-preemptive service of any textbook.',
  helps: 'When interruption is dear: no work is lost and no time goes to checkpoints.',
  hurts: 'When an urgent task arrives behind long ones: it waits for the first to end.',
  parameters: z.strictObject({}),
  create: (): PreemptionPolicy => NO_PREEMPTION,
});
