import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { LANE_BY_TENANT, LANE_BY_WORKLOAD } from '../../../src/policies/points.js';
import { cohortWip } from '../../../src/policies/wip/cohort.js';
import { observe } from '../../simulation/observe.js';
import { make } from '../make.js';

const A = 0;
const B = 1;
const UNMANAGED = 2;
const SYSTEM = { tenants: ['a', 'b', 'x'], tasks: [0, 1, 2].map((tenant) => ({ tenant })) };

/** How many of each class can be started, one after the other as given. */
function fill(quotas: object, order: readonly number[], most = 50): number[] {
  const wip = make(cohortWip, { quotas }, SYSTEM);
  return order.map((task) => {
    let started = 0;
    while (started < most && wip.mayStart(task, 0)) {
      wip.started(task, 0);
      started++;
    }
    return started;
  });
}

describe('the example of the Kueue documentation: team a has 9, team b has 12', () => {
  test('with a borrowing limit of 1, a uses up to 10; without one, b uses up to 12 + 9', () => {
    const quotas = { a: { nominalQuota: 9, borrowingLimit: 1 }, b: { nominalQuota: 12 } };
    expect(fill(quotas, [A])).toEqual([10]);
    expect(fill(quotas, [B])).toEqual([21]);
    expect(fill(quotas, [A, B])).toEqual([10, 11]);
  });

  test('where b lends 1 at most, a uses up to 9 + 1, and b keeps 11', () => {
    const quotas = { a: { nominalQuota: 9 }, b: { nominalQuota: 12, lendingLimit: 1 } };
    expect(fill(quotas, [A, B])).toEqual([10, 11]);
    expect(fill(quotas, [B, A])).toEqual([21, 0]);
  });
});

test('who has lent waits until a borrower finishes', () => {
  const wip = make(cohortWip, { quotas: { a: { nominalQuota: 1 }, b: { nominalQuota: 1 } } }, SYSTEM);
  wip.started(A, 0);
  wip.started(A, 0);
  expect(wip.mayStart(B, 0)).toBe(false);
  expect(wip.why!(B, 0)).toEqual({
    reason: 'cohort-used-up',
    numbers: { asked: 1, used: 0, nominal: 1, available: 0, cohortFree: 0 },
  });
  wip.stopped(A, 0);
  expect(wip.mayStart(B, 0)).toBe(true);
});

describe('reclaim', () => {
  test('any: an owner within its quota may start though all is lent, a borrower may not', () => {
    const quotas = { a: { nominalQuota: 1 }, b: { nominalQuota: 2 } };
    const wip = make(cohortWip, { quotas, reclaim: 'any' }, SYSTEM);
    for (let i = 0; i < 3; i++) wip.started(A, 0);
    expect(wip.mayStart(B, 0)).toBe(true);
    expect(wip.why!(B, 0)).toMatchObject({ reason: 'reclaims' });
    expect(wip.mayStart(A, 0)).toBe(false);
    wip.started(B, 0);
    wip.started(B, 0);
    expect(wip.mayStart(B, 0)).toBe(false);
  });

  /** Two GPUs, one each: the borrower takes both at 0 and 1 s, the owner comes at 2 s. */
  test('with the preemption policy quota the owner stops the borrower’s second task at once', () => {
    const completedS = (reclaim: string) => {
      const quotas = { borrower: { nominalQuota: 1 }, owner: { nominalQuota: 1 } };
      const workload = { workflow: [{ stage: 's', work: 'trace' }] };
      const { changes } = observe(
        {
          version: 1,
          name: 'two owners of a GPU each',
          run: { drain: true },
          pools: { p: { gpusPerNode: 2 } },
          stages: { s: { pool: 'p' } },
          workloads: { borrower: workload, owner: workload },
          policies: {
            wip: { policy: 'cohort', by: 'workload', reclaim, quotas },
            preemption: { policy: 'quota', by: 'workload', quotas: { borrower: 1, owner: 1 } },
          },
        },
        {
          rows: {
            borrower: [0, 1].map((at) => ({ at, work: 100 })),
            owner: [{ at: 2, work: 5 }],
          },
        },
      );
      return changes.find(({ task, to }) => task === 'owner/0' && to === 'completed')!.atS;
    };
    expect(completedS('any')).toBe(7);
    expect(completedS('never')).toBe(105);
  });
});

