import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fittedPrompt, fittedTable, leastSquares, median } from '../../../src/scenario/profiles/fit.js';
import { decodeStepS, tableS } from '../../../src/scenario/profiles/timing.js';

const seconds = fc.double({ min: 1e-3, max: 1, noNaN: true });

describe('fits', () => {
  it('find the broken line that the points lie on', () => {
    fc.assert(
      fc.property(seconds, seconds, seconds, (a, b, c) => {
        const line = (at: number) =>
          at <= 32 ? a + ((b - a) * (at - 1)) / 31 : b + ((c - b) * (at - 32)) / 32;
        const table = fittedTable(
          [1, 2, 4, 8, 16, 32, 48, 64].map((at) => ({ at, s: line(at) })),
          [1, 32, 64],
        );
        expect(table.map(({ batch }) => batch)).toEqual([1, 32, 64]);
        for (const [index, s] of [a, b, c].entries()) expect(table[index]!.s / s).toBeCloseTo(1, 8);
      }),
    );
  });

  it('find the curve of a prompt that the points lie on', () => {
    const exact = (n: number) => 0.03 + 4e-5 * n + 1.5e-8 * ((n * (n - 1)) / 2);
    const curve = fittedPrompt([512, 1024, 2048, 4096, 8192].map((at) => ({ at, s: exact(at) })));
    expect(curve.fixedS).toBeCloseTo(0.03, 9);
    expect(curve.perTokenS * 1e5).toBeCloseTo(4, 9);
    expect(curve.perPairS * 1e8).toBeCloseTo(1.5, 9);
  });

  it('weigh relative errors: any other coefficients have a larger sum of their squares', () => {
    const points = [
      { at: 1, s: 1.1 },
      { at: 2, s: 1.9 },
      { at: 10, s: 12 },
      { at: 100, s: 90 },
    ];
    const basis = [() => 1, (at: number) => at];
    const loss = (a: number, b: number) =>
      points.reduce((sum, { at, s }) => sum + ((a + b * at) / s - 1) ** 2, 0);
    const [a, b] = leastSquares(points, basis) as [number, number];
    fc.assert(
      fc.property(
        fc.double({ min: -0.1, max: 0.1, noNaN: true }),
        fc.double({ min: -0.1, max: 0.1, noNaN: true }),
        (da, db) => {
          expect(loss(a + da, b + db)).toBeGreaterThanOrEqual(loss(a, b) - 1e-12);
        },
      ),
    );
  });

  it('have a median between the middle two of an even number', () => {
    expect(median([4, 1, 3, 2])).toBe(2.5);
    expect(median([5, 1, 3])).toBe(3);
  });
});

describe('timing', () => {
  const table = [
    { batch: 0, s: 1 },
    { batch: 1, s: 2 },
    { batch: 32, s: 33 },
    { batch: 64, s: 97 },
  ];

  it('is straight between the points and goes on with the last slope', () => {
    expect([0, 1, 16, 32, 48, 64, 80].map((batch) => tableS(table, batch))).toEqual([
      1, 2, 17, 33, 65, 97, 129,
    ]);
  });

  it('adds the KV-cache that is read', () => {
    const timing = {
      batchS: table,
      perKvTokenS: 0.5,
      prefillBaseS: 7,
      perPrefillTokenS: 8,
      perPrefillTokenContextS: 9,
    };
    expect(decodeStepS(timing, 32, 10)).toBe(38);
  });
});
