import { expect, test } from 'vitest';
import { sjf } from '../../../src/policies/ordering/sjf.js';
import { fakeRuntime } from '../fake-runtime.js';
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

test('with errors it goes by the guess: a task that is thought twice as large as it is stands back', () => {
  // cv 1: a draw one sigma up is a factor of 2.299 on the size.
  const runtime = fakeRuntime({ uniform: (task) => (task === 0 ? 0.8413447460685429 : 0.5) });
  const guessed = [{ remainingWorkS: 10 }, { remainingWorkS: 22 }, { remainingWorkS: 24 }];
  const order = make(sjf, { errorCv: 1 }, { tasks: guessed }, runtime);
  expect(serve(order, guessed)).toEqual([1, 0, 2]);
  const { reason, numbers } = order.why?.(0, 0) ?? { reason: '' };
  expect(reason).toBe('shortest-job');
  expect(numbers?.trueS).toBe(10);
  expect(numbers?.estimateS).toBeCloseTo(22.99, 2);
});

test('a key is read once: a preempted task keeps its place', () => {
  expect(make(sjf).rekeys ?? false).toBe(false);
});
