import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../../src/metrics/histogram.js';

const of = (values: readonly number[]): Histogram => {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
};

const PROBABILITIES = [0.001, 0.01, 0.25, 0.5, 0.9, 0.95, 0.99, 0.999, 1];

/** The order statistic that the quantile stands for. */
const exact = (sorted: readonly number[], p: number): number =>
  sorted[Math.max(1, Math.ceil(p * sorted.length)) - 1]!;

function expectQuantilesWithin(values: readonly number[], tolerance: number): void {
  const histogram = of(values);
  const sorted = [...values].sort((a, b) => a - b);
  for (const p of PROBABILITIES) {
    const right = exact(sorted, p);
    expect(Math.abs(histogram.quantile(p) - right), `quantile ${p}`).toBeLessThanOrEqual(tolerance * right);
  }
}

describe('quantiles are within 0.5% of those of the sorted sample', () => {
  /** Fractions that fill the unit interval evenly: Weyl's sequence. */
  const fractions = Array.from({ length: 5000 }, (_, i) => ((i + 1) * 0.6180339887498949) % 1);
  test.each([
    ['over eighteen decades', (u: number) => 10 ** (18 * u - 8)],
    ['exponential', (u: number) => -Math.log(1 - u)],
    ['uniform', (u: number) => 1 + u],
    ['Pareto with infinite variance', (u: number) => (1 - u) ** (-1 / 1.5)],
    ['two humps a million apart', (u: number) => (u < 0.9 ? 1e-3 * (1 + u) : 1e3 * (1 + u))],
    ['a single value', () => 0.1],
  ])('%s', (_, draw) => {
    expectQuantilesWithin(fractions.map(draw), 0.005);
  });

  test('any sample', () => {
    const value = fc.double({ min: 1e-8, max: 1e12, noNaN: true });
    fc.assert(
      fc.property(fc.array(value, { minLength: 1, maxLength: 100 }), (values) => {
        expectQuantilesWithin(values, 0.005);
      }),
    );
  });
});

test('maximum, sum and mean are exact', () => {
  const histogram = of([0.5, 0.25, 3]);
  expect([histogram.max, histogram.sum, histogram.mean, histogram.count]).toEqual([3, 3.75, 1.25, 3]);
});

test('no quantile is above the maximum', () => {
  const histogram = of([1.0001]);
  expect(histogram.quantile(1)).toBe(1.0001);
});

test('the order of recording changes nothing', () => {
  const values = [1e6, 1e-6, 3, 0, 1e-3, 3, 1e9];
  const forwards = of(values);
  const backwards = of([...values].reverse());
  expect(forwards.curve()).toEqual(backwards.curve());
  expect(PROBABILITIES.map((p) => forwards.quantile(p))).toEqual(
    PROBABILITIES.map((p) => backwards.quantile(p)),
  );
});

describe('zeros', () => {
  test('count, below everything else', () => {
    const histogram = of([0, 0, 0, 10]);
    expect([histogram.count, histogram.quantile(0.75), histogram.positiveFraction]).toEqual([4, 0, 0.25]);
    expect(histogram.quantile(0.76)).toBeCloseTo(10, 1);
  });

  test('a zero after other values is a zero too', () => {
    expect(of([10, 0]).quantile(0.5)).toBe(0);
  });

  test('alone they leave every quantile at 0', () => {
    const histogram = of([0, 0]);
    expect([histogram.quantile(0.99), histogram.max, histogram.mean, histogram.positiveFraction]).toEqual([
      0, 0, 0, 0,
    ]);
    expect(histogram.curve()).toEqual({ fraction: [1], value: [0] });
  });
});

test('an empty histogram is all zeros', () => {
  const histogram = new Histogram();
  expect([
    histogram.count,
    histogram.mean,
    histogram.quantile(0.5),
    histogram.max,
    histogram.positiveFraction,
  ]).toEqual([0, 0, 0, 0, 0]);
  expect(histogram.curve()).toEqual({ fraction: [], value: [] });
});

test('what is no duration is refused', () => {
  for (const value of [-1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
    expect(() => of([1]).record(value)).toThrow(RangeError);
});

test('merging is recording all', () => {
  const values = fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-8, max: 1e9, noNaN: true })), {
    maxLength: 50,
  });
  fc.assert(
    fc.property(values, values, (some, others) => {
      const merged = of(some);
      merged.merge(of(others));
      const all = of([...some, ...others]);
      expect(merged.count).toBe(all.count);
      expect(merged.max).toBe(all.max);
      expect(merged.curve()).toEqual(all.curve());
      expect(merged.sum).toBeCloseTo(all.sum, 6 - Math.max(0, Math.ceil(Math.log10(all.sum + 1)) - 8));
    }),
  );
});

test('merging leaves the other histogram as it is', () => {
  const other = of([1, 2]);
  of([5]).merge(other);
  expect([other.count, other.sum, other.max]).toEqual([2, 3, 2]);
});

test('after a reset only what follows counts', () => {
  const histogram = of([1, 1000, 0]);
  histogram.reset();
  histogram.record(2);
  expect([histogram.count, histogram.sum, histogram.max]).toEqual([1, 2, 2]);
  expect(histogram.quantile(0.01)).toBeCloseTo(2, 2);
});

test('the curve climbs to 1 through the values in order', () => {
  const { fraction, value } = of([0, 4, 1, 1, 2]).curve();
  expect(fraction).toEqual([0.2, 0.6, 0.8, 1]);
  expect(value[0]).toBe(0);
  for (const [index, right] of [0, 1, 2, 4].entries())
    expect(Math.abs(value[index]! - right)).toBeLessThanOrEqual(0.005 * right);
});
