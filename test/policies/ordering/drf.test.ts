import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drf } from '../../../src/policies/ordering/drf.js';
import { LANE_BY_TENANT } from '../../../src/policies/points.js';
import type { FakeTask } from '../fake-view.js';
import { make } from '../make.js';

const GB = 1e9;

interface Demand {
  readonly gpus: number;
  readonly memoryBytes: number;
}

/** A pool and one task of each tenant, which stands for as many as it likes to start. */
function fill(
  pool: { units: number; memoryBytes: number },
  demands: readonly Demand[],
  weights: object = {},
) {
  const tenants = demands.map((_, i) => `t${i}`);
  const tasks: FakeTask[] = demands.map((demand, tenant) => ({ ...demand, tenant }));
  const order = make(drf, { weights }, { tasks, tenants, pools: [{ name: 'gpu', ...pool }] });
  const heads = demands.map((_, task) => task);
  const started: number[] = [];
  let [units, memoryBytes] = [pool.units, pool.memoryBytes];
  for (;;) {
    const task = order.choose!(heads, heads.length, 0);
    units -= demands[task]!.gpus;
    memoryBytes -= demands[task]!.memoryBytes;
    if (units < 0 || memoryBytes < 0) return { order, started };
    order.onStart!(task, 0, 0);
    started.push(task);
  }
}

test('the example of the paper: 9 CPUs and 18 GB, tasks of <1, 4 GB> and <3, 1 GB>', () => {
  // Here GPUs stand for CPUs. Section 4.1: A gets three tasks and B two, each a dominant share of 2/3. Shares as they
  // start: A 4/18, B 3/9, A 8/18, B (after 1/3 < 4/9) 6/9, A 12/18.
  const pool = { units: 9, memoryBytes: 18 * GB };
  const { started } = fill(pool, [
    { gpus: 1, memoryBytes: 4 * GB },
    { gpus: 3, memoryBytes: 1 * GB },
  ]);
  expect(started).toEqual([0, 1, 0, 1, 0]);
});

test('a tenant of weight 2 gets twice the dominant share', () => {
  const pool = { units: 12, memoryBytes: 120 * GB };
  const demands = [
    { gpus: 1, memoryBytes: 0 },
    { gpus: 1, memoryBytes: 0 },
  ];
  const { started } = fill(pool, demands, { t1: 2 });
  expect(started.filter((task) => task === 1)).toHaveLength(8);
});

test('what a task gives back is its tenant’s no more', () => {
  const tasks = [
    { tenant: 0, gpus: 4 },
    { tenant: 1, gpus: 1 },
  ];
  const order = make(drf, {}, { tasks, tenants: ['a', 'b'], pools: [{ name: 'gpu', units: 8 }] });
  order.onStart?.(0, 0, 0);
  expect(order.choose?.([0, 1], 2, 1)).toBe(1);
  order.onStop?.(0, 0, 2);
  expect(order.choose?.([0, 1], 2, 2)).toBe(0);
});

test('the record says which resource dominates', () => {
  const { order } = fill({ units: 10, memoryBytes: 10 * GB }, [{ gpus: 1, memoryBytes: 5 * GB }]);
  expect(order.why?.(0, 0)).toEqual({
    reason: 'least-share-of-memory',
    numbers: { gpuShare: 0.2, memoryShare: 1, weight: 1 },
  });
});

test('without a stated memory and at services it is GPUs or places alone; unlimited ones make all equal', () => {
  const tasks = [
    { tenant: 0, memoryBytes: 9 * GB, queuedAtS: 1 },
    { tenant: 1, queuedAtS: 0 },
  ];
  const tenants = ['a', 'b'];
  for (const poolOf of [[0], [-1]]) {
    const order = make(drf, {}, { tasks, tenants, poolOf });
    order.onStart?.(0, 0, 0);
    expect(order.choose?.([0, 1], 2, 0)).toBe(1);
    order.onStop?.(0, 0, 0);
    expect(order.choose?.([0, 1], 2, 0)).toBe(1);
  }
});

test('no tenant is ahead of another by more than one of its own tasks', () => {
  // Progressive filling: a tenant starts only while its weighted share is the least.
  const demand = fc.record({
    gpus: fc.integer({ min: 1, max: 4 }),
    memoryBytes: fc.integer({ min: 0, max: 40 }).map((gb) => gb * GB),
  });
  const weights = fc.record({ t0: fc.constantFrom(1, 2), t1: fc.constantFrom(0.5, 1) });
  fc.assert(
    fc.property(fc.array(demand, { minLength: 2, maxLength: 5 }), weights, (demands, byName) => {
      const pool = { units: 64, memoryBytes: 640 * GB };
      const { started } = fill(pool, demands, byName);
      const weightOf = (i: number) => ({ 0: byName.t0, 1: byName.t1 })[i] ?? 1;
      const taskShare = demands.map(
        ({ gpus, memoryBytes }, i) =>
          Math.max(gpus / pool.units, memoryBytes / pool.memoryBytes) / weightOf(i),
      );
      const shares = demands.map((_, i) => started.filter((task) => task === i).length * taskShare[i]!);
      for (const [i, share] of shares.entries())
        expect(share).toBeLessThanOrEqual(Math.min(...shares) + taskShare[i]! + 1e-9);
    }),
  );
});

test('tenants are told apart and named to the scenario', () => {
  expect(make(drf).lanes).toBe(LANE_BY_TENANT);
  expect(drf.references?.(drf.parameters.parse({ weights: { a: 2 } }))).toEqual([
    { kind: 'tenant', name: 'a', path: ['weights', 'a'] },
  ]);
});