test('tasks of a class without a quota are not held back and use nothing', () => {
  expect(fill({ a: { nominalQuota: 2 } }, [UNMANAGED, A])).toEqual([50, 2]);
});

test('in units of GPUs a gang counts for all of its own', () => {
  const wip = make(
    cohortWip,
    { unit: 'gpus', quotas: { a: { nominalQuota: 8, borrowingLimit: 0 }, b: { nominalQuota: 8 } } },
    {
      tenants: ['a', 'b'],
      tasks: [
        { tenant: 0, gpus: 6 },
        { tenant: 0, gpus: 2 },
        { tenant: 0, gpus: 4 },
        { tenant: 1, gpus: 10 },
      ],
    },
  );
  wip.started(0, 0);
  expect([1, 2, 3].map((task) => wip.mayStart(task, 0))).toEqual([true, false, true]);
  expect(wip.why!(2, 0).reason).toBe('borrowing-limit');
  expect(wip.why!(3, 0).reason).toBe('borrows');
});

test('a start is allowed exactly where every limit of the cohort holds after it', () => {
  const quota = fc.record(
    { nominalQuota: fc.nat(4), borrowingLimit: fc.nat(3), lendingLimit: fc.nat(4) },
    { requiredKeys: ['nominalQuota'] },
  );
  const quotas = fc.record({ a: quota, b: quota, x: quota });
  fc.assert(
    fc.property(quotas, fc.array(fc.nat(2), { maxLength: 40 }), (entries, choices) => {
      const parsed = cohortWip.parameters.safeParse({ quotas: entries });
      fc.pre(parsed.success);
      const wip = make(cohortWip, { quotas: entries }, SYSTEM);
      const all = [entries.a, entries.b, entries.x].map(({ nominalQuota, borrowingLimit, lendingLimit }) => ({
        most: nominalQuota + (borrowingLimit ?? 1000),
        own: nominalQuota - (lendingLimit ?? nominalQuota),
        lent: lendingLimit ?? nominalQuota,
      }));
      const used = [0, 0, 0];
      const fits = () =>
        all.every(({ most }, i) => used[i]! <= most) &&
        all.reduce((sum, { own }, i) => sum + Math.max(0, used[i]! - own), 0) <=
          all.reduce((sum, { lent }) => sum + lent, 0);
      for (const choice of choices) {
        used[choice]!++;
        const allowed = fits();
        expect(wip.mayStart(choice, 0)).toBe(allowed);
        if (allowed) {
          wip.started(choice, 0);
          continue;
        }
        used[choice]!--;
        // Make room, so that the walk goes on.
        const other = used.findIndex((number) => number > 0);
        if (other < 0) continue;
        used[other]!--;
        wip.stopped(other, 0);
      }
    }),
  );
});

test('quotas that contradict each other are refused with the reason', () => {
  const message = (quotas: object, more: object = {}) =>
    cohortWip.parameters.safeParse({ quotas, ...more }).error?.issues[0]?.message;
  expect(message({ a: { nominalQuota: 2, lendingLimit: 3 } })).toMatch(/lends at most what it has/);
  expect(message({ a: { nominalQuota: 0 } })).toMatch(/a has no quota and can borrow none/);
  expect(message({ a: { nominalQuota: 0 }, b: { nominalQuota: 1, lendingLimit: 0 } })).toMatch(
    /wait for ever/,
  );
  expect(message({ a: { nominalQuota: 0 }, b: { nominalQuota: 1 } })).toBeUndefined();
  expect(message({}, { unit: 'gpus', holds: 'task' })).toMatch(/leave `holds` at stage/);
});

test('lanes and references follow `by`', () => {
  const lanes = ['tenant', 'workload'].map((by) => make(cohortWip, { by }).lanes);
  expect(lanes).toEqual([LANE_BY_TENANT, LANE_BY_WORKLOAD]);
  const parsed = cohortWip.parameters.parse({ by: 'workload', quotas: { batch: { nominalQuota: 2 } } });
  expect(cohortWip.references?.(parsed)).toEqual([
    { kind: 'workload', name: 'batch', path: ['quotas', 'batch'] },
  ]);
});

test('releasing what was never taken is a bug and throws', () => {
  const wip = make(cohortWip, { quotas: { a: { nominalQuota: 1 } } }, SYSTEM);
  expect(() => wip.stopped(A, 0)).toThrow(/more often/);
});
