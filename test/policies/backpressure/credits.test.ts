import { expect, test } from 'vitest';
import { credits } from '../../../src/policies/backpressure/credits.js';
import { make } from '../make.js';

test('it hands out credits, with a way back, and never signals', () => {
  const policy = make(credits, { credits: 4, returnDelay: '50ms' });
  expect([policy.credits, policy.creditReturnS]).toEqual([4, 0.05]);
  expect(policy.signal(1_000_000, false)).toBe(false);
  expect(policy.refuseEntry).toBe(false);
});

test('without any credit nothing would ever start, so at least one is asked for', () => {
  expect(credits.parameters.safeParse({ credits: 0 }).success).toBe(false);
});
