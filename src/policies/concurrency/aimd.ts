/**
 * Additive increase, multiplicative decrease: AIMDLimit of Netflix concurrency-limits (commit 78a74b9), the rule of
 * Chiu and Jain (1989) on the number of requests in flight.
 */
import { z } from 'zod';
import { count, fraction, positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { ConcurrencyLimit } from '../points.js';
import { behindWindow, NS_PER_S, type SampledLimit, windowParameter } from './windowed.js';

interface AimdParameters {
  readonly initialLimit: number;
  readonly minLimit: number;
  readonly maxLimit: number;
  readonly backoffRatio: number;
  /** Seconds. */
  readonly timeout: number;
}

export class AimdLimit implements SampledLimit {
  limit: number;
  private readonly minLimit: number;
  private readonly maxLimit: number;
  private readonly backoffRatio: number;
  private readonly timeoutNs: number;

  constructor(parameters: AimdParameters) {
    this.limit = parameters.initialLimit;
    this.minLimit = parameters.minLimit;
    this.maxLimit = parameters.maxLimit;
    this.backoffRatio = parameters.backoffRatio;
    this.timeoutNs = Math.round(parameters.timeout * NS_PER_S);
  }

  onSample(_startS: number, roundTripS: number, inFlight: number, dropped: boolean): void {
    this.update(Math.round(roundTripS * NS_PER_S), inFlight, dropped);
  }

  update(roundTripNs: number, inFlight: number, dropped: boolean): void {
    let limit = this.limit;
    if (dropped || roundTripNs > this.timeoutNs) limit = Math.trunc(limit * this.backoffRatio);
    // Less than half used says nothing about whether more would do harm.
    else if (inFlight * 2 >= limit) limit++;
    this.limit = Math.min(this.maxLimit, Math.max(this.minLimit, limit));
  }
}

export const aimd = definePolicy({
  point: 'concurrency',
  name: 'aimd',
  summary: 'One more in flight after each success near the limit, a fixed share fewer after each failure.',
  source: 'AIMDLimit of Netflix concurrency-limits, commit 78a74b9; Chiu and Jain (1989).',
  helps:
    'When overload shows as errors or time-outs: it finds the edge and shares it fairly between clients.',
  hurts: 'When overload shows only as latency: it grows until the time-out, and the queue with it.',
  parameters: z
    .strictObject({
      initialLimit: count().default(20).describe('Limit before the first sample.'),
      minLimit: count().default(20).describe('Lowest limit.'),
      maxLimit: count().default(200).describe('Highest limit.'),
      backoffRatio: fraction()
        .refine((ratio) => ratio >= 0.5 && ratio < 1, {
          error: 'expected a ratio of at least 0.5 and below 1',
        })
        .default(0.9)
        .describe('Factor on the limit after a failure or time-out; the result is rounded down.'),
      timeout: positiveDurationS().default(5).describe('A round trip longer than this counts as a failure.'),
      window: windowParameter(),
    })
    .refine((value) => value.minLimit <= value.maxLimit, {
      error: 'expected `minLimit` of at most `maxLimit`',
      path: ['minLimit'],
    }),
  create: (parameters): ConcurrencyLimit => behindWindow(new AimdLimit(parameters), parameters.window),
});
