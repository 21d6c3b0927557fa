/**
 * The gradient controller of Envoy's adaptive concurrency filter (gradient_controller.cc, commit 149521d). Every
 * `updateInterval` the limit follows the round trips of that interval:
 *
 *     gradient = (minRTT + buffer) / sampleRTT, within [0.5, 2]
 *     limit = gradient x limit + sqrt(gradient x limit), rounded down
 *
 * and from time to time it is pinned low until enough round trips have measured minRTT anew.
 *
 * Two things differ: over the limit tasks wait here, where Envoy refuses; and a request that its client gives up counts
 * with the time that it took until then, where Envoy leaves it out.
 */
import { z } from 'zod';
import { count, fraction, periodS, positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { ConcurrencyLimit, Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import { EvenJitter } from './jitter.js';
import { LogLinearHistogram } from './log-linear-histogram.js';

const US_PER_S = 1e6;
const NS_PER_US = 1000;

const MIN_GRADIENT = 0.5;
const MAX_GRADIENT = 2;
/** Updates in a row that leave the limit at the lowest, after which minRTT is thought to be out of date. */
const UPDATES_AT_MIN = 5;

interface EnvoyGradientParameters {
  readonly percentile: number;
  readonly maxLimit: number;
  readonly minLimit?: number | undefined;
  /** Seconds. */
  readonly updateInterval: number;
  /** Seconds. */
  readonly minRtt?: number | undefined;
  /** Seconds. */
  readonly minRttInterval: number;
  readonly minRttRequests: number;
  readonly minRttJitter: number;
  readonly minRttConcurrency: number;
  readonly buffer: number;
}

export class EnvoyGradientLimit implements ConcurrencyLimit {
  limit: number;
  private readonly minLimit: number;
  private readonly jitter: EvenJitter;
  private readonly latenciesUs = new LogLinearHistogram();
  private minRttUs = 0;
  private sampleRttUs = 0;
  private gradient = 0;
  private updatesAtMin = 0;
  /** Whether minRTT is being measured; then the limit to go back to, and since when. */
  private measuring = false;
  private limitBefore = 0;
  private measuringSinceS = 0;
  private updateTimer = 0;
  private minRttTimer = 0;
  /** For the figures: windows in which minRTT was measured, their time, and since when they are counted. */
  private minRttWindows = 0;
  private measuredForS = 0;
  private countedFromS = 0;

  constructor(
    private readonly parameters: EnvoyGradientParameters,
    private readonly runtime: PolicyRuntime,
  ) {
    this.minLimit = parameters.minLimit ?? parameters.minRttConcurrency;
    this.limit = this.minLimit;
    this.jitter = new EvenJitter(runtime.stage);
    this.updateTimer = runtime.after(parameters.updateInterval, this.update);
    if (parameters.minRtt === undefined) this.measureMinRtt();
    else this.minRttUs = Math.round(parameters.minRtt * US_PER_S);
  }

  onSample(startS: number, roundTripS: number): void {
    // What began before the limit was pinned says nothing about a server without load.
    if (startS < this.measuringSinceS) return;
    // Whole microseconds, cut as in Envoy; nanoseconds first, so that 5 ms is not 4.999999.
    const latencyUs = Math.floor(Math.round(roundTripS * US_PER_S * NS_PER_US) / NS_PER_US);
    // A step that takes no time exists in a model only.
    if (latencyUs < 1) return;
    this.latenciesUs.add(latencyUs);
    if (this.measuring && this.latenciesUs.count >= this.parameters.minRttRequests) this.setMinRtt();
  }

  private readonly measureMinRtt = (): void => {
    if (this.measuring) return;
    this.measuring = true;
    this.minRttWindows++;
    this.limitBefore = this.limit;
    if (this.parameters.minLimit === undefined) this.setLimit(this.parameters.minRttConcurrency);
    this.latenciesUs.clear();
    this.measuringSinceS = this.runtime.nowS();
  };

  private setMinRtt(): void {
    const { parameters, runtime } = this;
    this.minRttUs = this.takePercentileUs();
    if (parameters.minLimit === undefined) this.setLimit(this.limitBefore);
    this.measuring = false;
    this.measuredForS += runtime.nowS() - Math.max(this.measuringSinceS, this.countedFromS);
    const waitS = parameters.minRttInterval * (1 + parameters.minRttJitter * this.jitter.next());
    this.minRttTimer = runtime.after(waitS, this.measureMinRtt);
    runtime.cancel(this.updateTimer);
    this.updateTimer = runtime.after(parameters.updateInterval, this.update);
  }

  /** At the end of an update interval. While minRTT is measured there are no updates: its end begins them again. */
  private readonly update = (): void => {
    if (this.measuring) return;
    if (this.latenciesUs.count > 0) {
      this.sampleRttUs = this.takePercentileUs();
      this.setLimit(this.newLimit());
    }
    this.updateTimer = this.runtime.after(this.parameters.updateInterval, this.update);
  };

  private newLimit(): number {
    // Nanoseconds, as in Envoy, so that the last digit is the same.
    const minRttNs = this.minRttUs * NS_PER_US;
    const bufferedNs = minRttNs + minRttNs * this.parameters.buffer;
    const sampleRttNs = this.sampleRttUs * NS_PER_US;
    this.gradient = Math.max(MIN_GRADIENT, Math.min(MAX_GRADIENT, bufferedNs / sampleRttNs));
    const limit = this.limit * this.gradient;
    // Without headroom a limit that is too low would stay so: its round trips are as short as can be.
    const headroom = Math.sqrt(limit);
    return Math.max(this.minLimit, Math.min(this.parameters.maxLimit, Math.floor(limit + headroom)));
  }

  private setLimit(limit: number): void {
    const before = this.limit;
    this.limit = limit;
    if (limit !== before) this.runtime.wake();
    const stays = !this.measuring && before === this.minLimit && limit === this.minLimit;
    this.updatesAtMin = stays ? this.updatesAtMin + 1 : 0;
    if (this.updatesAtMin < UPDATES_AT_MIN || this.parameters.minRtt !== undefined) return;
    this.runtime.cancel(this.minRttTimer);
    this.minRttTimer = this.runtime.after(0, this.measureMinRtt);
  }

  private takePercentileUs(): number {
    const us = Math.trunc(this.latenciesUs.quantile(this.parameters.percentile));
    this.latenciesUs.clear();
    return us;
  }

  why(): Why {
    return {
      reason: this.measuring ? 'measuring-min-rtt' : this.sampleRttUs === 0 ? 'no-update-yet' : 'gradient',
      numbers: {
        limit: this.limit,
        minRttS: this.minRttUs / US_PER_S,
        sampleRttS: this.sampleRttUs / US_PER_S,
        gradient: this.gradient,
      },
    };
  }

  measures(nowS: number): Readonly<Record<string, number>> {
    const presentS = this.measuring ? nowS - Math.max(this.measuringSinceS, this.countedFromS) : 0;
    return {
      min_rtt_s: this.minRttUs / US_PER_S,
      min_rtt_windows: this.minRttWindows,
      min_rtt_windows_s: this.measuredForS + presentS,
    };
  }

  beginMeasuring(nowS: number): void {
    this.minRttWindows = 0;
    this.measuredForS = 0;
    this.countedFromS = nowS;
  }
}

export const envoyGradient = definePolicy({
  point: 'concurrency',
  name: 'envoy-gradient',
  summary:
    'Moves the limit by the ratio of the round trip without load to the present one, and measures the former by pinning the limit low from time to time.',
  source: 'Gradient controller of Envoy, adaptive concurrency filter, commit 149521d.',
  helps:
    'When requests are short, many and alike: the limit follows a server that becomes slower or faster within seconds.',
  hurts:
    'When requests are few or long: the limit stays pinned until enough have ended, and a mix of lengths reads as load.',
  parameters: z
    .strictObject({
      percentile: fraction()
        .default(0.5)
        .describe('Quantile of the round trips that stands for an interval, and for minRTT.'),
      maxLimit: count().default(1000).describe('Highest limit.'),
      minLimit: count()
        .optional()
        .describe(
          'Lowest limit. Omitted: `minRttConcurrency`. Given: the limit is not pinned while minRTT is measured.',
        ),
      updateInterval: periodS().default(0.1).describe('Time between two updates of the limit.'),
      minRtt: positiveDurationS()
        .optional()
        .describe('Round trip without load, where it is known. Omitted: it is measured.'),
      minRttInterval: periodS()
        .default(60)
        .describe('Time from the end of one measurement of minRTT to the next.'),
      minRttRequests: count().default(50).describe('Requests that a measurement of minRTT takes.'),
      minRttJitter: fraction()
        .default(0.15)
        .describe(
          'Up to this share of the interval is added to it, spread evenly, so that stages measure at different times.',
        ),
      minRttConcurrency: count().default(3).describe('The limit while minRTT is measured.'),
      buffer: fraction()
        .default(0.25)
        .describe('Share of minRTT added to it, so that natural variation does not read as load.'),
    })
    .refine((value) => (value.minLimit ?? value.minRttConcurrency) <= value.maxLimit, {
      error: 'expected `maxLimit` of at least `minLimit` (or `minRttConcurrency` where that is omitted)',
      path: ['maxLimit'],
    }),
  create: (parameters, _view, runtime): ConcurrencyLimit => new EnvoyGradientLimit(parameters, runtime),
});
