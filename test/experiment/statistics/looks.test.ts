import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decision, judgeLook, looksOf } from '../../../src/experiment/statistics/looks.js';

const LAST = { replications: 4, alpha: 0.05, isLast: true };
const FIRST = { replications: 4, alpha: 0.05, isLast: false };

const decisionOf = (a: number[], b: number[], look = LAST, indifference = 0): Decision =>
  judgeLook([{ a, b }], look, indifference)[0]!.decision;

describe('the looks', () => {
  it('double up to the budget and spend the error as the budget is spent', () => {
    expect(looksOf(10, 80, 0.05)).toEqual([
      { replications: 10, alpha: 0.05 / 8, isLast: false },
      { replications: 20, alpha: 0.05 / 8, isLast: false },
      { replications: 40, alpha: 0.05 / 4, isLast: false },
      { replications: 80, alpha: 0.05 / 2, isLast: true },
    ]);
  });

  it('end at a budget between two doublings, without a look just before it', () => {
    expect(looksOf(5, 30, 0.06).map(({ replications }) => replications)).toEqual([5, 10, 30]);
    expect(looksOf(5, 7, 0.05)).toEqual([{ replications: 7, alpha: 0.05, isLast: true }]);
  });

  it('grow, end once, and never spend more than the whole error', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2, max: 50 }), fc.integer({ min: 0, max: 5000 }), (first, more) => {
        const looks = looksOf(first, first + more, 0.05);
        expect(looks.reduce((sum, { alpha }) => sum + alpha, 0)).toBeCloseTo(0.05, 12);
        expect(looks.filter(({ isLast }) => isLast)).toEqual([looks.at(-1)]);
        expect(looks.at(-1)!.replications).toBe(first + more);
        for (const [i, look] of looks.slice(1).entries())
          expect(look.replications).toBeGreaterThanOrEqual(2 * looks[i]!.replications);
      }),
    );
  });

  it('refuse one replication, of which no difference could be judged, and a budget below the first', () => {
    expect(() => looksOf(1, 8, 0.05)).toThrow('got 1 and 8');
    expect(() => looksOf(8, 4, 0.05)).toThrow(RangeError);
  });
});

describe('a decision', () => {
  const a = [10, 11, 12, 13];

  it('says who is lower once a difference is certain, at any look', () => {
    expect(decisionOf(a, [5, 6.1, 7, 8], FIRST)).toBe('b-lower');
    expect(decisionOf(a, [15, 16.1, 17, 18], FIRST)).toBe('a-lower');
  });

  it('stays open until the last look, then says that no difference was found', () => {
    const b = [13, 8, 15, 11];
    expect(decisionOf(a, b, FIRST)).toBe('open');
    expect(decisionOf(a, b, LAST)).toBe('no-difference-found');
  });

  it('is equivalent where the whole interval is within the indifference, even if a difference is certain', () => {
    // Differences 0.1, 0.11, 0.1, 0.11: certainly above 0, and about 1% of the baseline.
    const b = [10.1, 11.11, 12.1, 13.11];
    expect(decisionOf(a, b)).toBe('a-lower');
    expect(decisionOf(a, b, LAST, 0.02)).toBe('equivalent');
    expect(decisionOf(a, b, LAST, 0.005)).toBe('a-lower');
  });

  it('is equivalent at once where all runs are the same', () => {
    expect(decisionOf(a, a, FIRST)).toBe('equivalent');
    expect(decisionOf([0, 0, 0, 0], [0, 0, 0, 0], FIRST)).toBe('equivalent');
  });

  it('from one replication is never that something differs', () => {
    expect(decisionOf([1], [100])).toBe('no-difference-found');
  });
});

describe('many metrics at one look', () => {
  it('show intervals that never contradict their verdicts', () => {
    const pair = fc.tuple(
      fc.double({ min: 1, max: 9, noNaN: true }),
      fc.double({ min: 1, max: 9, noNaN: true }),
    );
    const metric = fc.tuple(
      fc.array(pair, { minLength: 6, maxLength: 6 }),
      fc.double({ min: 0, max: 8, noNaN: true }),
    );
    fc.assert(
      fc.property(fc.array(metric, { minLength: 1, maxLength: 8 }), (metrics) => {
        const pairs = metrics.map(([values, shift]) => ({
          a: values.map(([x]) => x),
          b: values.map(([, y]) => y + shift),
        }));
        for (const { decision, interval, relative, adjustedP } of judgeLook(pairs, LAST)) {
          fc.pre(Math.abs(adjustedP - 0.05) > 1e-9);
          expect(interval!.low > 0).toBe(decision === 'a-lower');
          expect(interval!.high < 0).toBe(decision === 'b-lower');
          if (relative === null) continue;
          expect(relative.low > 0).toBe(decision === 'a-lower');
          expect(relative.high < 0).toBe(decision === 'b-lower');
        }
      }),
    );
  });
});
