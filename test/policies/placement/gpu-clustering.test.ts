import { expect, test } from 'vitest';
import { gpuClustering } from '../../../src/policies/placement/gpu-clustering.js';
import { make } from '../make.js';
import { nodesOf, put } from './nodes.js';

const policy = make(gpuClustering);

const other = { gpus: [10, 10, 0, 0], held: [20] };
const idle = { gpus: [10, 10, 10, 10] };
const mixed = { gpus: [10, 0, 0, 0], held: [10, 20] };
const alike = { gpus: [10, 10, 10, 0], held: [10] };

test('alike only, then alike among others, then idle, then others', () => {
  expect(put(policy, nodesOf([other, idle, mixed, alike]), 10)!.node).toBe(3);
  expect(put(policy, nodesOf([other, idle, mixed]), 10)!.node).toBe(2);
  expect(put(policy, nodesOf([other, idle]), 10)!.node).toBe(1);
  expect(put(policy, nodesOf([other]), 10)!.node).toBe(0);
});

test('shares of whatever size are alike, and not like a whole GPU', () => {
  const shares = { gpus: [10, 10, 10, 7], held: [3] };
  expect(put(policy, nodesOf([alike, shares]), 8)!.node).toBe(1);
  expect(put(policy, nodesOf([alike, shares]), 10)!.node).toBe(0);
});

test('in a class the fullest, and what asks for no GPU takes the lowest number', () => {
  const fuller = { gpus: [10, 10, 0, 0], held: [10, 10] };
  expect(put(policy, nodesOf([alike, fuller]), 10)!.node).toBe(1);
  expect(put(policy, nodesOf([alike, fuller]), 0)!.node).toBe(0);
});
