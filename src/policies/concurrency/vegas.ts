/**
 * VegasLimit of Netflix concurrency-limits (commit 78a74b9), after TCP Vegas (Brakmo and Peterson 1995): estimates how
 * many of the tasks in flight are queueing, as limit x (1 - no-load round trip / round trip), and holds that number
 * between alpha and beta. Arithmetic and its order are the library's, in float64 over nanoseconds, so that limits
 * equal it sample by sample.
 */
import { z } from 'zod';
import { count, fraction } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { ConcurrencyLimit, Why } from '../points.js';
import { EvenJitter } from './jitter.js';
import { behindWindow, NS_PER_S, type SampledLimit, windowParameter } from './windowed.js';

/** A fixed number, or a multiple of `log10OfLimit`. */
type ByLimit = number | 'log10';

/** Factors on `log10OfLimit`; fixed in the library's defaults. */
const ALPHA_FACTOR = 3;
const BETA_FACTOR = 6;

interface VegasParameters {
  readonly initialLimit: number;
  readonly maxLimit: number;
  readonly smoothing: number;
  readonly alpha: ByLimit;
  readonly beta: ByLimit;
  readonly threshold: ByLimit;
  readonly increase: ByLimit;
  readonly decrease: ByLimit;
  readonly probeMultiplier: number;
  readonly probeJitter?: number | undefined;
}

/** Whole decimal logarithm of a whole number, at least 1: the library's Log10RootIntFunction. */
function log10OfLimit(limit: number): number {
  let log10 = 0;
  for (let power = 10; power <= limit; power *= 10) log10++;
  return Math.max(1, log10);
}

function valueAt(value: ByLimit, byLimit: number): number {
  return value === 'log10' ? byLimit : value;
}

export class VegasLimit implements SampledLimit {
  private estimated: number;
  private noLoadNs = 0;
  private samplesSinceProbe = 0;
  private probeJitter: number;
  private readonly jitter: EvenJitter;
  private probes = 0;
  private reason = 'no-sample-yet';
  private roundTripNs = 0;
  private queue = 0;

  constructor(
    private readonly parameters: VegasParameters,
    stage: number,
  ) {
    this.estimated = parameters.initialLimit;
    this.jitter = new EvenJitter(stage);
    this.probeJitter = this.nextProbeJitter();
  }

  get limit(): number {
    return Math.trunc(this.estimated);
  }

  onSample(_startS: number, roundTripS: number, inFlight: number, dropped: boolean): void {
    this.update(Math.round(roundTripS * NS_PER_S), inFlight, dropped);
  }

  update(roundTripNs: number, inFlight: number, dropped: boolean): void {
    // A step that takes no time exists in a model only; the library refuses it.
    if (roundTripNs <= 0) return;
    this.roundTripNs = roundTripNs;
    this.samplesSinceProbe++;
    if (this.probeJitter * this.parameters.probeMultiplier * this.estimated <= this.samplesSinceProbe) {
      // The shortest round trip may be out of date: whatever comes now stands for no load.
      this.probeJitter = this.nextProbeJitter();
      this.samplesSinceProbe = 0;
      this.probes++;
      this.noLoadNs = roundTripNs;
      this.reason = 'probe';
    } else if (this.noLoadNs === 0 || roundTripNs < this.noLoadNs) {
      this.noLoadNs = roundTripNs;
      this.reason = 'shortest-round-trip';
    } else {
      this.queue = Math.ceil(this.estimated * (1 - this.noLoadNs / roundTripNs));
      this.adjust(inFlight, dropped);
    }
  }

