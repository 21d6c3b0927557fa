import { expect, test } from 'vitest';
import { acceptAll } from '../../../src/policies/admission/accept-all.js';
import { ADMIT } from '../../../src/policies/points.js';
import { make } from '../make.js';

test('lets in a task however long the queue is', () => {
  const policy = make(acceptAll, {}, { tasks: [{}], queued: [1_000_000] });
  expect(policy.decide(0, 0)).toBe(ADMIT);
  expect(policy.retryAfterS).toBe(0);
});

test('refuses parameters, since it has none', () => {
  expect(acceptAll.parameters.safeParse({ capacity: 3 }).success).toBe(false);
});
