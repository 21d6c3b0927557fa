import { expect, test } from 'vitest';
import { noBackpressure } from '../../../src/policies/backpressure/none.js';
import { make } from '../make.js';

test('no queue is long enough to raise the signal', () => {
  const policy = make(noBackpressure);
  expect(policy.signal(1_000_000, false)).toBe(false);
  expect(policy.refuseEntry).toBe(false);
});
