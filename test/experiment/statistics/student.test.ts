import { describe, expect, it } from 'vitest';
import { twoSidedFactor, twoSidedP } from '../../../src/experiment/statistics/student.js';

describe("Student's t", () => {
  it('has the factors and p values of any printed table', () => {
    for (const [confidence, degrees, t] of [
      [0.95, 1, 12.706],
      [0.95, 4, 2.776],
      [0.99, 9, 3.25],
      [0.9, 30, 1.697],
    ] as const) {
      expect(twoSidedFactor(confidence, degrees)).toBeCloseTo(t, 3);
      expect(twoSidedP(t, degrees)).toBeCloseTo(1 - confidence, 4);
      expect(twoSidedP(-t, degrees)).toBe(twoSidedP(t, degrees));
    }
  });

  it('is the Cauchy distribution with one degree of freedom, far out too', () => {
    for (const t of [0.5, 3, 1e6])
      expect(twoSidedP(t, 1) / (1 - (2 / Math.PI) * Math.atan(t))).toBeCloseTo(1, t > 1e3 ? 6 : 12);
  });

  it('refuses a confidence that leaves nothing out, or everything', () => {
    expect(() => twoSidedFactor(1, 4)).toThrow(RangeError);
    expect(() => twoSidedFactor(0, 4)).toThrow(RangeError);
  });
});
