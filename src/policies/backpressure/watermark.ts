/** A signal with hysteresis: on at the high watermark, off again only at the low one. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { BackpressurePolicy } from '../points.js';

class Watermark implements BackpressurePolicy {
  constructor(
    private readonly high: number,
    private readonly low: number,
    readonly refuseEntry: boolean,
  ) {}

  signal(queueLength: number, on: boolean): boolean {
    return on ? queueLength > this.low : queueLength >= this.high;
  }
}

export const watermark = definePolicy({
  point: 'backpressure',
  name: 'watermark',
  summary: 'Asks the stages upstream to hold back from a high watermark of the queue down to a low one.',
  source: 'High and low watermarks of stream back-pressure (STREAMS in UNIX SVR4; Node.js streams; Akka).',
  helps: 'When a later stage is slower: work waits where it started, holding less memory and fewer GPUs.',
  hurts: 'When the watermarks are low and the way between stages long: the slow stage runs dry, then floods.',
  parameters: z
    .strictObject({
      high: count().default(100).describe('Tasks waiting at which the signal goes on.'),
      low: count(0).default(50).describe('Tasks waiting at which it goes off again; below `high`.'),
      refuseEntry: z
        .boolean()
        .default(false)
        .describe('Whether new tasks are refused while the signal of their first stage is on.'),
    })
    .refine((value) => value.low < value.high, {
      error: 'expected `low` below `high`: between them the signal keeps its state',
      path: ['low'],
    }),
  create: ({ high, low, refuseEntry }): BackpressurePolicy => new Watermark(high, low, refuseEntry),
});
