import { expect, test } from 'vitest';
import { noRetry } from '../../../src/policies/retry/none.js';
import { make } from '../make.js';

test('no failure of any kind is tried again', () => {
  const policy = make(noRetry);
  expect((['error', 'rejected', 'timed-out'] as const).map((kind) => policy.retries(kind))).toEqual([
    false,
    false,
    false,
  ]);
  expect(policy.maxAttempts).toBe(1);
});
