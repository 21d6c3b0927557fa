import fc from 'fast-check';
import { expect, test } from 'vitest';
import { spread } from '../../../src/policies/placement/spread.js';
import { make } from '../make.js';
import { place } from './place.js';

const policy = make(spread);

test('up to a node: the node with the most free, the lowest of equals', () => {
  expect(place(policy, 8, [3, 6, 8, 8], 2)).toEqual([[2, 2]]);
  expect(place(policy, 8, [3, 6, 2, 5], 7)).toEqual([]);
});

test('more than a node: whole free nodes, and the rest on the emptiest of the others', () => {
  expect(place(policy, 8, [7, 8, 5, 8, 7], 18)).toEqual([
    [1, 8],
    [3, 8],
    [0, 2],
  ]);
  expect(place(policy, 8, [8, 1, 1], 10)).toEqual([]);
});

test('tasks of one unit that come one after the other: no node is ever two ahead of another', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 20 }), (nodes, tasks) => {
      const free = Array<number>(nodes).fill(20);
      for (let i = 0; i < tasks; i++) {
        const [[node]] = place(policy, 20, free, 1) as [[number, number]];
        free[node]!--;
        expect(Math.max(...free) - Math.min(...free)).toBeLessThanOrEqual(1);
      }
    }),
  );
});
