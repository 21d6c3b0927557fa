/**
 * Samples gathered into windows before an adaptive limit sees them: WindowedLimit of Netflix concurrency-limits
 * (commit 78a74b9), with the average or a percentile of each window. Times are whole nanoseconds as in the library.
 */
import { z } from 'zod';
import { count, durationS, fraction, positiveDurationS } from '../../units/schema.js';
import type { ConcurrencyLimit, Why } from '../points.js';

export const NS_PER_S = 1e9;

/** What a window feeds: a limit that takes round trips in nanoseconds. */
export interface SampledLimit extends ConcurrencyLimit {
  update(roundTripNs: number, inFlight: number, dropped: boolean): void;
}

export const windowParameter = () =>
  z
    .strictObject({
      min: positiveDurationS().default(1).describe('Shortest window.'),
      max: positiveDurationS()
        .default(1)
        .describe(
          'Longest window; between them it lasts twice the shortest round trip of the window before.',
        ),
      size: count().default(10).describe('Samples that a window needs; one with fewer is thrown away.'),
      threshold: durationS()
        .default(0.0001)
        .describe('Round trips below this are ignored, health checks for example.'),
      percentile: fraction()
        .optional()
        .describe('Quantile of the window’s round trips that stands for it. Omitted: their average.'),
      samples: count()
        .default(100)
        .describe('With a percentile: samples kept of a window; later ones are ignored.'),
    })
    .refine((window) => window.min <= window.max, {
      error: 'expected `min` of at most `max`',
      path: ['min'],
    })
    .refine((window) => window.percentile === undefined || window.size <= window.samples, {
      error: 'expected `samples` of at least `size`, or no window would ever be complete',
      path: ['samples'],
    })
    .optional()
    .describe(
      'Gathers samples into windows, each fed as one sample. Omitted: every sample counts by itself.',
    );

export type WindowParameters = NonNullable<z.output<ReturnType<typeof windowParameter>>>;

/** The round trips of one window, as one number. */
interface WindowStatistic {
  /** False where the window is full and the sample must be ignored. */
  add(roundTripNs: number): boolean;
  readonly count: number;
  trackedNs(): number;
  clear(): void;
}

class AverageStatistic implements WindowStatistic {
  count = 0;
  private sumNs = 0;

  add(roundTripNs: number): boolean {
    this.count++;
    this.sumNs += roundTripNs;
    return true;
  }

  /** Integer division, as of Java longs; the remainder is taken off first, so that nothing is rounded. */
  trackedNs(): number {
    return (this.sumNs - (this.sumNs % this.count)) / this.count;
  }

  clear(): void {
    this.count = 0;
    this.sumNs = 0;
  }
}

class PercentileStatistic implements WindowStatistic {
  count = 0;
  private readonly observedNs: Float64Array;

  constructor(
    private readonly quantile: number,
    samples: number,
  ) {
    this.observedNs = new Float64Array(samples);
  }

  add(roundTripNs: number): boolean {
    if (this.count === this.observedNs.length) return false;
    this.observedNs[this.count++] = roundTripNs;
    return true;
  }

  trackedNs(): number {
    const sorted = this.observedNs.slice(0, this.count).sort();
    return sorted[Math.max(0, Math.round(this.count * this.quantile) - 1)]!;
  }

  clear(): void {
    this.count = 0;
  }
}

export class WindowedLimit implements ConcurrencyLimit {
  private readonly minNs: number;
  private readonly maxNs: number;
  private readonly size: number;
  private readonly thresholdNs: number;
  private readonly statistic: WindowStatistic;
  private nextUpdateNs = 0;
  private shortestNs = Number.POSITIVE_INFINITY;
  private maxInFlight = 0;
  private anyDropped = false;

  constructor(
    private readonly delegate: SampledLimit,
    window: WindowParameters,
  ) {
    this.minNs = Math.round(window.min * NS_PER_S);
    this.maxNs = Math.round(window.max * NS_PER_S);
    this.size = window.size;
    this.thresholdNs = Math.round(window.threshold * NS_PER_S);
    this.statistic =
      window.percentile === undefined
        ? new AverageStatistic()
        : new PercentileStatistic(window.percentile, window.samples);
  }

  get limit(): number {
    return this.delegate.limit;
  }

  onSample(startS: number, roundTripS: number, inFlight: number, dropped: boolean): void {
    const roundTripNs = Math.round(roundTripS * NS_PER_S);
    if (roundTripNs < this.thresholdNs) return;
    if (this.statistic.add(roundTripNs)) {
      this.shortestNs = Math.min(this.shortestNs, roundTripNs);
      this.maxInFlight = Math.max(this.maxInFlight, inFlight);
      this.anyDropped ||= dropped;
    }
    const endNs = Math.round(startS * NS_PER_S) + roundTripNs;
    if (endNs > this.nextUpdateNs) this.close(endNs);
  }

  private close(endNs: number): void {
    this.nextUpdateNs = endNs + Math.min(Math.max(this.shortestNs * 2, this.minNs), this.maxNs);
    if (this.statistic.count >= this.size)
      this.delegate.update(this.statistic.trackedNs(), this.maxInFlight, this.anyDropped);
    this.statistic.clear();
    this.shortestNs = Number.POSITIVE_INFINITY;
    this.maxInFlight = 0;
    this.anyDropped = false;
  }

  why(task: number, nowS: number): Why {
    return this.delegate.why?.(task, nowS) ?? { reason: 'limit', numbers: { limit: this.limit } };
  }

  measures(nowS: number): Readonly<Record<string, number>> {
    return this.delegate.measures?.(nowS) ?? {};
  }

  beginMeasuring(nowS: number): void {
    this.delegate.beginMeasuring?.(nowS);
  }
}

/** The limit itself, or behind windows where the scenario asks for them. */
export function behindWindow(limit: SampledLimit, window: WindowParameters | undefined): ConcurrencyLimit {
  return window === undefined ? limit : new WindowedLimit(limit, window);
}
