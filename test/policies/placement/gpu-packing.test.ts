import { expect, test } from 'vitest';
import { gpuPacking } from '../../../src/policies/placement/gpu-packing.js';
import { make } from '../make.js';
import { nodesOf, put } from './nodes.js';

const policy = make(gpuPacking);
const idle = { gpus: [10, 10] };
const inUse = { gpus: [10, 10, 0, 0] };

test('a share goes to the fullest GPU that is shared already', () => {
  expect(put(policy, nodesOf([idle, inUse, { gpus: [9, 10] }, { gpus: [5, 10] }]), 4)!.node).toBe(3);
});

test('else, and for whole GPUs, to a node in use; an idle one comes last, a small one first', () => {
  expect(put(policy, nodesOf([idle, { gpus: [3, 10] }, inUse]), 4)!.node).toBe(1);
  expect(put(policy, nodesOf([idle, inUse]), 10)!.node).toBe(1);
  expect(put(policy, nodesOf([{ gpus: [10, 10, 10, 10] }, idle]), 10)!.node).toBe(1);
});

test('what asks for no GPU takes the lowest number', () => {
  expect(put(policy, nodesOf([idle, inUse]), 0)!.node).toBe(0);
});
