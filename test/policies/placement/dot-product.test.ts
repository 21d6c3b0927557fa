import { expect, test } from 'vitest';
import { dotProduct } from '../../../src/policies/placement/dot-product.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';
import { nodesOf, put } from './nodes.js';

// Shares of the largest node, 4 GPUs and 32 CPUs. The first two have products of 1/4 x 4/4 + 8/32 x 16/32 = 0.375 and
// 1/4 x 2/4 + 8/32 x 32/32 = 0.375 as well, the third 1/4 x 3/4 + 8/32 x 8/32 = 0.25: scores 81, 81 and 87.
const nodes = () =>
  nodesOf([
    { gpus: [10, 10, 10, 10], cpus: 32, cpusFree: 16 },
    { gpus: [10, 10, 0, 0], cpus: 32 },
    { gpus: [10, 10, 10, 0], cpus: 32, cpusFree: 8 },
  ]);

test('the smallest product of what is free and what is asked for wins', () => {
  expect(put(make(dotProduct), nodes(), 10, { cpus: 8 })!.node).toBe(2);
});

test('of equal scores the lowest-numbered, or any', () => {
  const two = () =>
    nodesOf([
      { gpus: [0], cpus: 32, cpusFree: 1 },
      { gpus: [10, 10], cpus: 32 },
      { gpus: [10, 10], cpus: 32 },
    ]);
  expect(put(make(dotProduct), two(), 10)!.node).toBe(1);
  const drawn = make(dotProduct, { ties: 'random' }, {}, fakeRuntime({ uniform: () => 0.6 }));
  expect(put(drawn, two(), 10)!.node).toBe(2);
});

test('scores are cut to levels: what a fine one tells apart a coarse one does not', () => {
  const alike = () =>
    nodesOf([{ gpus: [10, 10, 10, 10, 10, 10, 10, 10] }, { gpus: [9, 10, 10, 10, 10, 10, 10, 10] }]);
  expect(put(make(dotProduct), alike(), 1)!.node).toBe(0);
  expect(put(make(dotProduct, { levels: 100_000 }), alike(), 1)!.node).toBe(1);
});
