import { describe, expect, test } from 'vitest';
import { scheduled } from '../../../src/policies/scaling/scheduled.js';
import { make } from '../make.js';
import { load } from './load.js';

const HOUR_S = 3600;
const DAY_S = 24 * HOUR_S;
const OFFICE = [
  { at: '18h', nodes: 3 },
  { at: '8h', nodes: 12 },
];

const at = (parameters: object, ...hours: number[]): number[] => {
  const policy = make(scheduled, { schedule: OFFICE, ...parameters });
  return hours.map((hour) => policy.wanted(load(), hour * HOUR_S));
};

describe('by day', () => {
  test('each entry holds until the next, the last one over midnight', () => {
    expect(at({}, 0, 7.99, 8, 12, 17.99, 18, 23, 24, 32, 42)).toEqual([3, 3, 12, 12, 12, 3, 3, 3, 12, 3]);
  });

  test('from the time of day at which the run begins', () => {
    expect(at({ startAt: '7h' }, 0, 0.99, 1, 11)).toEqual([3, 3, 12, 3]);
  });

  test('so much earlier that nodes can be there in time', () => {
    expect(at({ lead: '30 min' }, 7.4, 7.5, 17.4, 17.5)).toEqual([3, 12, 12, 3]);
  });
});

test('by week: nothing at the weekend', () => {
  const week = {
    period: '7d',
    schedule: [
      { at: '8h', nodes: 12 },
      { at: '5d', nodes: 1 },
    ],
  };
  expect(at(week, 0, 8, 5 * 24 - 1, 5 * 24, 7 * 24, 7 * 24 + 8)).toEqual([1, 12, 12, 1, 1, 12]);
});

test('an entry after the end of the period is refused with its place', () => {
  const late = scheduled.parameters.safeParse({
    schedule: [
      { at: 0, nodes: 1 },
      { at: DAY_S, nodes: 2 },
    ],
  });
  expect(late.error!.issues[0]).toMatchObject({
    path: ['schedule', 1, 'at'],
    message: 'expected a time before the end of the period of 86400 s',
  });
});
