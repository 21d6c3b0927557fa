import { describe, expect, test } from 'vitest';
import { priorityPreemption } from '../../../src/policies/preemption/priority.js';
import type { FakeTask } from '../fake-view.js';
import { make } from '../make.js';

/** Victims in the order in which they would be stopped at 100 s. */
function victims(parameters: Record<string, unknown>, tasks: readonly FakeTask[]): number[] {
  const policy = make(priorityPreemption, parameters, { tasks });
  return tasks.map((_, row) => row).sort((a, b) => policy.compareVictims(a, b, 100));
}

test('only strictly lower priority gives way', () => {
  const policy = make(priorityPreemption, {}, { tasks: [{ priority: 2 }, { priority: 2 }, { priority: 1 }] });
  expect(policy.mayPreempt(0, 1, 0)).toBe(false);
  expect(policy.mayPreempt(0, 2, 0)).toBe(true);
  expect(policy.mayPreempt(2, 0, 0)).toBe(false);
});

test('by default it is textbook preemptive-resume: progress is safe and nothing costs time', () => {
  expect(make(priorityPreemption)).toMatchObject({
    mode: 'resume',
    checkpointIntervalS: 0,
    checkpointCostS: 0,
    checkpointOnPreempt: false,
    resumeCostS: 0,
  });
});

test('checkpoints are in seconds, and `inf` means none on the way', () => {
  const policy = make(priorityPreemption, {
    checkpointInterval: 'inf',
    checkpointCost: '20s',
    checkpointOnPreempt: true,
    resumeCost: '1m30s',
  });
  expect(policy).toMatchObject({
    checkpointIntervalS: Number.POSITIVE_INFINITY,
    checkpointCostS: 20,
    checkpointOnPreempt: true,
    resumeCostS: 90,
  });
});

describe('whom to stop first', () => {
  const tasks = [
    { priority: 1, startedAtS: 90 },
    { priority: 0, startedAtS: 10 },
    { priority: 0, startedAtS: 50 },
    { priority: 1, startedAtS: 90 },
  ];

  test('lowest-priority: then the youngest, then the last to arrive', () => {
    expect(victims({}, tasks)).toEqual([2, 1, 3, 0]);
  });

  test('youngest: the latest to start, then the lowest priority', () => {
    expect(victims({ victim: 'youngest' }, [...tasks, { priority: 0, startedAtS: 90 }])).toEqual([
      4, 3, 0, 2, 1,
    ]);
  });

  test('least-lost-work: what is not saved, times GPUs', () => {
    const running = [
      { startedAtS: 10, gpus: 1 }, // 90 s: 30 s after its last checkpoint.
      { startedAtS: 35, gpus: 2 }, // 65 s: 5 s after it, on 2 GPUs.
      { startedAtS: 80, gpus: 1 }, // 20 s, no checkpoint yet.
    ];
    const choice = { victim: 'least-lost-work', checkpointInterval: '1m' };
    expect(victims(choice, running)).toEqual([1, 2, 0]);
    expect(victims({ ...choice, mode: 'restart' }, running)).toEqual([2, 0, 1]);
    expect(victims({ ...choice, checkpointInterval: 'inf' }, running)).toEqual([2, 0, 1]);
  });

  test('least-lost-work where nothing is lost: the lowest priority, then the youngest', () => {
    expect(victims({ victim: 'least-lost-work' }, tasks)).toEqual([2, 1, 3, 0]);
    expect(
      victims({ victim: 'least-lost-work', checkpointInterval: 'inf', checkpointOnPreempt: true }, tasks),
    ).toEqual([2, 1, 3, 0]);
  });
});
