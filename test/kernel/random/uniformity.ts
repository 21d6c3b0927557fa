import { expect } from 'vitest';
import type { UniformSource } from '../../../src/kernel/random/stream.js';

/**
 * Chi-square test of `draws` numbers in 256 cells, and of successive pairs in 16 x 16: 255 degrees of freedom, whose
 * 0.0001 and 0.9999 quantiles are 175.3 and 346.6.
 */
export function expectUniform(source: UniformSource, draws: number): void {
  const cells = new Int32Array(256);
  const pairs = new Int32Array(256);
  let outside = 0;
  for (let i = 0; i < draws; i += 2) {
    const [a, b] = [source.next(), source.next()];
    if (!(a > 0 && a < 1 && b > 0 && b < 1)) outside += 1;
    cells[Math.floor(a * 256)] += 1;
    cells[Math.floor(b * 256)] += 1;
    pairs[Math.floor(a * 16) * 16 + Math.floor(b * 16)] += 1;
  }
  expect(outside).toBe(0);
  for (const [counts, expected] of [
    [cells, draws / 256],
    [pairs, draws / 512],
  ] as const) {
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeGreaterThan(175.3);
    expect(chiSquare).toBeLessThan(346.6);
  }
}

/** The correlation of n independent pairs is within 4 / sqrt(n) of 0. */
export function expectUncorrelated(a: readonly number[], b: readonly number[]): void {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += (a[i] - 0.5) * (b[i] - 0.5);
  expect(Math.abs((12 * sum) / a.length)).toBeLessThan(4 / Math.sqrt(a.length));
}
