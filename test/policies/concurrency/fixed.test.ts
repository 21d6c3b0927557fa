import { expect, test } from 'vitest';
import { fixedLimit } from '../../../src/policies/concurrency/fixed.js';
import { make } from '../make.js';

test('no sample moves the limit', () => {
  const limit = make(fixedLimit, { limit: 7 });
  limit.onSample(0, 60, 7, true);
  limit.onSample(1, 0.001, 7, false);
  expect(limit.limit).toBe(7);
});
