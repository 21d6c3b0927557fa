import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fUpperTail } from '../../../src/experiment/statistics/f-distribution.js';
import { twoSidedP } from '../../../src/experiment/statistics/student.js';

describe("the F distribution's upper tail", () => {
  it.each([
    [4, 1, 4, 0.11611652351681556],
    [2.5, 3, 12, 0.10915471239500621],
    [39.747162563296676, 1.8057971330473555, 7.223188532189422, 0.00014587689071033939],
    [0.2, 5, 40, 0.9605947837405592],
    [1000, 1.2, 4.7, 9.92532141039891e-7],
  ])("F = %d with %d and %d degrees is SciPy 1.17's f.sf", (ratio, above, below, expected) => {
    expect(fUpperTail(ratio, above, below) / expected).toBeCloseTo(1, 10);
  });

  it('is e to the power −(n/2)·ln(1 + 2F/n) for two degrees above (exact)', () => {
    fc.assert(
      fc.property(
        fc.double({ min: 0.01, max: 50, noNaN: true }),
        fc.integer({ min: 1, max: 60 }),
        (ratio, n) => {
          const exact = (1 + (2 * ratio) / n) ** (-n / 2);
          return Math.abs(fUpperTail(ratio, 2, n) / exact - 1) < 1e-10;
        },
      ),
    );
  });

  it("of one degree above is Student's t, two-sided", () => {
    fc.assert(
      fc.property(fc.double({ min: 0.01, max: 20, noNaN: true }), fc.integer({ min: 1, max: 60 }), (t, n) => {
        return Math.abs(fUpperTail(t * t, 1, n) / twoSidedP(t, n) - 1) < 1e-9;
      }),
    );
  });

  it('is 1 at 0', () => {
    expect(fUpperTail(0, 3, 5)).toBe(1);
  });
});
