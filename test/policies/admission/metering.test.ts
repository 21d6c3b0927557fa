import { expect, test } from 'vitest';
import { type Cost, Metering, type Per } from '../../../src/policies/admission/metering.js';
import { fakeView } from '../fake-view.js';

const TASKS = [
  { workload: 0, tenant: 0, user: 7, promptTokens: 100, outputTokens: 20 },
  { workload: 0, tenant: 1, user: 8 },
  { workload: 1, tenant: 0, user: 7 },
  { workload: 0, tenant: 0, user: 7 },
];

function bucketNumbers(per: Per): number[] {
  let made = 0;
  const metering = new Metering(fakeView({ tasks: TASKS }).tasks, per, 'request', () => made++);
  return TASKS.map((_, row) => metering.bucketOf(row));
}

test('global: all tasks share one bucket', () => {
  expect(bucketNumbers('global')).toEqual([0, 0, 0, 0]);
});

test('workload: a bucket each', () => {
  expect(bucketNumbers('workload')).toEqual([0, 0, 1, 0]);
});

test('tenant: a bucket each, across workloads', () => {
  expect(bucketNumbers('tenant')).toEqual([0, 1, 0, 0]);
});

test('user: a bucket each; user 7 of one workload is not user 7 of another', () => {
  expect(bucketNumbers('user')).toEqual([0, 1, 2, 0]);
});

test('a task costs 1 by request and its prompt and output by tokens', () => {
  const costOf = (cost: Cost) =>
    new Metering(fakeView({ tasks: TASKS }).tasks, 'global', cost, () => 0).costOf(0);
  expect(costOf('request')).toBe(1);
  expect(costOf('tokens')).toBe(120);
});
