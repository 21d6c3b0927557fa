/**
 * GradientController of Envoy written down once more from the C++ source, with the histogram of circllhist as a plain
 * list, and compared with the policy after every sample and timer. Without jitter, which Envoy draws at random; times
 * are eighths of a second, so that both clocks add up exactly.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { envoyGradient } from '../../../src/policies/concurrency/envoy-gradient.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';

interface Settings {
  readonly percentile: number;
  readonly maxLimit: number;
  readonly updateInterval: number;
  readonly minRtt: number | undefined;
  readonly minRttInterval: number;
  readonly minRttRequests: number;
  readonly minRttConcurrency: number;
  readonly buffer: number;
}

/** hist_insert and hist_approx_quantile: bins of two significant digits. */
function approximateQuantile(valuesUs: readonly number[], share: number): number {
  const bins = new Map<number, { width: number; count: number }>();
  for (const value of valuesUs) {
    const power = 10 ** (String(value).length - 1);
    const left = (Math.floor((value * 10) / power) * power) / 10;
    const bin = bins.get(left) ?? { width: power / 10, count: 0 };
    bin.count++;
    bins.set(left, bin);
  }
  const sorted = [...bins].sort(([a], [b]) => a - b);
  const target = valuesUs.length * share;
  let upper = 0;
  for (const [i, [left, { width, count }]] of sorted.entries()) {
    const lower = upper;
    upper += count;
    if (upper < target && i < sorted.length - 1) continue;
    if (lower === target) return left;
    if (upper === target) return left + width;
    return left + ((target - lower) / (upper - lower)) * width;
  }
  throw new Error('no values');
}

class CppController {
  limit: number;
  /** 0: not in the window in which minRTT is measured. */
  private deferredLimit = 0;
  private minRttUs = 0;
  private epochS = 0;
  private consecutiveMin = 0;
  private histogramUs: number[] = [];
  private sampleTimerS: number;
  private minRttTimerS = Number.POSITIVE_INFINITY;

  constructor(private readonly s: Settings) {
    this.limit = s.minRttConcurrency;
    if (s.minRtt === undefined) this.enterMinRttSamplingWindow(0);
    else this.minRttUs = s.minRtt * 1e6;
    this.sampleTimerS = s.updateInterval;
  }

  advanceTo(toS: number): void {
    for (;;) {
      const nextS = Math.min(this.sampleTimerS, this.minRttTimerS);
      if (nextS > toS) return;
      if (this.sampleTimerS <= this.minRttTimerS) this.onSampleTimer(nextS);
      else {
        this.minRttTimerS = Number.POSITIVE_INFINITY;
        this.enterMinRttSamplingWindow(nextS);
      }
    }
  }

  recordLatencySample(sentS: number, latencyUs: number, nowS: number): void {
    if (sentS < this.epochS) return;
    this.histogramUs.push(latencyUs);
    if (this.deferredLimit === 0 || this.histogramUs.length < this.s.minRttRequests) return;
    this.minRttUs = this.takePercentile();
    this.updateLimit(this.deferredLimit, nowS);
    this.deferredLimit = 0;
    this.minRttTimerS = nowS + this.s.minRttInterval;
    this.sampleTimerS = nowS + this.s.updateInterval;
  }

  private onSampleTimer(nowS: number): void {
    this.sampleTimerS = Number.POSITIVE_INFINITY;
    if (this.deferredLimit > 0) return;
    if (this.histogramUs.length > 0) this.updateLimit(this.newLimit(this.takePercentile()), nowS);
    this.sampleTimerS = nowS + this.s.updateInterval;
  }

  private enterMinRttSamplingWindow(nowS: number): void {
    if (this.deferredLimit > 0) return;
    this.deferredLimit = this.limit;
    this.updateLimit(this.s.minRttConcurrency, nowS);
    this.histogramUs = [];
    this.epochS = nowS;
  }

  private takePercentile(): number {
    const quantile = approximateQuantile(this.histogramUs, this.s.percentile);
    this.histogramUs = [];
    return Math.trunc(quantile);
  }

  private newLimit(sampleRttUs: number): number {
    const minRtt = this.minRttUs * 1000;
    const bufferedMinRtt = minRtt + minRtt * this.s.buffer;
    const gradient = Math.max(0.5, Math.min(2, bufferedMinRtt / (sampleRttUs * 1000)));
    const limit = this.limit * gradient;
    return Math.max(
      this.s.minRttConcurrency,
      Math.min(this.s.maxLimit, Math.trunc(limit + Math.sqrt(limit))),
    );
  }

  private updateLimit(next: number, nowS: number): void {
    const old = this.limit;
    const lowest = this.s.minRttConcurrency;
    this.limit = next;
    if (this.deferredLimit === 0 && old === lowest && next === lowest) this.consecutiveMin++;
    else this.consecutiveMin = 0;
    if (this.consecutiveMin >= 5 && this.s.minRtt === undefined) this.minRttTimerS = nowS;
  }
}

test('as written down from the C++ source: the limit after every sample and every timer', () => {
  const settings = fc
    .record({
      percentile: fc.constantFrom(0.01, 0.5, 0.9, 0.99, 1),
      more: fc.oneof(fc.nat(20), fc.constant(1000)),
      updateInterval: fc.constantFrom(0.125, 0.25, 0.5),
      minRtt: fc.constantFrom(undefined, undefined, 0.005, 0.25),
      // Never at the same instant as an update.
      minRttInterval: fc.nat(200).map((n) => n / 2 + 1 / 16),
      minRttRequests: fc.integer({ min: 1, max: 60 }),
      minRttConcurrency: fc.integer({ min: 1, max: 10 }),
      buffer: fc.integer({ min: 0, max: 100 }).map((n) => n / 100),
    })
    .map(({ more, ...s }) => ({ ...s, maxLimit: s.minRttConcurrency + more }));
  const samples = fc.array(
    fc.record({
      // Off the grid of the timers.
      gapS: fc.oneof(
        fc.constant(0),
        fc.nat(32).map((n) => n / 64),
        fc.nat(6).map((n) => n * 4),
      ),
      latencyUs: fc.oneof(
        fc.integer({ min: 1, max: 12 }),
        fc.integer({ min: 1, max: 20_000 }),
        fc.integer({ min: 1, max: 4 }).map((n) => n * 100_000),
      ),
      times: fc.constantFrom(1, 1, 5, 40),
    }),
    { minLength: 1, maxLength: 120 },
  );
  fc.assert(
    fc.property(settings, samples, ({ minRtt, ...s }, sequence) => {
      const runtime = fakeRuntime();
      const parameters = { ...s, minRttJitter: 0, ...(minRtt === undefined ? {} : { minRtt }) };
      const policy = make(envoyGradient, parameters, {}, runtime);
      const library = new CppController({ ...s, minRtt });
      let nowS = 1 / 1024;
      for (const { gapS, latencyUs, times } of sequence) {
        nowS += gapS;
        runtime.advanceTo(nowS);
        library.advanceTo(nowS);
        expect(policy.limit).toBe(library.limit);
        for (let i = 0; i < times; i++) {
          const sentS = nowS - latencyUs / 1e6;
          policy.onSample(sentS, latencyUs / 1e6, 1, false);
          library.recordLatencySample(sentS, latencyUs, nowS);
          expect(policy.limit).toBe(library.limit);
        }
      }
    }),
    { numRuns: 400 },
  );
});