  private adjust(inFlight: number, dropped: boolean): void {
    const { alpha, beta, threshold, increase, decrease, smoothing, maxLimit } = this.parameters;
    const log10 = log10OfLimit(this.limit);
    let limit = this.estimated;
    if (dropped) {
      limit -= valueAt(decrease, log10);
      this.reason = 'failure';
    } else if (inFlight * 2 < limit) {
      // Less than half used says nothing about whether more would do harm.
      this.reason = 'limit-unused';
      return;
    } else if (this.queue <= valueAt(threshold, log10)) {
      limit += valueAt(beta, BETA_FACTOR * log10);
      this.reason = 'no-queue';
    } else if (this.queue < valueAt(alpha, ALPHA_FACTOR * log10)) {
      limit += valueAt(increase, log10);
      this.reason = 'queue-below-alpha';
    } else if (this.queue > valueAt(beta, BETA_FACTOR * log10)) {
      limit -= valueAt(decrease, log10);
      this.reason = 'queue-above-beta';
    } else {
      this.reason = 'queue-as-wanted';
      return;
    }
    limit = Math.max(1, Math.min(maxLimit, limit));
    this.estimated = (1 - smoothing) * this.estimated + smoothing * limit;
  }

  private nextProbeJitter(): number {
    return this.parameters.probeJitter ?? 0.5 + this.jitter.next() / 2;
  }

  why(): Why {
    return {
      reason: this.reason,
      numbers: {
        limit: this.limit,
        roundTripS: this.roundTripNs / NS_PER_S,
        noLoadRoundTripS: this.noLoadNs / NS_PER_S,
        queueEstimate: this.queue,
      },
    };
  }

  measures(): Readonly<Record<string, number>> {
    return { no_load_round_trip_s: this.noLoadNs / NS_PER_S, probes: this.probes };
  }

  beginMeasuring(): void {
    this.probes = 0;
  }
}

const byLimitParameter = () =>
  z.union([count(0), z.literal('log10')], { error: 'expected a whole number of at least 0, or log10' });

export const vegas = definePolicy({
  point: 'concurrency',
  name: 'vegas',
  summary:
    'Estimates how many tasks in flight are queueing, from the shortest round trip seen, and keeps that number small.',
  source: 'VegasLimit of Netflix concurrency-limits, commit 78a74b9; Brakmo and Peterson (1995).',
  helps: 'When one kind of request has a steady time without load: it holds a short queue and little more.',
  hurts:
    'When round trips differ by nature (short and long generations): the shortest stands for all, and the limit falls.',
  parameters: z
    .strictObject({
      initialLimit: count().default(20).describe('Limit before the first sample.'),
      maxLimit: count().default(1000).describe('Highest limit; the lowest is 1.'),
      smoothing: fraction().default(1).describe('Weight of a new estimate; 1 takes it over at once.'),
      alpha: byLimitParameter()
        .default('log10')
        .describe(
          'Queue estimate below which the limit grows: a number, or 3 times the whole decimal logarithm of the limit (at least 1).',
        ),
      beta: byLimitParameter()
        .default('log10')
        .describe(
          'Queue estimate above which the limit shrinks, and the step by which it grows without a queue: a number, or 6 times that logarithm.',
        ),
      threshold: byLimitParameter()
        .default('log10')
        .describe('Queue estimate up to which there is said to be no queue: a number, or that logarithm.'),
      increase: byLimitParameter()
        .default('log10')
        .describe('Step up while the queue estimate is below `alpha`: a number, or that logarithm.'),
      decrease: byLimitParameter()
        .default('log10')
        .describe('Step down after a failure or above `beta`: a number, or that logarithm.'),
      probeMultiplier: count()
        .default(30)
        .describe(
          'After this many samples per task of the limit, times a jitter, the next round trip becomes the no-load one.',
        ),
      probeJitter: fraction()
        .refine((jitter) => jitter > 0, { error: 'expected a fraction above 0' })
        .optional()
        .describe('The jitter as a constant. Omitted: spread evenly over [0.5, 1), anew after every probe.'),
      window: windowParameter(),
    })
    .refine(({ alpha, beta }) => alpha === 'log10' || beta === 'log10' || alpha <= beta, {
      error: 'expected `alpha` of at most `beta`: between them the limit rests',
      path: ['alpha'],
    }),
  create: (parameters, _view, runtime): ConcurrencyLimit =>
    behindWindow(new VegasLimit(parameters, runtime.stage), parameters.window),
});
