import { expect, test } from 'vitest';
import { heterogeneityAware } from '../../../src/policies/placement/heterogeneity-aware.js';
import { make } from '../make.js';
import { nodesOf, put } from './nodes.js';

// Speeds on a slow and a fast kind. Training gains a factor 4, inference 1.25: both are fastest on the fast kind.
const TRAINING = [1, 4];
const INFERENCE = [4, 5];
const system = (own: readonly number[]) => ({
  tasks: [{ stage: 0 }],
  throughputs: [TRAINING, INFERENCE],
  throughput: (_: number, group: number) => own[group]!,
});
const nodes = () => nodesOf([{ gpus: [1] }, { gpus: [1] }], { slicesPerGpu: 1 });

test('fastest: everybody takes the fast kind', () => {
  for (const own of [TRAINING, INFERENCE])
    expect(put(make(heterogeneityAware, { prefer: 'fastest' }, system(own)), nodes(), 1)!.node).toBe(1);
});

test('comparative: who gains less leaves the fast kind to who gains more', () => {
  // Shares of the best, 1/4 and 1 for training, 4/5 and 1 for inference; means 0.525 and 1. Inference: 0.8/0.525 > 1.
  expect(put(make(heterogeneityAware, {}, system(INFERENCE)), nodes(), 1)!.node).toBe(0);
  expect(put(make(heterogeneityAware, {}, system(TRAINING)), nodes(), 1)!.node).toBe(1);
});

test('hardware that is too slow is not used, even where nothing else is free', () => {
  const taken = nodesOf([{ gpus: [1] }, { gpus: [0] }], { slicesPerGpu: 1 });
  expect(put(make(heterogeneityAware, { slowest: 0.5 }, system(TRAINING)), taken, 1)).toBe(null);
  expect(put(make(heterogeneityAware, { slowest: 0.25 }, system(TRAINING)), taken, 1)!.node).toBe(0);
});
