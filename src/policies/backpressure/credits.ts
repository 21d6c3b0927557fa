/**
 * Credit-based flow control: the stage hands out as many credits as it has places for waiting tasks; a task starts
 * upstream only with a credit in hand, so what is sent always finds a place. A credit goes back when its task has
 * started here, and takes its time on the way.
 */
import { z } from 'zod';
import { count, durationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { BackpressurePolicy } from '../points.js';

class Credits implements BackpressurePolicy {
  readonly refuseEntry = false;
  readonly hops = 0;
  readonly hopDelayS = 0;

  constructor(
    readonly credits: number,
    readonly creditReturnS: number,
  ) {}

  signal(): boolean {
    return false;
  }
}

export const credits = definePolicy({
  point: 'backpressure',
  name: 'credits',
  summary: 'Lets a task start upstream only when there is a place for it at the next stage.',
  source:
    'Kung and Chapman, "The FCVC (Flow-Controlled Virtual Channels) Proposal for ATM Networks: A Summary" (ICNP 1993); the credits of Apache Flink (2 + 8 buffers) and the windows of HTTP/2 (RFC 9113).',
  helps:
    'When places between stages are few or dear: the queue never outgrows its credits, and nothing is lost.',
  hurts:
    'When there are fewer credits than the way back is long: the stage runs dry while credits are under way.',
  parameters: z.strictObject({
    credits: count()
      .default(10)
      .describe('Tasks that may wait at the stage or be on their way to it from the stage before.'),
    returnDelay: durationS().default(0).describe('Time that a credit takes on its way back.'),
  }),
  create: (parameters): BackpressurePolicy => new Credits(parameters.credits, parameters.returnDelay),
});
