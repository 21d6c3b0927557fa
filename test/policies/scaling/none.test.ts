import { expect, test } from 'vitest';
import { noScaling } from '../../../src/policies/scaling/none.js';
import { make } from '../make.js';
import { load } from './load.js';

test('never looks, and wants what there is', () => {
  const policy = make(noScaling);
  expect(policy.intervalS).toBe(Number.POSITIVE_INFINITY);
  expect(policy.wanted(load({ nodes: 3, coming: 2, waitingTasks: 1_000_000 }), 0)).toBe(5);
});
