import { expect, test } from 'vitest';
import { jainIndex } from '../../src/metrics/fairness.js';

test('equal shares are fair, whatever their size', () => {
  expect(jainIndex([3, 3, 3, 3])).toBe(1);
  expect(jainIndex([7])).toBe(1);
});

test('one of n that has everything leaves 1/n', () => {
  expect(jainIndex([5, 0, 0, 0])).toBe(0.25);
});

test('k of n that share everything alike leave k/n (Jain, 1984, section 3)', () => {
  expect(jainIndex([2, 2, 2, 0, 0, 0, 0, 0, 0, 0])).toBeCloseTo(0.3, 15);
});

test('shares of 1, 2 and 3: 36 / (3 × 14)', () => {
  expect(jainIndex([1, 2, 3])).toBeCloseTo(6 / 7, 15);
});

test('nobody, or nothing for anybody, is fair', () => {
  expect([jainIndex([]), jainIndex([0, 0])]).toEqual([1, 1]);
});
