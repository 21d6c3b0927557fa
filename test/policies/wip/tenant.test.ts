import { expect, test } from 'vitest';
import { LANE_BY_TENANT } from '../../../src/policies/points.js';
import { tenantWip } from '../../../src/policies/wip/tenant.js';
import { make } from '../make.js';

const SYSTEM = { tasks: [{ tenant: 0 }, { tenant: 1 }], tenants: ['acme', 'zeta'] };

test('every tenant has the same limit but those with one of their own', () => {
  const wip = make(tenantWip, { limit: 1, overrides: { zeta: 2 } }, SYSTEM);
  wip.started(0, 0);
  wip.started(1, 0);
  expect([wip.mayStart(0, 0), wip.mayStart(1, 0)]).toEqual([false, true]);
  wip.started(1, 0);
  expect(wip.mayStart(1, 0)).toBe(false);
  wip.stopped(0, 0);
  expect(wip.mayStart(0, 0)).toBe(true);
});

test('tasks of a tenant are alike to it; it is held by the task', () => {
  expect(make(tenantWip, {}, SYSTEM)).toMatchObject({ lanes: LANE_BY_TENANT, holds: 'task' });
});

test('tenants are named to the scenario', () => {
  expect(tenantWip.references?.(tenantWip.parameters.parse({ overrides: { zeta: 2 } }))).toEqual([
    { kind: 'tenant', name: 'zeta', path: ['overrides', 'zeta'] },
  ]);
});
