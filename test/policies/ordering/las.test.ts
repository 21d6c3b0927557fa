import fc from 'fast-check';
import { expect, test } from 'vitest';
import { las } from '../../../src/policies/ordering/las.js';
import { make } from '../make.js';
import { serve } from './serve.js';

/** A task that has attained so much at its step, of a size that nobody knows. */
const attained = (attainedS: number, gpus = 1, leftS = 1000) => ({
  stepWorkS: attainedS + leftS,
  remainingWorkS: leftS,
  gpus,
});

test('plain: the least attained GPU-time first, whatever the size', () => {
  const tasks = [attained(30), attained(10, 1, 1), attained(4, 8), attained(0, 1, 1e6)];
  expect(serve(make(las, { levels: [] }, { tasks }), tasks)).toEqual([3, 1, 0, 2]);
  expect(serve(make(las, { levels: [], measure: 'time' }, { tasks }), tasks)).toEqual([3, 2, 1, 0]);
});

test('by levels: the higher queue first, and in a queue the first to come', () => {
  // Queues: below 10 GPU-seconds, below 100, the rest.
  const tasks = [attained(100), attained(99), attained(9), attained(10), attained(0), attained(2, 5)];
  expect(serve(make(las, { levels: [10, '100s'] }, { tasks }), tasks)).toEqual([2, 4, 1, 3, 5, 0]);
});

test('by default there are two queues, divided at 3250 GPU-seconds', () => {
  const tasks = [attained(3250), attained(3249), attained(1000, 4)];
  expect(serve(make(las, {}, { tasks }), tasks)).toEqual([1, 0, 2]);
});

test('the record has the service attained and the queue', () => {
  const tasks = [attained(20, 2)];
  expect(make(las, { levels: [10] }, { tasks }).why?.(0, 0)).toEqual({
    reason: 'least-attained-service',
    numbers: { attainedGpuS: 40, level: 1 },
  });
});

test('of two tasks the one that has attained more is never in a higher queue', () => {
  const service = fc.record({ attainedS: fc.nat(500), gpus: fc.constantFrom(1, 2, 8) });
  const levels = fc
    .uniqueArray(fc.integer({ min: 1, max: 2000 }), { maxLength: 4 })
    .map((some) => some.sort((a, b) => a - b));
  fc.assert(
    fc.property(fc.array(service, { maxLength: 12 }), levels, (queue, some) => {
      const tasks = queue.map(({ attainedS, gpus }) => attained(attainedS, gpus));
      const order = make(las, { levels: some }, { tasks });
      const gpuS = queue.map(({ attainedS, gpus }) => attainedS * gpus);
      const expected = [...tasks.keys()].sort((a, b) => {
        const queueOf = (task: number) => some.filter((level) => level <= gpuS[task]!).length;
        return some.length === 0 ? gpuS[a]! - gpuS[b]! || a - b : queueOf(a) - queueOf(b) || a - b;
      });
      expect(serve(order, tasks)).toEqual(expected);
    }),
  );
});

test('the key of a preempted task is read again; levels that do not ascend are refused', () => {
  expect(make(las).rekeys).toBe(true);
  for (const levels of [
    [20, 10],
    [10, 10],
  ])
    expect(las.parameters.safeParse({ levels }).error?.issues[0]?.message).toBe(
      'expected levels that ascend, for example [10m, 1h]',
    );
});
