import { expect, test } from 'vitest';
import { sjf } from '../../../src/policies/ordering/sjf.js';
import { make } from '../make.js';
import { serve } from './serve.js';

const tasks = [
  { remainingWorkS: 10, gpus: 8 },
  { remainingWorkS: 30, gpus: 1 },
  { remainingWorkS: 20, gpus: 2 },
  { remainingWorkS: 10, gpus: 1 },
];

test('by time: the least work left first, in order of arrival among equals', () => {
  expect(serve(make(sjf, {}, { tasks }), tasks)).toEqual([0, 3, 2, 1]);
});

test('by GPU-time: work left times GPUs', () => {
  expect(serve(make(sjf, { measure: 'gpu-time' }, { tasks }), tasks)).toEqual([3, 1, 2, 0]);
});
