import { expect, test } from 'vitest';
import { LANE_BY_WORKLOAD } from '../../../src/policies/points.js';
import { classWip } from '../../../src/policies/wip/class.js';
import { make } from '../make.js';

const SYSTEM = { tasks: [{ workload: 0 }, { workload: 1 }, { workload: 1 }], workloads: ['chat', 'batch'] };

test('batch at its limit does not keep chat out', () => {
  const wip = make(classWip, { limits: { batch: 1 } }, SYSTEM);
  wip.started(1, 0);
  expect([wip.mayStart(0, 0), wip.mayStart(2, 0)]).toEqual([true, false]);
  wip.stopped(1, 0);
  expect(wip.mayStart(2, 0)).toBe(true);
});

test('`limit` is for the workloads that `limits` does not name', () => {
  const wip = make(classWip, { limit: 1 }, SYSTEM);
  wip.started(0, 0);
  expect([wip.mayStart(0, 0), wip.mayStart(2, 0)]).toEqual([false, true]);
});

test('tasks of a workload are alike to it; it is held by the task unless told otherwise', () => {
  expect(make(classWip, { limit: 1 }, SYSTEM)).toMatchObject({ lanes: LANE_BY_WORKLOAD, holds: 'task' });
  expect(make(classWip, { limit: 1, holds: 'stage' }, SYSTEM).holds).toBe('stage');
});

test('workloads are named to the scenario; no limit at all is refused', () => {
  expect(classWip.references?.(classWip.parameters.parse({ limits: { batch: 2 } }))).toEqual([
    { kind: 'workload', name: 'batch', path: ['limits', 'batch'] },
  ]);
  expect(classWip.parameters.safeParse({}).success).toBe(false);
});
