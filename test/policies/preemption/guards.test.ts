import { describe, expect, test } from 'vitest';
import { priorityPreemption } from '../../../src/policies/preemption/priority.js';
import { type FakeRuntime, fakeRuntime } from '../fake-runtime.js';
import type { FakeSystem } from '../fake-view.js';
import { make } from '../make.js';

/** Task 0 is urgent; the others run and would give way to it. */
function urgent(parameters: Record<string, unknown>, running: FakeSystem['tasks'], more: FakeSystem = {}) {
  const runtime = fakeRuntime();
  const tasks = [{ priority: 9 }, ...(running ?? [])];
  const policy = make(priorityPreemption, parameters, { tasks, ...more }, runtime);
  const may = (victim: number) => policy.mayPreempt(0, victim, runtime.nowS());
  return { runtime, policy, may };
}

/** Turns the clock in small steps and says when the queues were woken. */
function wakes(runtime: FakeRuntime, untilS: number): number[] {
  const at: number[] = [];
  let seen = runtime.done.length;
  for (let quarter = Math.round(runtime.nowS() * 4) + 1; quarter <= untilS * 4; quarter++) {
    runtime.advanceTo(quarter / 4);
    for (; seen < runtime.done.length; seen++) at.push(quarter / 4);
  }
  return at;
}

describe('minRunTime', () => {
  test('who has run for less is left alone; the queues are woken when the first has run long enough', () => {
    const { runtime, may } = urgent({ minRunTime: '5s' }, [{ startedAtS: 2 }, { startedAtS: 1 }]);
    runtime.advanceTo(3);
    expect([may(1), may(2)]).toEqual([false, false]);
    expect(wakes(runtime, 10)).toEqual([6]);
    runtime.advanceTo(10);
    expect([may(1), may(2)]).toEqual([true, true]);
  });

  test('one timer is pending, however often the engine asks; the later moment is asked for again', () => {
    const { runtime, may } = urgent({ minRunTime: '5s' }, [{ startedAtS: 2 }, { startedAtS: 1 }]);
    runtime.advanceTo(3);
    for (let i = 0; i < 5; i++) expect([may(2), may(1)]).toEqual([false, false]);
    expect(wakes(runtime, 6)).toEqual([6]);
    expect([may(1), may(2)]).toEqual([false, true]);
    expect(wakes(runtime, 20)).toEqual([7]);
  });

  test('who would not give way anyway wakes nobody', () => {
    const { runtime, may } = urgent({ minRunTime: '5s' }, [{ priority: 9 }]);
    expect(may(1)).toBe(false);
    expect(wakes(runtime, 20)).toEqual([]);
  });
});

test('maxPreemptions: who was stopped so many times is left alone for good', () => {
  const { runtime, may } = urgent({ maxPreemptions: 2 }, [{ preemptions: 1 }, { preemptions: 2 }]);
  expect([may(1), may(2)]).toEqual([true, false]);
  expect(wakes(runtime, 20)).toEqual([]);
});

describe('cooldown', () => {
  const pools = [
    { name: 'a', units: 1 },
    { name: 'b', units: 1 },
  ];
  const two = { stages: ['model', 'tools'], pools, poolOf: [0, 1] };

  test('after a preemption nobody is stopped in that pool for so long, and then the queues are woken', () => {
    const { runtime, policy, may } = urgent({ cooldown: '3s' }, [{}, { stage: 1 }], two);
    runtime.advanceTo(1);
    expect(may(1)).toBe(true);
    policy.preempted!(0, 1, 1);
    // The other pool is not concerned.
    expect([may(1), may(2)]).toEqual([false, true]);
    expect(wakes(runtime, 20)).toEqual([4]);
    expect(may(1)).toBe(true);
  });

  test('with minRunTime the later of the two counts', () => {
    const { runtime, policy, may } = urgent({ cooldown: '3s', minRunTime: '5s' }, [{ startedAtS: 1 }]);
    runtime.advanceTo(2);
    policy.preempted!(0, 1, 2);
    expect(may(1)).toBe(false);
    expect(wakes(runtime, 20)).toEqual([6]);
  });
});
