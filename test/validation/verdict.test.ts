import { describe, expect, test } from 'vitest';
import { interval, judge } from './verdict.js';

const five = { label: 'five', measure: 'total.arrived', expected: 5 };
/** Mean 5; standard error 0.02 / sqrt(5). */
const close = [4.96, 4.98, 5, 5.02, 5.04];

describe('the 99% interval of replications', () => {
  test('has Student’s half-width: 4.6041 standard errors for five', () => {
    const { mean, halfWidth } = interval([1, 2, 3, 4, 5]);
    expect(mean).toBe(3);
    expect(halfWidth).toBeCloseTo(4.6041 * Math.sqrt(2.5 / 5), 4);
  });

  test('needs two of them', () => expect(() => interval([1])).toThrow('at least 2'));
});

describe('a verdict', () => {
  test('is ok where the expected figure is in a narrow interval', () => {
    expect(judge(five, close)).toMatchObject({ ok: true, reason: '' });
  });

  test('fails where the figure is outside, on either side', () => {
    for (const expected of [4.9, 5.1])
      expect(judge({ ...five, expected }, close)).toMatchObject({ ok: false, reason: 'not in the interval' });
  });

  test('fails where the interval is too wide to prove anything', () => {
    const verdict = judge(five, [4, 4.5, 5, 5.5, 6]);
    expect(verdict).toMatchObject({ ok: false, reason: 'the interval is wider than ±2%' });
    expect(judge(five, [4, 4.5, 5, 5.5, 6], 0.4).ok).toBe(true);
  });

  test('of a figure that was measured too asks that the intervals overlap, and no more', () => {
    // The interval of `close` ends at 5.0651.
    expect(judge({ ...five, expected: 5.1, expectedHalfWidth: 0.036 }, close).ok).toBe(true);
    expect(judge({ ...five, expected: 5.1, expectedHalfWidth: 0.034 }, close).ok).toBe(false);
  });
});
