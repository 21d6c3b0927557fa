/**
 * Gradient2Limit of Netflix concurrency-limits (commit 78a74b9): the limit follows the ratio of the long-term round
 * trip to the present one. Arithmetic and its order are the library's, in float64 over nanoseconds, so that limits
 * equal it sample by sample.
 */
import { z } from 'zod';
import { count, fraction } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { ConcurrencyLimit } from '../points.js';
import { behindWindow, NS_PER_S, type SampledLimit, windowParameter } from './windowed.js';

/** Samples averaged plainly before the exponential average begins; fixed in the library. */
const WARM_UP_SAMPLES = 10;
/** Where the long-term round trip is over this many times the present one, it is pulled down. */
const DRIFT_RATIO = 2;
const DRIFT_CORRECTION = 0.95;
/** The smallest queue allowance of `queueSize: sqrt`; the library's SquareRootFunction with its usual baseline. */
const SQRT_BASELINE = 4;

interface Gradient2Parameters {
  readonly initialLimit: number;
  readonly minLimit: number;
  readonly maxLimit: number;
  readonly smoothing: number;
  readonly queueSize: number | 'sqrt';
  readonly longWindow: number;
  readonly tolerance: number;
}

/** Exponential average over about `window` samples, warmed up by a plain one. */
class LongTermAverage {
  private value = 0;
  private sum = 0;
  private samples = 0;
  private readonly weight: number;

  constructor(window: number) {
    this.weight = 2 / (window + 1);
  }

  add(sample: number): number {
    if (this.samples < WARM_UP_SAMPLES) {
      this.samples++;
      this.sum += sample;
      this.value = this.sum / this.samples;
    } else {
      this.value = this.value * (1 - this.weight) + sample * this.weight;
    }
    return this.value;
  }

  scale(factor: number): void {
    this.value *= factor;
  }
}

export class Gradient2Limit implements SampledLimit {
  private estimated: number;
  private readonly longRoundTripNs: LongTermAverage;
  private readonly minLimit: number;
  private readonly maxLimit: number;
  private readonly smoothing: number;
  private readonly queueSize: number | 'sqrt';
  private readonly tolerance: number;

  constructor(parameters: Gradient2Parameters) {
    this.estimated = parameters.initialLimit;
    this.minLimit = parameters.minLimit;
    this.maxLimit = parameters.maxLimit;
    this.smoothing = parameters.smoothing;
    this.queueSize = parameters.queueSize;
    this.tolerance = parameters.tolerance;
    this.longRoundTripNs = new LongTermAverage(parameters.longWindow);
  }

  get limit(): number {
    return Math.trunc(this.estimated);
  }

  onSample(_startS: number, roundTripS: number, inFlight: number, dropped: boolean): void {
    this.update(Math.round(roundTripS * NS_PER_S), inFlight, dropped);
  }

  /** Failures get no treatment of their own: they count by their round trip alone. */
  update(roundTripNs: number, inFlight: number, _dropped: boolean): void {
    const queueAllowance =
      this.queueSize === 'sqrt'
        ? Math.max(SQRT_BASELINE, Math.floor(Math.sqrt(Math.trunc(this.estimated))))
        : this.queueSize;
    const longNs = this.longRoundTripNs.add(roundTripNs);
    // As long as no step has taken any time there is no ratio; the library's limit would be no number from then on.
    if (longNs === 0) return;
    // Latency is back to normal after long overload: do not wait for the average to notice.
    if (longNs / roundTripNs > DRIFT_RATIO) this.longRoundTripNs.scale(DRIFT_CORRECTION);
    // Less than half used says nothing about whether more would do harm.
    if (inFlight < this.estimated / 2) return;
    // At most halved by one sample, so that an outlier sheds no great part of the load.
    const gradient = Math.max(0.5, Math.min(1, (this.tolerance * longNs) / roundTripNs));
    const target = this.estimated * gradient + queueAllowance;
    const smoothed = this.estimated * (1 - this.smoothing) + target * this.smoothing;
    this.estimated = Math.max(this.minLimit, Math.min(this.maxLimit, smoothed));
  }
}

export const gradient2 = definePolicy({
  point: 'concurrency',
  name: 'gradient2',
  summary:
    'Shrinks the limit as round trips grow over their long-term average, and lets it grow while they do not.',
  source: 'Gradient2Limit of Netflix concurrency-limits, commit 78a74b9.',
  helps: 'When overload shows as latency before it shows as errors, and round trips are alike.',
  hurts: 'When round trips differ by nature (short and long generations): it reads the mix as load.',
  parameters: z
    .strictObject({
      initialLimit: count().default(20).describe('Limit before the first sample.'),
      minLimit: count().default(20).describe('Lowest limit.'),
      maxLimit: count().default(200).describe('Highest limit.'),
      smoothing: fraction().default(0.2).describe('Weight of a new estimate; 1 takes it over at once.'),
      queueSize: z
        .union([count(0), z.literal('sqrt')], { error: 'expected a whole number of at least 0, or sqrt' })
        .default(4)
        .describe(
          'Queueing allowed above the estimate: a number, or the square root of the limit (at least 4).',
        ),
      longWindow: count().default(600).describe('Samples over which the long-term round trip is averaged.'),
      tolerance: z
        .number({ error: 'expected a number of at least 1' })
        .min(1)
        .default(1.5)
        .describe('Ratio of present to long-term round trip from which the limit shrinks.'),
      window: windowParameter(),
    })
    .refine((value) => value.minLimit <= value.maxLimit, {
      error: 'expected `minLimit` of at most `maxLimit`',
      path: ['minLimit'],
    }),
  create: (parameters): ConcurrencyLimit => behindWindow(new Gradient2Limit(parameters), parameters.window),
});
