/** The fair orders in whole runs: the engine asks and tells them as they expect. */
import { expect, test } from 'vitest';
import { observe, type Row } from '../../simulation/observe.js';

/** Two tenants with far more work than the pool can do; returns the tasks that each has completed. */
function completedBy(ordering: object, { sizes = [1, 1], slots = 3, speed = 1, errorRate = 0 } = {}) {
  const rows = (tenant: string, work: number): Row[] =>
    Array.from({ length: 400 }, () => ({ at: 0, work, tenant }));
  const workload = { workflow: [{ stage: 's', work: 'trace', errorRate }] };
  const { measures } = observe(
    {
      version: 1,
      name: 'Two tenants, always backlogged',
      pools: { p: { nodes: 1, slotsPerGpu: slots, speed } },
      stages: { s: { pool: 'p' } },
      workloads: { wa: workload, wb: workload },
      policies: { ordering },
      run: { duration: '60.25s', drain: false },
    },
    { rows: { wa: rows('a', sizes[0]!), wb: rows('b', sizes[1]!) } },
  );
  const done = (tenant: string) => {
    const group = measures.tenants[tenant];
    return group === undefined ? 0 : group.completed + group.dead_lettered;
  };
  return [done('a'), done('b')];
}

test.each(['wfq', 'drr'])(
  '%s: service is shared by weight, on several servers and at any speed',
  (policy) => {
    for (const speed of [1, 2]) {
      const [a, b] = completedBy({ policy, weights: { b: 2 } }, { speed });
      expect(a! + b!).toBe(180 * speed);
      expect(Math.abs(b! - 2 * a!)).toBeLessThanOrEqual(3);
    }
  },
);

test.each(['wfq', 'drr'])('%s: half of the service is fewer of the larger tasks', (policy) => {
  const [a, b] = completedBy({ policy }, { sizes: [3, 1], slots: 1 });
  expect(Math.abs(3 * a! - b!)).toBeLessThanOrEqual(3 + 1 + 1);
});

test.each(['wfq', 'drr'])('%s: a service that ends in an error has been service all the same', (policy) => {
  const [a, b] = completedBy({ policy, weights: { b: 2 } }, { errorRate: 0.5 });
  expect(a! + b!).toBe(180);
  expect(Math.abs(b! - 2 * a!)).toBeLessThanOrEqual(3);
});

test('drf: two tenants of the same needs hold the same, whatever their numbers of tasks', () => {
  const [a, b] = completedBy({ policy: 'drf' }, { slots: 4 });
  expect([a, b]).toEqual([120, 120]);
});
