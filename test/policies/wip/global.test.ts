import { expect, test } from 'vitest';
import { LANE_ALL } from '../../../src/policies/points.js';
import { globalWip } from '../../../src/policies/wip/global.js';
import { make } from '../make.js';

test('tasks of all stages and workloads count together', () => {
  const wip = make(globalWip, { limit: 2 }, { tasks: [{ workload: 0 }, { workload: 1 }, {}] });
  wip.started(0, 0);
  expect(wip.mayStart(1, 1)).toBe(true);
  wip.started(1, 1);
  expect(wip.mayStart(2, 0)).toBe(false);
  wip.stopped(0, 0);
  expect(wip.mayStart(2, 0)).toBe(true);
});

test('all tasks are alike to it, and it is held from first start to leaving the system', () => {
  expect(make(globalWip)).toMatchObject({ lanes: LANE_ALL, holds: 'task' });
});
