/** First in, first out. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy } from '../points.js';

const FIFO: OrderingPolicy = { structure: 'fifo', key: () => 0 };

export const fifo = definePolicy({
  point: 'ordering',
  name: 'fifo',
  summary: 'Serves in the order in which tasks joined the queue.',
  source:
    'Kingman (1962): of all orders that ignore service times, FIFO has the least variance of waiting time.',
  helps: 'When tasks are alike: nobody is overtaken, and the longest wait is as short as it can be.',
  hurts: 'When one long task holds up many short ones (convoy), and under overload: all are late alike.',
  parameters: z.strictObject({}),
  create: (): OrderingPolicy => FIFO,
});
