/**
 * First in, first out while the queue is short; newest first while it is long or its oldest task has waited long.
 * There is no hysteresis: each choice stands alone, nothing is sorted anew when the end changes, so going to and fro
 * between the two costs nothing. A choice is made when something comes free or joins the queue: that `wait` has passed
 * meanwhile is no event, so a newest task that would fit beside an oldest that does not starts at the next such moment.
 */
import { z } from 'zod';
import { count, durationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy } from '../points.js';

class AdaptiveLifo implements OrderingPolicy {
  readonly structure = 'either-end';

  constructor(
    private readonly queueLength: number,
    private readonly waitS: number,
  ) {}

  key(): number {
    return 0;
  }

  newestFirst(queueLength: number, longestWaitS: number): boolean {
    return queueLength > this.queueLength || longestWaitS > this.waitS;
  }
}

export const adaptiveLifo = definePolicy({
  point: 'ordering',
  name: 'adaptive-lifo',
  summary:
    'First come, first served, until the queue is long or its oldest task has waited long; then newest first.',
  source:
    'Maurer, "Fail at Scale", ACM Queue 13(8), 2015; the threshold on the length as in AdaptiveLifoCoDelCallQueue of Apache HBase 1.3.',
  helps:
    'With clients that give up: fair and steady in normal times, and under overload the server works on tasks that somebody still waits for.',
  hurts:
    'When clients wait for ever: under overload those that came first are served last, and the tail grows as with LIFO.',
  parameters: z
    .strictObject({
      queueLength: count(0)
        .optional()
        .describe(
          'With more tasks than this in the queue the newest goes first. Omitted: whatever its length.',
        ),
      wait: durationS()
        .optional()
        .describe(
          'Once the oldest task in the queue has waited longer than this the newest goes first. Omitted: however long.',
        ),
    })
    .refine(({ queueLength, wait }) => queueLength !== undefined || wait !== undefined, {
      error: 'expected `queueLength` or `wait`, for example {wait: 100ms}: without either it would be FIFO',
    }),
  create: ({ queueLength, wait }): OrderingPolicy =>
    new AdaptiveLifo(queueLength ?? Number.POSITIVE_INFINITY, wait ?? Number.POSITIVE_INFINITY),
});
