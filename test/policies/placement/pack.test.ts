import { expect, test } from 'vitest';
import { WITHIN } from '../../../src/model/placement-request.js';
import { bestFit } from '../../../src/policies/placement/best-fit.js';
import { pack } from '../../../src/policies/placement/pack.js';
import { make } from '../make.js';
import { nodesOf, put } from './nodes.js';
import { place } from './place.js';

const policy = make(pack);
const whole = { slicesPerGpu: 1 };

test('with nodes of one size in one rack it is best fit', () => {
  for (const free of [
    [8, 3, 2, 3],
    [8, 5, 4, 2],
    [8, 8],
  ]) {
    expect(place(policy, 8, free, 3)).toEqual(place(make(bestFit), 8, free, 3));
  }
});

test('an idle node is left alone as long as one in use has room, however much tighter it would be', () => {
  const nodes = nodesOf([{ gpus: [1, 1] }, { gpus: [1, 1, 1, 1, 1, 1, 1, 0] }], whole);
  expect(put(policy, nodes, 2)!.node).toBe(1);
  expect(put(make(bestFit), nodes, 2)!.node).toBe(0);
});

test('of idle nodes one in a rack in use comes first', () => {
  const nodes = nodesOf(
    [
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 0],
    ].map((gpus) => ({ gpus })),
    { ...whole, nodesPerRack: 2 },
  );
  expect(put(policy, nodes, 2)!.node).toBe(2);
});

test('a gang that stays in a rack goes to the fullest in which it fits', () => {
  const nodes = nodesOf(
    [
      [1, 1],
      [1, 1],
      [1, 1],
      [1, 0],
      [1, 0],
      [1, 0],
    ].map((gpus) => ({ gpus })),
    { ...whole, nodesPerRack: 2 },
  );
  expect(put(policy, nodes, 3, { within: WITHIN.rack })!.node).toBe(2);
});
