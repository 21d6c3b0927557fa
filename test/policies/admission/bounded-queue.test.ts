import { expect, test } from 'vitest';
import { boundedQueue } from '../../../src/policies/admission/bounded-queue.js';
import { ADMIT, REFUSE } from '../../../src/policies/points.js';
import { make } from '../make.js';

const decideWith = (queued: number): number =>
  make(boundedQueue, { capacity: 3 }, { tasks: [{}], queued: [queued] }).decide(0, 0);

test('a task is let in while fewer than the capacity wait, and refused from then on', () => {
  expect([0, 2, 3, 4].map(decideWith)).toEqual([ADMIT, ADMIT, REFUSE, REFUSE]);
});

test('the queue that counts is that of the first stage of the task’s own workload', () => {
  const policy = make(
    boundedQueue,
    { capacity: 3 },
    {
      tasks: [{ workload: 0 }, { workload: 1 }],
      workloads: ['chat', 'batch'],
      stages: ['model', 'tools'],
      entry: [1, 0],
      queued: [3, 0],
    },
  );
  expect(policy.decide(0, 0)).toBe(ADMIT);
  expect(policy.decide(1, 0)).toBe(REFUSE);
});

test('a capacity below 1 is refused by the schema', () => {
  expect(boundedQueue.parameters.safeParse({ capacity: 0 }).success).toBe(false);
});
