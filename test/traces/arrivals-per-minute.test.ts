import { expect, test } from 'vitest';
import { arrivalsPerMinute } from '../../src/traces/arrivals-per-minute.js';

const table = (...arrivalS: number[]) => ({
  rows: arrivalS.length,
  arrivalS: Float64Array.from(arrivalS),
  tenantNames: [],
});

test('a minute begins with its first second and ends before the next', () => {
  expect(Array.from(arrivalsPerMinute(table(0, 59.999, 60, 185)))).toEqual([2, 1, 0, 1]);
});

test('no rows, no minutes', () => {
  expect(arrivalsPerMinute(table())).toHaveLength(0);
});
