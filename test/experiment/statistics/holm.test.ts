import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { holm } from '../../../src/experiment/statistics/holm.js';

const ps = fc.array(
  fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.double({ min: 0, max: 0.05, noNaN: true })),
  {
    maxLength: 12,
  },
);

/** The closure principle: rejected is who is in no intersection whose smallest p is above alpha over its size. */
function byClosure(pValues: readonly number[], alpha: number): boolean[] {
  const rejected = pValues.map(() => true);
  for (let set = 1; set < 2 ** pValues.length; set++) {
    const members = pValues.flatMap((p, i) => ((set >> i) & 1 ? [{ p, i }] : []));
    const smallest = Math.min(...members.map(({ p }) => p));
    if (smallest >= alpha / members.length) for (const { i } of members) rejected[i] = false;
  }
  return rejected;
}

describe("Holm's procedure", () => {
  it("adjusts as R's p.adjust does: 0.01, 0.04, 0.03, 0.02 give 0.04, 0.06, 0.06, 0.06", () => {
    const adjusted = holm([0.01, 0.04, 0.03, 0.02], 0.05).map(({ adjustedP }) => adjustedP);
    for (const [i, expected] of [0.04, 0.06, 0.06, 0.06].entries())
      expect(adjusted[i]).toBeCloseTo(expected, 12);
  });

  it('judges each at its step, and all that are left at the step that ended it', () => {
    const verdicts = holm([0.5, 0.001, 0.02, 0.03], 0.05);
    expect(verdicts.map(({ rejected }) => rejected)).toEqual([false, true, false, false]);
    for (const [i, level] of [0.05 / 3, 0.05 / 4, 0.05 / 3, 0.05 / 3].entries())
      expect(verdicts[i]!.confidence).toBeCloseTo(1 - level, 12);
  });

  it('rejects whom the closure of Bonferroni tests rejects (Marcus, Peritz & Gabriel, 1976)', () => {
    fc.assert(
      fc.property(ps, (pValues) => {
        expect(holm(pValues, 0.05).map(({ rejected }) => rejected)).toEqual(byClosure(pValues, 0.05));
      }),
    );
  });

  it('gives each the level that agrees with its verdict', () => {
    fc.assert(
      fc.property(ps, (pValues) => {
        for (const [i, { rejected, confidence, adjustedP }] of holm(pValues, 0.05).entries()) {
          fc.pre(Math.abs(pValues[i]! - (1 - confidence)) > 1e-12);
          expect(pValues[i]! < 1 - confidence).toBe(rejected);
          fc.pre(Math.abs(adjustedP - 0.05) > 1e-12);
          expect(adjustedP < 0.05).toBe(rejected);
        }
      }),
    );
  });

  it('is one plain test for one hypothesis, and nothing for none', () => {
    expect(holm([0.04], 0.05)).toEqual([{ rejected: true, adjustedP: 0.04, confidence: 0.95 }]);
    expect(holm([], 0.05)).toEqual([]);
  });

  it('refuses what is no probability', () => {
    expect(() => holm([Number.NaN], 0.05)).toThrow('got NaN');
  });
});
