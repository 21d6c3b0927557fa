import { expect, test } from 'vitest';
import { watermark } from '../../../src/policies/backpressure/watermark.js';
import { make } from '../make.js';

test('on from the high watermark, off only at the low one, unchanged between', () => {
  const policy = make(watermark, { high: 10, low: 4 });
  let on = false;
  const states = [9, 10, 9, 5, 4, 5, 9, 10].map((length) => {
    on = policy.signal(length, on);
    return on;
  });
  expect(states).toEqual([false, true, true, true, false, false, false, true]);
});

test('entry is refused only where asked', () => {
  expect(make(watermark).refuseEntry).toBe(false);
  expect(make(watermark, { refuseEntry: true }).refuseEntry).toBe(true);
});

test('a low watermark that is not below the high one is refused', () => {
  expect(watermark.parameters.safeParse({ high: 10, low: 10 }).success).toBe(false);
});

test('the signal goes to the stage before at once, unless told otherwise', () => {
  const { hops, hopDelayS, credits } = make(watermark);
  expect([hops, hopDelayS, credits]).toEqual([1, 0, Number.POSITIVE_INFINITY]);
  expect(make(watermark, { hops: 3, hopDelay: '100ms' })).toMatchObject({ hops: 3, hopDelayS: 0.1 });
});

test('it says how full the queue was', () => {
  const policy = make(watermark, { refuseEntry: true }, { tasks: [{}], queued: [120] });
  expect(policy.why?.(0, 0)).toEqual({
    reason: 'signal-on',
    numbers: { queueLength: 120, high: 100, low: 50 },
  });
});
