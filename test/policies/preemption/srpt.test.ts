import { describe, expect, test } from 'vitest';
import { srpt } from '../../../src/policies/ordering/srpt.js';
import { srptPreemption } from '../../../src/policies/preemption/srpt.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';
import { makeRunning } from './running.js';

test('who has less work left takes the place of who has more, as of this moment', () => {
  const { policy, runtime } = makeRunning(
    srptPreemption,
    {},
    {
      tasks: [{ remainingWorkS: 4 }, { remainingWorkS: 10, startedAtS: 0, isRunning: 1 }],
    },
  );
  runtime.advanceTo(5.75);
  expect(policy.mayPreempt(0, 1, 5.75)).toBe(true);
  runtime.advanceTo(6);
  // Four seconds left on both sides: nobody is stopped for a tie.
  expect(policy.mayPreempt(0, 1, 6)).toBe(false);
  expect(policy.why!(1, 6)).toEqual({
    reason: 'longer-remaining',
    numbers: { candidateRemainingS: 4, victimRemainingS: 4 },
  });
});

test('measured in GPU-time a narrow long task comes before a wide short one', () => {
  const tasks = [
    { remainingWorkS: 4, gpus: 1 },
    { remainingWorkS: 3, gpus: 2 },
  ];
  expect(make(srptPreemption, { measure: 'gpu-time' }, { tasks }).mayPreempt(0, 1, 0)).toBe(true);
  expect(make(srptPreemption, {}, { tasks }).mayPreempt(0, 1, 0)).toBe(false);
});

test('the longest remaining is stopped first, then the lowest priority; or as `victim` says', () => {
  const tasks = [
    { remainingWorkS: 4, priority: 1 },
    { remainingWorkS: 9, priority: 2 },
    { remainingWorkS: 4, priority: 0 },
  ];
  const order = (parameters: object) => {
    const policy = make(srptPreemption, { ...parameters }, { tasks });
    return [0, 1, 2].sort((a, b) => policy.compareVictims(a, b, 0));
  };
  expect(order({})).toEqual([1, 2, 0]);
  expect(order({ victim: 'lowest-priority' })).toEqual([2, 0, 1]);
});

describe('with estimates', () => {
  /** A uniform number of 0.9 makes an estimate too large, one of 0.1 too small. */
  const runtime = () => fakeRuntime({ uniform: (task) => (task === 0 ? 0.9 : 0.1) });
  const tasks = [
    { stepWorkS: 5, remainingWorkS: 5 },
    { stepWorkS: 6, remainingWorkS: 6 },
  ];

  test('the wrong one is taken for the shorter', () => {
    expect(make(srptPreemption, {}, { tasks }, runtime()).mayPreempt(0, 1, 0)).toBe(true);
    expect(make(srptPreemption, { errorCv: 1 }, { tasks }, runtime()).mayPreempt(0, 1, 0)).toBe(false);
  });

  test('who would be preempted is behind in the ordering of the same name: both believe the same', () => {
    const policy = make(srptPreemption, { errorCv: 1 }, { tasks }, runtime());
    const ordering = make(srpt, { errorCv: 1 }, { tasks }, runtime());
    expect(policy.mayPreempt(1, 0, 0)).toBe(ordering.key(1, 0) < ordering.key(0, 0));
    expect(policy.mayPreempt(1, 0, 0)).toBe(true);
  });

  test('a victim that has outlived its estimate has nothing left and is not stopped', () => {
    const long = [
      { stepWorkS: 1, remainingWorkS: 1 },
      { stepWorkS: 100, remainingWorkS: 20 },
    ];
    expect(make(srptPreemption, {}, { tasks: long }, runtime()).mayPreempt(0, 1, 0)).toBe(true);
    expect(make(srptPreemption, { errorCv: 1 }, { tasks: long }, runtime()).mayPreempt(0, 1, 0)).toBe(false);
  });
});

test('a task that is not at the pool yet has no work there to compare', () => {
  const tasks = [{ stage: -1, remainingWorkS: 0 }, { remainingWorkS: 5 }];
  expect(make(srptPreemption, {}, { tasks }).mayPreempt(0, 1, 0)).toBe(false);
});
