import { expect, test } from 'vitest';
import { randomPlacement } from '../../../src/policies/placement/random.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';
import { nodesOf, put } from './nodes.js';

const withDraw = (draw: number) => make(randomPlacement, {}, {}, fakeRuntime({ uniform: () => draw }));

test('every node with room has an equal part of the draw, and no other any', () => {
  const nodes = nodesOf([{ gpus: [10] }, { gpus: [0] }, { gpus: [10, 0] }, { gpus: [5] }, { gpus: [10] }]);
  const chosen = (draw: number) => put(withDraw(draw), nodes, 10)!.node;
  expect([0, 0.3, 0.34, 0.6, 0.67, 0.99].map(chosen)).toEqual([0, 0, 2, 2, 4, 4]);
});

test('so has every GPU with room for a share', () => {
  const nodes = nodesOf([{ gpus: [3, 5, 4, 10] }]);
  const chosen = (draw: number) => put(withDraw(draw), nodes, 4)!.gpu;
  expect([0, 0.4, 0.9].map(chosen)).toEqual([1, 2, 3]);
});

test('without room there is no node', () => {
  expect(put(withDraw(0.5), nodesOf([{ gpus: [9] }]), 10)).toBe(null);
});
