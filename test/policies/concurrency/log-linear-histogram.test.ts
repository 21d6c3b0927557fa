import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LogLinearHistogram } from '../../../src/policies/concurrency/log-linear-histogram.js';

function histogramOf(values: readonly number[]): LogLinearHistogram {
  const histogram = new LogLinearHistogram();
  for (const value of values) histogram.add(value);
  return histogram;
}

describe('a quantile is interpolated inside its bin of two significant digits', () => {
  test.each([
    // One bin: [5000, 5100), half of it.
    [[5000], 0.5, 5050],
    [[5099, 5001, 5050], 0.5, 5050],
    // Half of five lies in the middle of the third.
    [[1000, 2000, 3000, 4000, 5000], 0.5, 3050],
    // Half of two lies at the end of the first.
    [[100, 200], 0.5, 110],
    // Three quarters of four: the end of the third, not the empty bins after it.
    [[10, 20, 30, 900], 0.75, 31],
    [[7, 8], 0, 7],
    [[7, 8], 1, 8.1],
    [[1], 0.9, 1.09],
    // 99 is in the last bin of its decade, 100 in the first of the next.
    [[99, 100], 0.25, 99.5],
    [[99, 100], 0.75, 105],
  ])('of %j at %f: %f', (values, share, expected) => {
    expect(histogramOf(values).quantile(share)).toBeCloseTo(expected, 9);
  });

  test('it is in the bin of the exact quantile, so at most a tenth away', () => {
    const values = fc.array(fc.integer({ min: 1, max: 1e12 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (numbers, share) => {
        const sorted = [...numbers].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(numbers.length * share) - 1]!;
        const quantile = histogramOf(numbers).quantile(share);
        expect(Math.abs(quantile - exact) / exact).toBeLessThanOrEqual(0.1 + 1e-9);
      }),
    );
  });
});

test('numbers beyond the last bin count in it', () => {
  expect(histogramOf([1e18]).quantile(1)).toBe(1e15);
});

test('a cleared histogram holds nothing of before', () => {
  const histogram = histogramOf([1, 1, 1]);
  histogram.clear();
  expect(histogram.count).toBe(0);
  histogram.add(50);
  expect(histogram.quantile(1)).toBe(51);
});
