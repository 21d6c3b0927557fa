import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { pairedDifference } from '../../../src/experiment/statistics/paired.js';

/** Hours of sleep gained with two drugs, ten patients (Student, Biometrika 6, 1908; `sleep` in R). */
const DRUG_1 = [0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0, 2];
const DRUG_2 = [1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4];

const values = fc.array(
  fc.tuple(fc.double({ min: 1, max: 9, noNaN: true }), fc.double({ min: 1, max: 9, noNaN: true })),
  {
    minLength: 3,
    maxLength: 30,
  },
);

describe('the paired difference', () => {
  it("is that of R's t.test for Student's sleep data: t = 4.0621, p = 0.002833", () => {
    const { difference, interval, pValue } = pairedDifference(DRUG_1, DRUG_2);
    expect(difference).toBeCloseTo(1.58, 12);
    expect(interval!.low).toBeCloseTo(0.7001142, 7);
    expect(interval!.high).toBeCloseTo(2.4598858, 7);
    expect(pValue).toBeCloseTo(0.002833, 6);
  });

  it('has the 99% interval of the same data by hand: 1.58 ± 3.2498·1.22999/√10', () => {
    const { interval } = pairedDifference(DRUG_1, DRUG_2, 0.99);
    expect(interval!.high - 1.58).toBeCloseTo((3.249836 * 1.229995) / Math.sqrt(10), 5);
  });

  it('is 0 with p = 1 for equal values, whatever they are', () => {
    const same = [3.1, 0.1, 1e9];
    expect(pairedDifference(same, same)).toMatchObject({
      difference: 0,
      interval: { low: 0, high: 0 },
      pValue: 1,
      varianceReduction: null,
    });
    expect(pairedDifference([0, 0], [0, 0])).toMatchObject({ pValue: 1, relative: null });
  });

  it('takes what differs by rounding only as equal', () => {
    const { pValue, difference } = pairedDifference([0.1 + 0.2, 0.6, 1.1], [0.3, 0.3 + 0.3, 1.1]);
    expect(difference).toBe(0);
    expect(pValue).toBe(1);
  });

  it('is certain where every pair differs by the same', () => {
    const { difference, interval, pValue } = pairedDifference([1, 2, 3], [3, 4, 5]);
    expect(difference).toBe(2);
    expect(interval).toEqual({ low: 2, high: 2 });
    expect(pValue).toBe(0);
  });

  it('says nothing about chance from one pair', () => {
    expect(pairedDifference([2], [3])).toMatchObject({
      difference: 1,
      interval: null,
      pValue: 1,
      relative: null,
    });
  });

  it('refuses what are no pairs', () => {
    expect(() => pairedDifference([1, 2], [1])).toThrow('2 and 1 values');
    expect(() => pairedDifference([], [])).toThrow(RangeError);
  });

  it('leaves zero out exactly where its p value is below the level', () => {
    fc.assert(
      fc.property(values, fc.constantFrom(0.9, 0.95, 0.99), (pairs, confidence) => {
        const a = pairs.map(([x]) => x);
        const b = pairs.map(([, y]) => y);
        const { interval, pValue } = pairedDifference(a, b, confidence);
        fc.pre(Math.abs(pValue - (1 - confidence)) > 1e-9);
        expect(interval!.low > 0 || interval!.high < 0).toBe(pValue < 1 - confidence);
      }),
    );
  });
});

describe('the variance reduction', () => {
  it('by hand is (1 + 4) / 1: variances 1 and 4, differences of variance 1', () => {
    // a = −1, 0, 1 has the variance 1, b = 2a the variance 4, b − a = a.
    expect(pairedDifference([-1, 0, 1], [-2, 0, 2]).varianceReduction).toBeCloseTo(5, 12);
  });
});

describe('the relative change', () => {
  it('is exact where nothing varies', () => {
    expect(pairedDifference([4, 4, 4], [3, 3, 3]).relative).toEqual({
      change: -0.25,
      low: -0.25,
      high: -0.25,
    });
  });

  it('holds exactly those changes that a paired test of b − (1 + r)·a does not reject', () => {
    fc.assert(
      fc.property(values, fc.double({ min: -2, max: 2, noNaN: true }), (pairs, r) => {
        const a = pairs.map(([x]) => x);
        const b = pairs.map(([, y]) => y);
        const { relative } = pairedDifference(a, b);
        fc.pre(relative !== null);
        const scaled = a.map((x) => (1 + r) * x);
        const { pValue } = pairedDifference(scaled, b);
        fc.pre(Math.abs(pValue - 0.05) > 1e-6);
        expect(relative!.low <= r && r <= relative!.high).toBe(pValue > 0.05);
      }),
      { numRuns: 500 },
    );
  });

  it('leaves "no change" out exactly where the interval of the difference leaves zero out', () => {
    fc.assert(
      fc.property(values, fc.double({ min: 0, max: 3, noNaN: true }), (pairs, shift) => {
        const { interval, relative } = pairedDifference(
          pairs.map(([x]) => x),
          pairs.map(([, y]) => y + shift),
        );
        fc.pre(relative !== null && interval!.low !== 0 && interval!.high !== 0);
        expect(relative!.low > 0).toBe(interval!.low > 0);
        expect(relative!.high < 0).toBe(interval!.high < 0);
        expect(relative!.low).toBeLessThanOrEqual(relative!.change);
        expect(relative!.high).toBeGreaterThanOrEqual(relative!.change);
      }),
    );
  });

  it('is undefined where the baseline may as well be zero', () => {
    expect(pairedDifference([-1, 1, 2], [5, 6, 7]).relative).toBeNull();
  });

  it('is a share of the size where the baseline is negative', () => {
    const { relative } = pairedDifference([-10, -10.1, -9.9], [-5, -5.1, -5]);
    expect(relative!.change).toBeCloseTo(0.497, 3);
    expect(relative!.low).toBeLessThan(relative!.change);
    expect(relative!.high).toBeGreaterThan(relative!.change);
  });
});
