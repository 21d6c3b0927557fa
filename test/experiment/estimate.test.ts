import { describe, expect, it } from 'vitest';
import { estimate } from '../../src/experiment/estimate.js';

/** Differences of the two drugs in Student's sleep data (Biometrika 6, 1908; `sleep` in R). */
const SLEEP = [-1.2, -2.4, -1.3, -1.3, 0, -1.0, -1.8, -0.8, -4.6, -1.4];

describe('estimate', () => {
  it("gives the interval that R's t.test gives for Student's sleep data", () => {
    const { mean, ci_low, ci_high } = estimate(SLEEP);
    expect(mean).toBeCloseTo(-1.58, 12);
    expect(ci_low).toBeCloseTo(-2.4598858, 7);
    expect(ci_high).toBeCloseTo(-0.7001142, 7);
  });

  it('uses the t quantiles of any printed table: 12.706, 2.776, 2.262', () => {
    for (const [n, t] of [
      [2, 12.706],
      [5, 2.776],
      [10, 2.262],
    ] as const) {
      const values = Array.from({ length: n }, (_, i) => i);
      // The variance of 0..n−1 is n(n+1)/12.
      const half = t * Math.sqrt((n * (n + 1)) / 12 / n);
      const { mean, ci_high } = estimate(values);
      expect(Math.abs(ci_high! - mean - half)).toBeLessThan(0.0005 * (half / t) + 1e-9);
    }
  });

  it('has no bounds for one value', () => {
    expect(estimate([3.5])).toEqual({ mean: 3.5, ci_low: null, ci_high: null });
  });

  it('is exact where all values are equal', () => {
    expect(estimate(Array.from({ length: 10 }, () => 0.1))).toEqual({ mean: 0.1, ci_low: 0.1, ci_high: 0.1 });
  });

  it('refuses to estimate from nothing', () => {
    expect(() => estimate([])).toThrow(RangeError);
  });
});
