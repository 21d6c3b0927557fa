import fc from 'fast-check';
import { expect, test } from 'vitest';
import { firstFit } from '../../../src/policies/placement/first-fit.js';
import { make } from '../make.js';
import { place } from './place.js';

const policy = make(firstFit);

test('up to a node: the lowest-numbered node with room for all', () => {
  expect(place(policy, 8, [1, 6, 2, 8], 2)).toEqual([[1, 2]]);
  expect(place(policy, 8, [1, 6, 2, 8], 8)).toEqual([[3, 8]]);
});

test('a gang is never split where it would fit a node of the pool', () => {
  expect(place(policy, 8, [4, 4], 5)).toEqual([]);
});

test('more than a node: whole free nodes from the lowest, then the lowest node with room for the rest', () => {
  expect(place(policy, 8, [3, 8, 8, 7, 8], 18)).toEqual([
    [1, 8],
    [2, 8],
    [0, 2],
  ]);
  expect(place(policy, 8, [1, 8, 8, 8], 18)).toEqual([
    [1, 8],
    [2, 8],
    [3, 2],
  ]);
});

test('more than a node does not fit without enough whole nodes, or without room for the rest', () => {
  expect(place(policy, 8, [8, 7, 7], 16)).toEqual([]);
  expect(place(policy, 8, [8, 3, 3], 12)).toEqual([]);
});

test('what is placed adds up, on different nodes, within their room', () => {
  const free = fc.array(fc.oneof(fc.nat(8), fc.constant(8)), { minLength: 1, maxLength: 8 });
  fc.assert(
    fc.property(free, fc.integer({ min: 1, max: 40 }), (nodes, units) => {
      const pairs = place(policy, 8, nodes, units);
      if (pairs.length === 0) return;
      expect(pairs.reduce((sum, [, placed]) => sum + placed!, 0)).toBe(units);
      expect(new Set(pairs.map(([node]) => node)).size).toBe(pairs.length);
      for (const [node, placed] of pairs) expect(placed).toBeLessThanOrEqual(nodes[node!]!);
    }),
  );
});
