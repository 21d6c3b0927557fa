import { describe, expect, test } from 'vitest';
import { exponentialRetry } from '../../../src/policies/retry/exponential.js';
import { make } from '../make.js';

const always = (share: number) => ({ next: () => share });
const ATTEMPTS = [1, 2, 3, 4, 5, 6, 7];
/** min(cap, base × 2^(attempt − 1)) with base 1 s and cap 10 s. */
const WINDOWS_S = [1, 2, 4, 8, 10, 10, 10];

const waits = (jitter: string, share: number): number[] => {
  const policy = make(exponentialRetry, { cap: '10s', jitter });
  return ATTEMPTS.map((attempt) => policy.backoffS(attempt, always(share)));
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
});

test('the factor between waits can be chosen, and 1 means that they do not grow', () => {
  const window = (multiplier: number, attempt: number): number =>
    make(exponentialRetry, { base: 2, multiplier, jitter: 'none' }).backoffS(attempt, always(0));
  expect([1, 2, 3].map((attempt) => window(3, attempt))).toEqual([2, 6, 18]);
  expect(window(1, 1_000_000)).toBe(2);
});

test('a base above the cap waits the cap', () => {
  const policy = make(exponentialRetry, { base: '2m', cap: '1m', jitter: 'none' });
  expect(policy.backoffS(1, always(0))).toBe(60);
});

test('only errors are tried again unless told otherwise, three times in all', () => {
  const policy = make(exponentialRetry);
  expect([policy.retries('error'), policy.retries('timed-out'), policy.maxAttempts]).toEqual([
    true,
    false,
    3,
  ]);
});
