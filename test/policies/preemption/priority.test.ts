import { expect, test } from 'vitest';
import { priorityPreemption } from '../../../src/policies/preemption/priority.js';
import { make } from '../make.js';

test('only strictly lower priority gives way', () => {
  const policy = make(priorityPreemption, {}, { tasks: [{ priority: 2 }, { priority: 2 }, { priority: 1 }] });
  expect(policy.mayPreempt(0, 1, 0)).toBe(false);
  expect(policy.mayPreempt(0, 2, 0)).toBe(true);
  expect(policy.mayPreempt(2, 0, 0)).toBe(false);
});

test('with a gap of 2 a difference of 1 is not enough, and one of 2 is', () => {
  const tasks = [{ priority: 3 }, { priority: 2 }, { priority: 1 }, { priority: 3 }];
  const policy = make(priorityPreemption, { minGap: 2 }, { tasks });
  expect([1, 2, 3].map((victim) => policy.mayPreempt(0, victim, 0))).toEqual([false, true, false]);
});

test('by default it is textbook preemptive-resume: progress is safe and nothing costs time', () => {
  const policy = make(priorityPreemption, {}, { tasks: [{}] });
  expect(policy).toMatchObject({ mode: 'resume', checkpointIntervalS: 0, checkpointCostS: 0 });
  expect([policy.saveS(0), policy.resumeS(0)]).toEqual([-1, 0]);
});

test('checkpoints are in seconds, and `inf` means none on the way', () => {
  const policy = make(
    priorityPreemption,
    { checkpointInterval: 'inf', checkpointCost: '20s', checkpointOnPreempt: true, resumeCost: '1m30s' },
    { tasks: [{}] },
  );
  expect(policy).toMatchObject({ checkpointIntervalS: Number.POSITIVE_INFINITY, checkpointCostS: 20 });
  expect([policy.saveS(0), policy.resumeS(0)]).toEqual([20, 90]);
});

test('the record tells the two priorities; of a victim that backpressure chose it tells nothing', () => {
  const policy = make(priorityPreemption, {}, { tasks: [{ priority: 2 }, { priority: 1 }] });
  policy.mayPreempt(0, 1, 5);
  expect(policy.why!(1, 5)).toEqual({
    reason: 'lower-priority',
    numbers: { candidatePriority: 2, victimPriority: 1 },
  });
  expect(policy.why!(1, 6).reason).toBe('not-by-this-policy');
});
