import { expect, test } from 'vitest';
import { PASS } from '../../../src/policies/points.js';
import { fixedRetry } from '../../../src/policies/retry/fixed.js';
import { make } from '../make.js';
import { failure } from './failure.js';

const KINDS = ['error', 'rejected', 'timed-out'] as const;

test('every wait is the same, draws no random number, and there are so many tries in all', () => {
  const policy = make(fixedRetry, { delay: '250ms', maxAttempts: 4 });
  const waits = [1, 2, 3, 4, 5].map((attempt) => policy.decide(0, failure({ attempt }), 0));
  expect(waits).toEqual([0.25, 0.25, 0.25, PASS, PASS]);
});

test('only errors are tried again unless told otherwise; the rest goes to the next policy of the chain', () => {
  const answers = (parameters: object) =>
    KINDS.map((kind) => make(fixedRetry, { ...parameters }).decide(0, failure({ kind }), 0));
  expect(answers({})).toEqual([1, PASS, PASS]);
  expect(answers({ on: ['rejected', 'timed-out'] })).toEqual([PASS, 1, 1]);
});

test('a client that was told when to come back waits so long, unless it does not listen', () => {
  const refused = failure({ kind: 'rejected', retryAfterS: 8 });
  const on = ['rejected'];
  expect(make(fixedRetry, { on }).decide(0, refused, 0)).toBe(8);
  expect(make(fixedRetry, { on, delay: 10 }).decide(0, refused, 0)).toBe(10);
  expect(make(fixedRetry, { on, honourRetryAfter: false }).decide(0, refused, 0)).toBe(1);
});

test('it says why', () => {
  const policy = make(fixedRetry);
  policy.decide(0, failure(), 0);
  expect(policy.why?.(0, 0)).toEqual({
    reason: 'backs-off',
    numbers: { attempt: 1, maxAttempts: 3, waitS: 1, retryAfterS: 0 },
  });
  policy.decide(0, failure({ attempt: 3 }), 0);
  expect(policy.why?.(0, 0)).toMatchObject({ reason: 'attempts-used-up' });
  policy.decide(0, failure({ kind: 'rejected' }), 0);
  expect(policy.why?.(0, 0)).toEqual({ reason: 'failure-not-answered' });
});

test('an unknown kind of failure, or none, is refused', () => {
  expect(fixedRetry.parameters.safeParse({ on: ['late'] }).success).toBe(false);
  expect(fixedRetry.parameters.safeParse({ on: [] }).success).toBe(false);
});
