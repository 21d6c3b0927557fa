import { describe, expect, test } from 'vitest';
import { watermark } from '../../../src/policies/backpressure/watermark.js';
import { fakeRuntime } from '../fake-runtime.js';
import type { FakeSystem } from '../fake-view.js';
import { make } from '../make.js';

const setUp = (escalation: object, system: FakeSystem = {}, succeeds = true) => {
  const runtime = fakeRuntime({ succeeds });
  const policy = make(watermark, { high: 10, low: 2, escalation }, system, runtime);
  const signal = (atS: number, on: boolean, stage = 0): void => {
    runtime.advanceTo(atS);
    policy.changed?.(stage, on, atS);
  };
  return { policy, runtime, signal };
};

test('a signal that goes off in time calls for nothing, however often it comes', () => {
  const { runtime, signal } = setUp({ remedy: 'preempt', after: 30 });
  for (const startS of [0, 40, 80]) {
    signal(startS, true);
    signal(startS + 29, false);
  }
  runtime.advanceTo(1000);
  expect(runtime.done).toEqual([]);
});

describe('scale-out', () => {
  const scaling = { remedy: 'scale-out', after: 30, nodes: 3, provisionDelay: 60, holdFor: 120 };

  test('orders after the time, has the nodes after the delay, gives them back so long after the signal', () => {
    const { policy, runtime, signal } = setUp(scaling);
    signal(0, true);
    runtime.advanceTo(89);
    expect(runtime.done).toEqual([]);
    runtime.advanceTo(90);
    expect(runtime.done).toEqual(['scale 0 3']);
    signal(200, false);
    runtime.advanceTo(319);
    expect(runtime.done).toEqual(['scale 0 3']);
    runtime.advanceTo(320);
    expect(runtime.done).toEqual(['scale 0 3', 'scale 0 -3']);
    expect(policy.measures?.(320)).toEqual({ escalations: 1, nodes_added: 3 });
  });

  test('a signal that comes back keeps the nodes, and asks for no more', () => {
    const { runtime, signal } = setUp(scaling);
    signal(0, true);
    signal(100, false);
    signal(150, true);
    runtime.advanceTo(1000);
    expect(runtime.done).toEqual(['scale 0 3']);
    signal(1000, false);
    runtime.advanceTo(1120);
    expect(runtime.done).toEqual(['scale 0 3', 'scale 0 -3']);
  });

  test('nodes that have not come when they would be given back never come', () => {
    const { runtime, signal } = setUp({ ...scaling, holdFor: 10 });
    signal(0, true);
    signal(40, false);
    runtime.advanceTo(1000);
    expect(runtime.done).toEqual([]);
  });

  test('a second long signal orders again', () => {
    const { runtime, signal } = setUp({ remedy: 'scale-out', after: 30 });
    for (const startS of [0, 100]) {
      signal(startS, true);
      signal(startS + 50, false);
      runtime.advanceTo(startS + 60);
    }
    expect(runtime.done).toEqual(['scale 0 1', 'scale 0 -1', 'scale 0 1', 'scale 0 -1']);
  });

  test('each stage has its own, for its own pool; a service has no nodes to add', () => {
    const { runtime, signal } = setUp({ remedy: 'scale-out', after: 30 }, { poolOf: [1, 0, -1] });
    signal(0, true, 0);
    signal(10, true, 1);
    signal(10, true, 2);
    signal(35, false, 0);
    runtime.advanceTo(100);
    expect(runtime.done).toEqual(['scale 1 1', 'scale 1 -1', 'scale 0 1']);
  });
});

test('preempt: again and again while the signal is on', () => {
  const { policy, runtime, signal } = setUp({ remedy: 'preempt', after: 30 });
  signal(0, true);
  runtime.advanceTo(95);
  expect(runtime.done).toEqual(['preemptFor 0', 'preemptFor 0', 'preemptFor 0']);
  expect(policy.measures?.(95)).toEqual({ escalations: 3, preemptions: 3 });
  signal(100, false);
  runtime.advanceTo(500);
  expect(runtime.done).toHaveLength(3);
});

describe('shed and degrade', () => {
  /** Values 5, 1, 3, 1, 4; the second task of value 1 has come later. */
  const tasks = [5, 1, 3, 1, 4].map((valueUsd, task) => ({ valueUsd, queuedAtS: task }));
  const system: FakeSystem = { tasks, waiting: [[0, 1, 2, 3, 4]] };

  test('shed: least value first, of equals the last to come, down to the low watermark', () => {
    const { policy, runtime, signal } = setUp({ remedy: 'shed', after: 30 }, system);
    signal(0, true);
    runtime.advanceTo(30);
    expect(runtime.done).toEqual(['shed 3', 'shed 1', 'shed 2']);
    expect(policy.measures?.(30)).toEqual({ escalations: 1, tasks_shed: 3 });
    policy.beginMeasuring?.(30);
    expect(policy.measures?.(30)).toEqual({ escalations: 0, tasks_shed: 0 });
  });

  test('degrade: the same tasks, on the way that is cheaper', () => {
    const { runtime, signal } = setUp({ remedy: 'degrade', after: 30 }, system);
    signal(0, true);
    runtime.advanceTo(30);
    expect(runtime.done).toEqual(['degrade 3', 'degrade 1', 'degrade 2']);
  });

  test('degrade: who has no such way stays and another goes', () => {
    const { policy, runtime, signal } = setUp({ remedy: 'degrade', after: 30 }, system, false);
    signal(0, true);
    runtime.advanceTo(30);
    expect(runtime.done).toHaveLength(5);
    expect(policy.measures?.(30)).toEqual({ escalations: 1, tasks_degraded: 0 });
  });

  test('a signal that goes off in the course of it takes the next remedy back', () => {
    const runtime = fakeRuntime();
    const policy = make(watermark, { high: 3, low: 2, escalation: { remedy: 'shed', after: 30 } }, system, {
      ...runtime,
      shed: (task) => {
        runtime.shed(task);
        if (task === 2) policy.changed?.(0, false, runtime.nowS());
      },
    });
    policy.changed?.(0, true, 0);
    runtime.advanceTo(500);
    expect(runtime.done).toEqual(['shed 3', 'shed 1', 'shed 2']);
  });
});

test('without an escalation nobody listens to the signal', () => {
  expect(make(watermark).changed).toBeUndefined();
});

test('nodes for a remedy that adds none are refused with the reason', () => {
  const issue = watermark.parameters.safeParse({ escalation: { remedy: 'shed', nodes: 2 } }).error?.issues[0];
  expect(issue?.message).toBe('`nodes` is for remedy scale-out: shed adds no nodes');
  expect(issue?.path).toEqual(['escalation', 'nodes']);
});
