import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LANE_ALL, LANE_BY_TENANT, LANE_BY_WORKLOAD } from '../../../src/policies/points.js';
import { hybridWip } from '../../../src/policies/wip/hybrid.js';
import { make } from '../make.js';

const SYSTEM = {
  stages: ['model', 'tools'],
  workloads: ['chat', 'batch'],
  tenants: ['acme', 'zeta'],
  tasks: [0, 1, 2, 3, 4, 5, 6, 7].map((row) => ({ workload: row & 1, tenant: (row >> 1) & 1 })),
};
const CAPS = { global: 4, stages: { model: 3 }, classes: { batch: 2 }, tenants: { acme: 3, zeta: 2 } };

test('a task starts only where every cap has room, and no cap is ever passed', () => {
  // A choice is a task and a stage; a task that is already at work is stopped instead.
  const choices = fc.array(fc.tuple(fc.nat(7), fc.nat(1)), { maxLength: 100 });
  fc.assert(
    fc.property(choices, (steps) => {
      const wip = make(hybridWip, CAPS, SYSTEM);
      const at = new Map<number, number>();
      const held = (matches: (row: number, stage: number) => boolean): number =>
        [...at].filter(([row, stage]) => matches(row, stage)).length;
      for (const [row, stage] of steps) {
        const present = at.get(row);
        if (present !== undefined) {
          wip.stopped(row, present);
          at.delete(row);
          continue;
        }
        const { workload, tenant } = SYSTEM.tasks[row]!;
        const room =
          at.size < 4 &&
          (stage !== 0 || held((_, other) => other === 0) < 3) &&
          (workload !== 1 || held((other) => SYSTEM.tasks[other]!.workload === 1) < 2) &&
          held((other) => SYSTEM.tasks[other]!.tenant === tenant) < [3, 2][tenant]!;
        expect(wip.mayStart(row, stage)).toBe(room);
        if (!room) continue;
        wip.started(row, stage);
        at.set(row, stage);
      }
    }),
  );
});

test('lanes are split by the attributes that a cap looks at, and by no other', () => {
  const lanes = (parameters: Record<string, unknown>) => make(hybridWip, parameters, SYSTEM).lanes;
  expect(lanes({ stages: { model: 1 } })).toBe(LANE_ALL);
  expect(lanes({ classes: { batch: 1 } })).toBe(LANE_BY_WORKLOAD);
  expect(lanes({ tenants: { acme: 1 } })).toBe(LANE_BY_TENANT);
  expect(lanes(CAPS)).toBe(LANE_BY_WORKLOAD + LANE_BY_TENANT);
});

test('caps on stages cannot be held by the task', () => {
  expect(hybridWip.parameters.safeParse({ holds: 'task', tenants: { acme: 1 } }).success).toBe(true);
  expect(hybridWip.parameters.safeParse({ holds: 'task', stages: { model: 1 } }).success).toBe(false);
});

test('stages, workloads and tenants are named to the scenario with their place', () => {
  expect(hybridWip.references?.(hybridWip.parameters.parse(CAPS))).toEqual([
    { kind: 'stage', name: 'model', path: ['stages', 'model'] },
    { kind: 'workload', name: 'batch', path: ['classes', 'batch'] },
    { kind: 'tenant', name: 'acme', path: ['tenants', 'acme'] },
    { kind: 'tenant', name: 'zeta', path: ['tenants', 'zeta'] },
  ]);
});
