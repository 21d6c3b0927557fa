import { expect, test } from 'vitest';
import { noPreemption } from '../../../src/policies/preemption/none.js';
import { make } from '../make.js';

test('nobody is interrupted, however important the other', () => {
  const policy = make(noPreemption, {}, { tasks: [{ priority: 99 }, { priority: 0 }] });
  expect(policy.mayPreempt(0, 1, 0)).toBe(false);
});
