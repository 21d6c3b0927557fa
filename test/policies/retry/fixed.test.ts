import { expect, test } from 'vitest';
import { fixedRetry } from '../../../src/policies/retry/fixed.js';
import { make } from '../make.js';

const never = {
  next(): number {
    throw new Error('a fixed wait draws no random number');
  },
};

test('every wait is the same', () => {
  const policy = make(fixedRetry, { delay: '250ms', maxAttempts: 5 });
  expect([1, 2, 4].map((attempt) => policy.backoffS(attempt, never))).toEqual([0.25, 0.25, 0.25]);
  expect(policy.maxAttempts).toBe(5);
});

test('only errors are tried again unless told otherwise', () => {
  expect(make(fixedRetry).retries('error')).toBe(true);
  expect(make(fixedRetry).retries('rejected')).toBe(false);
  const policy = make(fixedRetry, { on: ['rejected', 'timed-out'] });
  expect([policy.retries('error'), policy.retries('rejected'), policy.retries('timed-out')]).toEqual([
    false,
    true,
    true,
  ]);
});

test('an unknown kind of failure, or none, is refused', () => {
  expect(fixedRetry.parameters.safeParse({ on: ['late'] }).success).toBe(false);
  expect(fixedRetry.parameters.safeParse({ on: [] }).success).toBe(false);
});
