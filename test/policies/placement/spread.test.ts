import { expect, test } from 'vitest';
import { WITHIN } from '../../../src/model/node-table.js';
import { spread } from '../../../src/policies/placement/spread.js';
import { make } from '../make.js';
import { nodesOf, put } from './nodes.js';
import { place } from './place.js';

const policy = make(spread);

test('the node with the most free GPUs, the lowest-numbered of equals', () => {
  expect(place(policy, 8, [3, 8, 5, 8], 2)).toEqual([[1, 2]]);
  expect(place(policy, 8, [3, 7, 5, 2], 8)).toEqual([]);
});

test('a gang larger than a node gets whole nodes, and the rest goes where most is free', () => {
  expect(place(policy, 8, [2, 8, 5, 8, 7], 18)).toEqual([
    [1, 8],
    [3, 8],
    [4, 2],
  ]);
});

test('a gang that stays in a rack goes to the emptiest in which it fits', () => {
  const nodes = nodesOf(
    [
      [1, 1],
      [1, 0],
      [1, 1],
      [1, 1],
    ].map((gpus) => ({ gpus })),
    { slicesPerGpu: 1, nodesPerRack: 2 },
  );
  expect(put(policy, nodes, 3, { within: WITHIN.rack })!.node).toBe(2);
});
