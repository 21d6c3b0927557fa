import { describe, expect, it } from 'vitest';
import { fractionOfWord, SOBOL_DIMENSIONS_MAX, sobolWords } from '../../../src/experiment/sweep/sobol.js';

const fractions = (dimensions: number, count: number): number[][] =>
  sobolWords(dimensions, count).map((point) => [...point].map((word) => word / 2 ** 32));

describe("Sobol's sequence with the direction numbers of Joe and Kuo", () => {
  it('begins as their own program does (the ten points of their page, three dimensions)', () => {
    expect(fractions(3, 10)).toEqual([
      [0, 0, 0],
      [0.5, 0.5, 0.5],
      [0.75, 0.25, 0.25],
      [0.25, 0.75, 0.75],
      [0.375, 0.375, 0.625],
      [0.875, 0.875, 0.125],
      [0.625, 0.125, 0.875],
      [0.125, 0.625, 0.375],
      [0.1875, 0.3125, 0.9375],
      [0.6875, 0.8125, 0.4375],
    ]);
  });

  it('has the points 77 and 100 of SciPy 1.17 (scipy.stats.qmc.Sobol, not scrambled) in 24 dimensions', () => {
    const points = sobolWords(24, 101).map((point) => [...point].map((word) => word / 2 ** 25));
    expect(points[77]).toEqual([
      107, 107, 1, 99, 107, 65, 29, 83, 23, 55, 17, 101, 63, 43, 127, 9, 105, 113, 101, 1, 19, 113, 111, 101,
    ]);
    expect(points[100]).toEqual([
      53, 33, 99, 93, 113, 95, 3, 61, 81, 89, 59, 87, 61, 109, 41, 63, 87, 95, 107, 43, 97, 51, 1, 63,
    ]);
  });

  it.each([undefined, 0xdeadbeef])('puts one of 256 points into each 256th, shifted by %s', (word) => {
    const shift = word === undefined ? undefined : new Uint32Array(SOBOL_DIMENSIONS_MAX).fill(word);
    const points = sobolWords(SOBOL_DIMENSIONS_MAX, 256, shift);
    for (let dimension = 0; dimension < SOBOL_DIMENSIONS_MAX; dimension++)
      expect(new Set(points.map((point) => point[dimension]! >>> 24)).size).toBe(256);
  });

  it('never gives 0 or 1 as a fraction', () => {
    expect(fractionOfWord(0)).toBeGreaterThan(0);
    expect(fractionOfWord(0xffffffff)).toBeLessThan(1);
  });

  it('refuses more dimensions than there are direction numbers for', () => {
    expect(() => sobolWords(SOBOL_DIMENSIONS_MAX + 1, 1)).toThrow('1 to 24 dimensions, got 25');
  });
});
