import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  orderStatisticInterval,
  pooledQuantile,
} from '../../../src/experiment/statistics/quantile-interval.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';
import { Histogram } from '../../../src/metrics/histogram.js';

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

const uniform = new StreamFactory('quantile intervals').stream('uniform');
const drawn = (count: number): number[] => Array.from({ length: count }, () => uniform.next());

describe('the pooled quantile', () => {
  it('is that of all values together, not the mean of those of the runs', () => {
    const runs = [histogramOf([1, 2, 3]), histogramOf([10, 20, 30, 40, 50, 60, 70])];
    // Of ten values the fifth; the mean of the medians would be 21.
    expect(pooledQuantile(runs, 0.5).value / 20).toBeCloseTo(1, 2);
  });

  it("has Woodruff's interval: by hand, for three runs with 80, 90 and 100 of 100 values at or below it", () => {
    // 1 to 100, and so many below the pooled 0.9 quantile as the run's number says.
    const run = (below: number) =>
      histogramOf(Array.from({ length: 100 }, (_, i) => (i < below ? 1 + i / 100 : 10 + i / 100)));
    const runs = [run(80), run(90), run(100)];
    // Shares 0.8, 0.9, 1: standard deviation 0.1, t(0.975, 2) = 4.3027, half 4.3027·0.1/√3 = 0.2484.
    const { value, low, high } = pooledQuantile(runs, 0.9);
    expect(value).toBeGreaterThan(1.85);
    expect(value).toBeLessThan(2);
    // The share 0.6516 is the 195th value of 300: of the three runs' values 1 + i/100 the 65th.
    expect(low! / 1.645).toBeCloseTo(1, 2);
    expect(high).toBe(10.99);
  });

  it('weighs a run by its values: an empty one says nothing', () => {
    const runs = [histogramOf(drawn(500)), histogramOf(drawn(500)), histogramOf(drawn(500))];
    const { value, low, high } = pooledQuantile(runs, 0.9);
    const withEmpty = pooledQuantile([...runs, new Histogram()], 0.9);
    expect(withEmpty.value).toBe(value);
    expect(withEmpty.high! - withEmpty.low!).toBeLessThan(1.1 * (high! - low!));
  });

  it('has no interval from one run or from nothing', () => {
    expect(pooledQuantile([histogramOf([1, 2])], 0.5)).toMatchObject({ low: null, high: null });
    expect(pooledQuantile([new Histogram(), new Histogram()], 0.5)).toEqual({
      value: 0,
      low: null,
      high: null,
    });
  });

  it('is a point where all values are the same', () => {
    const { value, low, high } = pooledQuantile([histogramOf([3, 3]), histogramOf([3, 3, 3])], 0.99);
    expect([value / 3, low! / 3, high! / 3].map((ratio) => Math.abs(ratio - 1) < 0.004)).toEqual([
      true,
      true,
      true,
    ]);
    expect(high! - low!).toBeLessThan(1e-12);
  });

  it('lies within its bounds, and quantiles keep their order', () => {
    const run = fc.array(fc.double({ min: 0, max: 100, noNaN: true }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(fc.array(run, { minLength: 2, maxLength: 6 }), (runs) => {
        const histograms = runs.map(histogramOf);
        const all = [0.5, 0.9, 0.99].map((p) => pooledQuantile(histograms, p));
        for (const { value, low, high } of all) {
          expect(low!).toBeLessThanOrEqual(value);
          expect(high!).toBeGreaterThanOrEqual(value);
        }
        for (let i = 1; i < all.length; i++) expect(all[i]!.value).toBeGreaterThanOrEqual(all[i - 1]!.value);
      }),
    );
  });

  it('covers the truth of independent values in 95% of cases, with few values beyond it too', () => {
    let covered = 0;
    const cases = 2000;
    for (let i = 0; i < cases; i++) {
      const { low, high } = pooledQuantile(
        Array.from({ length: 10 }, () => histogramOf(drawn(200))),
        0.95,
      );
      if (low! <= 0.95 && 0.95 <= high!) covered++;
    }
    expect(covered / cases).toBeGreaterThan(0.935);
    expect(covered / cases).toBeLessThan(0.965);
  });
});

/** Binomial probabilities by Pascal's rule, without factorials. */
function binomial(count: number, p: number): number[] {
  let row = [1];
  for (let n = 0; n < count; n++)
    row = Array.from({ length: n + 2 }, (_, k) => (row[k] ?? 0) * (1 - p) + (row[k - 1] ?? 0) * p);
  return row;
}

describe('the interval between order statistics', () => {
  it('of the median of 100 values is from the 40th to the 61st (Conover, "Practical Nonparametric Statistics")', () => {
    const { low, high, value } = orderStatisticInterval(
      Array.from({ length: 100 }, (_, i) => i + 1),
      0.5,
    );
    expect([low, value, high]).toEqual([40, 50, 61]);
  });

  it('has no upper bound of p99 below 368 values: 0.99³⁶⁷ > 2.5% > 0.99³⁶⁸', () => {
    const values = (count: number) => Array.from({ length: count }, (_, i) => i + 1);
    expect(orderStatisticInterval(values(367), 0.99).high).toBeNull();
    expect(orderStatisticInterval(values(368), 0.99).high).toBe(368);
    expect(orderStatisticInterval([1, 2, 3], 0.5)).toEqual({ value: 2, low: null, high: null });
  });

  it('covers with at least its confidence, and not with one rank less on either side', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 120 }),
        fc.double({ min: 0.05, max: 0.99, noNaN: true }),
        (count, p) => {
          const { low, high } = orderStatisticInterval(
            Array.from({ length: count }, (_, i) => i + 1),
            p,
          );
          const probability = binomial(count, p);
          const below = (rank: number) => probability.slice(0, rank).reduce((sum, x) => sum + x, 0);
          const atLeast = (rank: number) => probability.slice(rank).reduce((sum, x) => sum + x, 0);
          // The bound of rank l misses where fewer than l values are below the quantile, that of u where u or more are.
          if (low !== null) expect(below(low)).toBeLessThanOrEqual(0.025 + 1e-12);
          expect(below((low ?? 0) + 1)).toBeGreaterThan(0.025 - 1e-12);
          if (high !== null) expect(atLeast(high)).toBeLessThanOrEqual(0.025 + 1e-12);
          expect(atLeast((high ?? count + 1) - 1)).toBeGreaterThan(0.025 - 1e-12);
        },
      ),
    );
  });

  it('refuses nothing, and what is no quantile', () => {
    expect(() => orderStatisticInterval([], 0.5)).toThrow(RangeError);
    expect(() => orderStatisticInterval([1], 1)).toThrow('got 1');
  });
});
