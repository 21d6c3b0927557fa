import { describe, expect, test } from 'vitest';
import { attainedPreemption } from '../../../src/policies/preemption/attained.js';
import { makeRunning, type RunningTask } from './running.js';

const WAITING: RunningTask = { stepWorkS: 100, remainingWorkS: 99 };
const RUNNING: RunningTask = { stepWorkS: 100, remainingWorkS: 100, startedAtS: 0, isRunning: 1 };

const attained = (parameters: object, tasks: RunningTask[], speed = 1) =>
  makeRunning(attainedPreemption, { quantum: 10, measure: 'time', ...parameters }, { tasks, speed });

test('a running task that is a quantum ahead gives way, and the queues are woken at that moment', () => {
  const { policy, runtime } = attained({}, [WAITING, RUNNING]);
  expect(policy.mayPreempt(0, 1, 0)).toBe(false);
  // The waiting one has had 1 s, so the other has to have had 11 s.
  runtime.advanceTo(10.9);
  expect(runtime.done).toEqual([]);
  runtime.advanceTo(11);
  expect(runtime.done).toEqual(['wake']);
  expect(policy.mayPreempt(0, 1, 11)).toBe(true);
  expect(policy.why!(1, 11)).toEqual({
    reason: 'more-attained',
    numbers: { candidateAttainedS: 1, victimAttainedS: 11 },
  });
});

test('on a faster pool a quantum is had sooner, and the wake comes at that moment', () => {
  const { policy, runtime } = attained({}, [WAITING, RUNNING], 4);
  runtime.advanceTo(1);
  expect(policy.mayPreempt(0, 1, 1)).toBe(false);
  runtime.advanceTo(2.7);
  expect(runtime.done).toEqual([]);
  runtime.advanceTo(2.75);
  expect(runtime.done).toEqual(['wake']);
});

test('measured in GPU-time a wide task is ahead sooner', () => {
  const wide = { ...RUNNING, gpus: 4 };
  const { policy, runtime } = attained({ measure: 'gpu-time' }, [WAITING, wide]);
  expect(policy.mayPreempt(0, 1, 0)).toBe(false);
  runtime.advanceTo(2.75);
  expect(runtime.done).toEqual(['wake']);
  expect(policy.mayPreempt(0, 1, 2.75)).toBe(true);
});

test('time in checkpoints is no service: the wake comes after them', () => {
  const costs = { checkpointInterval: 3, checkpointCost: 1 };
  const { policy, runtime } = attained({ ...costs, quantum: 9 }, [WAITING, RUNNING]);
  expect(policy.mayPreempt(0, 1, 0)).toBe(false);
  // 10 s of work with checkpoints after 3, 6 and 9 s.
  runtime.advanceTo(12.9);
  expect(runtime.done).toEqual([]);
  runtime.advanceTo(13);
  expect(runtime.done).toEqual(['wake']);
});

describe('of several that run', () => {
  const tasks = [
    WAITING,
    { ...RUNNING, remainingWorkS: 98 },
    { ...RUNNING, remainingWorkS: 95 },
    { ...RUNNING, remainingWorkS: 95, priority: -1 },
  ];

  test('one timer wakes for the first to be ahead', () => {
    const { policy, runtime } = attained({}, tasks);
    for (const victim of [1, 2]) expect(policy.mayPreempt(0, victim, 0)).toBe(false);
    // They have had 2 and 5 s: the second reaches 11 s after 6 s.
    runtime.advanceTo(6);
    expect(runtime.done).toEqual(['wake']);
    runtime.advanceTo(50);
    expect(runtime.done).toEqual(['wake']);
  });

  test('who has attained the most is stopped first, then the lowest priority; or as `victim` says', () => {
    const order = (parameters: object) => {
      const { policy } = attained(parameters, tasks);
      return [1, 2, 3].sort((a, b) => policy.compareVictims(a, b, 0));
    };
    expect(order({})).toEqual([3, 2, 1]);
    expect(order({ victim: 'youngest' })).toEqual([3, 2, 1]);
    expect(order({ victim: 'lowest-priority' })[0]).toBe(3);
  });
});

test('a victim that does not get on, because it loads its state, is looked at again after a part of the quantum', () => {
  const stuck = { ...WAITING, startedAtS: 0 };
  const { policy, runtime } = attained({}, [WAITING, stuck]);
  runtime.advanceTo(20);
  expect(policy.mayPreempt(0, 1, 20)).toBe(false);
  runtime.advanceTo(22.4);
  expect(runtime.done).toEqual([]);
  runtime.advanceTo(22.5);
  expect(runtime.done).toEqual(['wake']);
});

test('a task that is not at the pool yet wakes nobody and preempts nobody', () => {
  const { policy, runtime } = attained({}, [{ ...WAITING, stage: -1 }, RUNNING]);
  runtime.advanceTo(50);
  expect(policy.mayPreempt(0, 1, 50)).toBe(false);
  runtime.advanceTo(100);
  expect(runtime.done).toEqual([]);
});

test('a quantum of 0 is refused: two tasks would change places without end', () => {
  expect(attainedPreemption.parameters.safeParse({ quantum: 0 }).success).toBe(false);
});
