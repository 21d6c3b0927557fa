import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PASS } from '../../../src/policies/points.js';
import { exponentialRetry } from '../../../src/policies/retry/exponential.js';
import { make } from '../make.js';
import { always, failure } from './failure.js';

const ATTEMPTS = [1, 2, 3, 4, 5, 6, 7];
/** min(cap, base × 2^(attempt − 1)) with base 1 s and cap 10 s. */
const WINDOWS_S = [1, 2, 4, 8, 10, 10, 10];

const waits = (jitter: string, uniform: number): number[] => {
  const policy = make(exponentialRetry, { cap: '10s', jitter, maxAttempts: 8 });
  return ATTEMPTS.map((attempt) => policy.decide(0, failure({ attempt, random: always(uniform) }), 0));
};

describe('Brooker’s formulas, with the uniform number at 0, a half and 1', () => {
  test('none: the whole window, whatever is drawn', () => {
    expect(waits('none', 0)).toEqual(WINDOWS_S);
    expect(waits('none', 1)).toEqual(WINDOWS_S);
  });

  test('full: from nothing to the whole window', () => {
    expect(waits('full', 0)).toEqual(WINDOWS_S.map(() => 0));
    expect(waits('full', 0.5)).toEqual(WINDOWS_S.map((windowS) => windowS / 2));
    expect(waits('full', 1)).toEqual(WINDOWS_S);
  });

  test('equal: from half the window to all of it', () => {
    expect(waits('equal', 0)).toEqual(WINDOWS_S.map((windowS) => windowS / 2));
    expect(waits('equal', 0.5)).toEqual(WINDOWS_S.map((windowS) => windowS * 0.75));
    expect(waits('equal', 1)).toEqual(WINDOWS_S);
  });

  test('decorrelated: from the base to three times the wait before, whatever the number of the try', () => {
    const next = (previousS: number, uniform: number, attempt = 2): number =>
      make(exponentialRetry, { base: 2, cap: '30s', jitter: 'decorrelated', maxAttempts: 99 }).decide(
        0,
        failure({ attempt, previousS, random: always(uniform) }),
        0,
      );
    // The first wait takes the base for the one before.
    expect([next(0, 0, 1), next(0, 0.5, 1), next(0, 1, 1)]).toEqual([2, 4, 6]);
    expect([next(5, 0), next(5, 0.5), next(5, 1)]).toEqual([2, 8.5, 15]);
    expect([next(20, 0), next(20, 0.25), next(20, 1)]).toEqual([2, 16.5, 30]);
    expect(next(5, 0.5, 50)).toBe(8.5);
  });
});

describe('bounds, by the published formulas', () => {
  const jitters = {
    none: (windowS: number) => [windowS, windowS],
    full: (windowS: number) => [0, windowS],
    equal: (windowS: number) => [windowS / 2, windowS],
    decorrelated: (_: number, baseS: number, capS: number, previousS: number) => [
      Math.min(capS, baseS),
      Math.min(capS, 3 * Math.max(baseS, previousS)),
    ],
  } as const;
  const unit = fc.double({ min: 0, max: 1, noNaN: true });

  test.each(Object.keys(jitters) as (keyof typeof jitters)[])('%s', (jitter) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 1, max: 5000 }),
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 0, max: 5000 }),
        unit,
        (baseS, capS, attempt, previousS, uniform) => {
          const policy = make(exponentialRetry, { base: baseS, cap: capS, jitter, maxAttempts: 21 });
          const waitS = policy.decide(0, failure({ attempt, previousS, random: always(uniform) }), 0);
          const windowS = Math.min(capS, baseS * 2 ** (attempt - 1));
          const [low, high] = jitters[jitter](windowS, baseS, capS, previousS) as [number, number];
          expect(waitS).toBeGreaterThanOrEqual(low);
          expect(waitS).toBeLessThanOrEqual(high * (1 + 1e-12));
        },
      ),
    );
  });
});

test('the factor between waits can be chosen, and 1 means that they do not grow', () => {
  const window = (multiplier: number, attempt: number): number =>
    make(exponentialRetry, { base: 2, multiplier, jitter: 'none', maxAttempts: 2_000_000 }).decide(
      0,
      failure({ attempt }),
      0,
    );
  expect([1, 2, 3].map((attempt) => window(3, attempt))).toEqual([2, 6, 18]);
  expect(window(1, 1_000_000)).toBe(2);
});

test('a base above the cap waits the cap', () => {
  const policy = make(exponentialRetry, { base: '2m', cap: '1m', jitter: 'none' });
  expect(policy.decide(0, failure(), 0)).toBe(60);
});

test('only errors are tried again unless told otherwise, three times in all', () => {
  const policy = make(exponentialRetry);
  const random = always(0.5);
  expect(policy.decide(0, failure({ attempt: 2, random }), 0)).toBe(1);
  expect(policy.decide(0, failure({ attempt: 3, random }), 0)).toBe(PASS);
  expect(policy.decide(0, failure({ kind: 'timed-out', random }), 0)).toBe(PASS);
});

test('a longer Retry-After is waited for', () => {
  const policy = make(exponentialRetry, { on: ['rejected'], jitter: 'none' });
  expect(policy.decide(0, failure({ kind: 'rejected', retryAfterS: 7 }), 0)).toBe(7);
});
