/** No signal: queues grow as they may. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { BackpressurePolicy } from '../points.js';

const NO_BACKPRESSURE: BackpressurePolicy = {
  signal: () => false,
  refuseEntry: false,
  hops: 0,
  hopDelayS: 0,
  credits: Number.POSITIVE_INFINITY,
  creditReturnS: 0,
};

export const noBackpressure = definePolicy({
  point: 'backpressure',
  name: 'none',
  summary: 'Never asks the stages upstream to hold back.',
  source: 'Unbounded buffers between stages: the open networks of Jackson (1957).',
  helps: 'When a short overload should be buffered, and as a baseline.',
  hurts: 'When a later stage is the bottleneck: all work in the system piles up in front of it.',
  parameters: z.strictObject({}),
  create: (): BackpressurePolicy => NO_BACKPRESSURE,
});
