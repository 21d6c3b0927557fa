import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { priorityPreemption } from '../../../src/policies/preemption/priority.js';
import { VICTIM_CHOICES } from '../../../src/policies/preemption/victims.js';
import type { FakeTask } from '../fake-view.js';
import { make } from '../make.js';
import { makeRunning } from './running.js';

/** Victims in the order in which they would be stopped at 100 s. */
function victims(parameters: Record<string, unknown>, tasks: readonly FakeTask[]): number[] {
  const policy = make(priorityPreemption, parameters, { tasks });
  return tasks.map((_, row) => row).sort((a, b) => policy.compareVictims(a, b, 100));
}

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
    const choice = { victim: 'least-lost-work' };
    expect(victims({ ...choice, checkpointInterval: '1m' }, running)).toEqual([1, 2, 0]);
    expect(victims({ ...choice, mode: 'restart' }, running)).toEqual([2, 0, 1]);
    expect(victims({ ...choice, checkpointInterval: 'inf' }, running)).toEqual([2, 0, 1]);
  });

  test('least-lost-work where nothing is lost: the lowest priority, then the youngest', () => {
    expect(victims({ victim: 'least-lost-work' }, tasks)).toEqual([2, 1, 3, 0]);
    expect(
      victims({ victim: 'least-lost-work', checkpointInterval: 'inf', checkpointOnPreempt: true }, tasks),
    ).toEqual([2, 1, 3, 0]);
  });

  test('most-checkpointed: the largest part of its work saved, whatever its size', () => {
    // No checkpoints on the way: the 10 s of the present stretch are not safe, what was done before is.
    const stretch = { startedAtS: 90, isRunning: 1 };
    const running = [
      { ...stretch, stepWorkS: 1000, remainingWorkS: 800 }, // 200 of 210 s.
      { ...stretch, stepWorkS: 100, remainingWorkS: 100 }, // Nothing of its 10 s.
      { ...stretch, stepWorkS: 100, remainingWorkS: 10 }, // 90 of 100 s.
    ];
    const { policy, runtime } = makeRunning(
      priorityPreemption,
      { victim: 'most-checkpointed', checkpointInterval: 'inf' },
      { tasks: running },
    );
    runtime.advanceTo(100);
    expect([0, 1, 2].sort((a, b) => policy.compareVictims(a, b, 100))).toEqual([0, 2, 1]);
  });
});

test('every order is total: the order in which the engine lists the victims decides nothing', () => {
  const small = fc.record({
    priority: fc.nat(1),
    startedAtS: fc.constantFrom(90, 95),
    gpus: fc.integer({ min: 1, max: 2 }),
    workload: fc.nat(1),
    serial: fc.nat(2),
    remainingWorkS: fc.constantFrom(1, 5),
    stepWorkS: fc.constant(5),
  });
  const distinct = fc.uniqueArray(small, { selector: ({ workload, serial }) => workload * 3 + serial });
  fc.assert(
    fc.property(
      fc.constantFrom(...VICTIM_CHOICES),
      fc.constantFrom({}, { checkpointInterval: 3 }, { mode: 'recompute' }, { mode: 'restart' }),
      distinct.chain((tasks) =>
        fc.record({
          tasks: fc.constant(tasks),
          listed: fc.shuffledSubarray(
            tasks.map((_, row) => row),
            { minLength: tasks.length },
          ),
        }),
      ),
      (victim, costs, { tasks, listed }) => {
        const policy = make(priorityPreemption, { victim, ...costs }, { tasks });
        const sorted = [...listed].sort((a, b) => policy.compareVictims(a, b, 100));
        expect(sorted).toEqual(victims({ victim, ...costs }, tasks));
        for (let i = 1; i < sorted.length; i++)
          expect(policy.compareVictims(sorted[i - 1]!, sorted[i]!, 100)).toBeLessThan(0);
      },
    ),
  );
});
