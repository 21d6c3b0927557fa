/** The fleet stays as it is. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { ScalingPolicy } from '../points.js';

const NO_SCALING: ScalingPolicy = {
  intervalS: Number.POSITIVE_INFINITY,
  wanted: ({ nodes, coming }) => nodes + coming,
};

export const noScaling = definePolicy({
  point: 'scaling',
  name: 'none',
  summary: 'A fixed number of nodes, whatever the load.',
  source: 'Static provisioning.',
  helps: 'Where nodes take long to come or are paid for anyway: nothing has to be foreseen.',
  hurts: 'With load that comes and goes: paid for and idle at night, short at noon.',
  parameters: z.strictObject({}),
  create: (): ScalingPolicy => NO_SCALING,
});
