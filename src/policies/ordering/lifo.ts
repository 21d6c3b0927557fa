/** Last in, first out, without interruption. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy } from '../points.js';

const LIFO: OrderingPolicy = { structure: 'lifo', key: () => 0 };

export const lifo = definePolicy({
  point: 'ordering',
  name: 'lifo',
  summary: 'Serves the task that joined the queue last.',
  source:
    'Maurer, "Fail at Scale" (ACM Queue 13(8), 2015); the mean wait is FIFO’s by Kleinrock’s conservation law.',
  helps: 'Under overload with clients that give up: the newest task still has someone waiting for it.',
  hurts: 'Fairness: the same mean as FIFO with a far longer tail; the oldest may wait for ever.',
  parameters: z.strictObject({}),
  create: (): OrderingPolicy => LIFO,
});
