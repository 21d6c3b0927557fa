import { describe, expect, test } from 'vitest';
import {
  incompleteGamma,
  inverseIncompleteGamma,
} from '../../../src/kernel/distribution/incomplete-gamma.js';

describe('the regularised incomplete gamma function', () => {
  // mpmath, 40 digits.
  test.each([
    [0.5, 0.1, 0.345279153981423],
    [0.02, 1e-8, 0.6996359674251336],
    [1, 2, 0.8646647167633873],
    [3.5, 2, 0.22022259152428408],
    [3.5, 9, 0.9880299976459704],
    [50, 40, 0.07033506665939496],
    [50, 75, 0.9990960679576459],
    [1000, 1010, 0.6276789447369947],
    [20000, 19800, 0.07830049501217735],
  ])('P(%d, %d) is %d', (a, x, expected) => {
    expect(Math.abs(incompleteGamma(a, x) / expected - 1)).toBeLessThan(1e-14 * Math.max(10, a));
  });

  test('has an inverse from shape 0.02 to 100 000 and from the low to the high tail', () => {
    for (const a of [0.02, 0.1, 0.5, 0.999, 1, 1.5, 3, 17, 400, 1e5])
      for (const p of [1e-6, 0.001, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99, 0.9999, 0.999999]) {
        const x = inverseIncompleteGamma(a, p);
        expect(Math.abs(incompleteGamma(a, x) - p), `a ${a}, p ${p}, x ${x}`).toBeLessThan(
          2e-15 + p * Math.max(1e-12, a * 1e-14),
        );
      }
  });

  test('starts at 0 and ends at infinity', () => {
    expect([incompleteGamma(2, 0), incompleteGamma(2, Infinity)]).toEqual([0, 1]);
    expect([inverseIncompleteGamma(2, 0), inverseIncompleteGamma(2, 1)]).toEqual([0, Infinity]);
  });
});
