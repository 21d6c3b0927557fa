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
