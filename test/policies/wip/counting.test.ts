import { expect, test } from 'vitest';
import { CountedLimit, limitsByName } from '../../../src/policies/wip/counting.js';

test('there is room until the limit is held, and again after a release', () => {
  const limit = new CountedLimit([2, Number.POSITIVE_INFINITY]);
  limit.take(0);
  expect(limit.hasRoom(0)).toBe(true);
  limit.take(0);
  expect(limit.hasRoom(0)).toBe(false);
  expect(limit.hasRoom(1)).toBe(true);
  limit.release(0);
  expect(limit.hasRoom(0)).toBe(true);
});

test('releasing what was never taken is a bug and throws', () => {
  expect(() => new CountedLimit([1]).release(0)).toThrow(/more often/);
});

test('a name’s own limit comes before the common one; without either there is none', () => {
  expect(limitsByName(['a', 'b'], { b: 3 }, 5)).toEqual([5, 3]);
  expect(limitsByName(['a', 'b'], { b: 3 }, undefined)).toEqual([Number.POSITIVE_INFINITY, 3]);
});
