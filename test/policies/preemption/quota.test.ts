import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { PreemptionPolicy } from '../../../src/policies/points.js';
import { quotaPreemption } from '../../../src/policies/preemption/quota.js';
import type { FakeSystem, FakeTask } from '../fake-view.js';
import { make } from '../make.js';

const A = { tenant: 0 };
const B = { tenant: 1 };
const OTHER = { tenant: 2 };

/** Makes the policy; the tasks listed in `running` hold their GPUs. */
function quota(
  parameters: Record<string, unknown>,
  tasks: readonly FakeTask[],
  running: readonly number[],
  more: FakeSystem = {},
): PreemptionPolicy {
  const system = { tenants: ['a', 'b', 'other'], pools: [{ name: 'gpu', units: 8 }], tasks, ...more };
  const policy = make(quotaPreemption, parameters, system);
  for (const task of running) policy.onStart!(task, tasks[task]!.stage ?? 0, 0);
  return policy;
}

describe('a and b have two GPUs each', () => {
  const quotas = { quotas: { a: 2, b: 2 } };

  test('a class below its quota takes back what another has borrowed, and no more', () => {
    const policy = quota(quotas, [A, B, B, B], [1, 2, 3]);
    const victims = [1, 2, 3].filter((victim) => policy.mayPreempt(0, victim, 1));
    // b has borrowed one; the last to arrive is the one offered, all else being equal.
    expect(victims).toEqual([3]);
    expect(policy.why!(3, 1)).toEqual({
      reason: 'reclaims-quota',
      numbers: {
        candidateClassUnits: 0,
        candidateClassNominal: 2,
        victimClassUnits: 3,
        victimClassNominal: 2,
      },
    });
  });

  test('nobody is stopped for a class that would go above its own quota', () => {
    const policy = quota(quotas, [A, A, A, B, B, B], [1, 2, 3, 4, 5]);
    expect([3, 4, 5].some((victim) => policy.mayPreempt(0, victim, 1))).toBe(false);
  });

  test('a gang counts with all its GPUs, on both sides', () => {
    const gangs = [
      { ...A, gpus: 2 },
      { ...A, gpus: 3 },
      { ...B, gpus: 2 },
      { ...B, gpus: 3 },
    ];
    // b holds 5: without the gang of 3 it is at its quota, without the gang of 2 above it. Not both.
    const policy = quota(quotas, gangs, [2, 3]);
    expect([2, 3].map((victim) => policy.mayPreempt(0, victim, 1))).toEqual([false, true]);
    expect([2, 3].map((victim) => policy.mayPreempt(1, victim, 1))).toEqual([false, false]);
  });

  test('what a class without a quota uses is all borrowed, and it takes nothing back', () => {
    const policy = quota(quotas, [A, OTHER, OTHER, B], [1, 3]);
    expect(policy.mayPreempt(0, 1, 1)).toBe(true);
    expect(policy.mayPreempt(2, 3, 1)).toBe(false);
  });

  test('who is saving its state has left its class already; once it has stopped it is not counted twice', () => {
    const policy = quota(quotas, [A, B, B, B, B], [1, 2, 3, 4]);
    const offered = () => [1, 2, 3, 4].filter((victim) => policy.mayPreempt(0, victim, 1));
    expect(offered()).toEqual([3, 4]);
    policy.preempted!(0, 4, 1);
    expect(offered()).toEqual([3]);
    policy.onStop!(4, 0, 2);
    expect(offered()).toEqual([3]);
    policy.onStart!(4, 0, 3);
    expect(offered()).toEqual([3, 4]);
  });

  test('pools are apart: what is borrowed in one is not taken back in another', () => {
    const more = {
      stages: ['model', 'tools'],
      poolOf: [0, 1],
      pools: [
        { name: 'x', units: 4 },
        { name: 'y', units: 4 },
      ],
    };
    const tools = { ...B, stage: 1 };
    const policy = quota(quotas, [A, { ...A, stage: 1 }, tools, tools, tools], [2, 3, 4], more);
    expect([2, 3, 4].some((victim) => policy.mayPreempt(0, victim, 1))).toBe(false);
    expect([2, 3, 4].some((victim) => policy.mayPreempt(1, victim, 1))).toBe(true);
  });

  test('of those that may be stopped the guards keep some back, and others take their place', () => {
    const policy = quota({ ...quotas, maxPreemptions: 1 }, [A, B, B, { ...B, preemptions: 1 }], [1, 2, 3]);
    expect([1, 2, 3].filter((victim) => policy.mayPreempt(0, victim, 1))).toEqual([2]);
  });
});

test('a share is of the pool as it is now, rounded down to whole units', () => {
  const pools = [{ name: 'gpu', units: 10 }];
  const tasks = [...Array.from({ length: 4 }, () => A), B];
  const may = (share: number, held: number[]) =>
    quota({ shares: { a: share } }, tasks, [4, ...held], { pools }).mayPreempt(0, 4, 1);
  expect(may(0.29, [1])).toBe(true);
  expect(may(0.29, [1, 2])).toBe(false);
  expect(may(0.3, [1, 2])).toBe(true);
});

test('however many are stopped for one candidate, no class falls below its quota', () => {
  const running = fc.array(fc.record({ tenant: fc.nat(2), gpus: fc.integer({ min: 1, max: 4 }) }), {
    maxLength: 12,
  });
  fc.assert(
    fc.property(running, fc.nat(8), fc.nat(8), fc.integer({ min: 1, max: 4 }), (tasks, a, b, gpus) => {
      const nominal = [a + 1, b + 1, 0];
      const all = [{ ...A, gpus }, ...tasks];
      const rows = tasks.map((_, row) => row + 1);
      const policy = quota({ quotas: { a: a + 1, b: b + 1 } }, all, rows);
      const used = [0, 0, 0];
      for (const { tenant, gpus: units } of tasks) used[tenant]! += units;
      const offered = rows.filter((row) => policy.mayPreempt(0, row, 1));
      if (used[0]! + gpus > nominal[0]!) expect(offered).toEqual([]);
      const left = [...used];
      for (const row of offered) left[all[row]!.tenant]! -= all[row]!.gpus;
      for (const tenant of [0, 1, 2])
        expect(left[tenant]).toBeGreaterThanOrEqual(Math.min(used[tenant]!, nominal[tenant]!));
      // And nobody more could have been offered: each other one would take its class below its quota.
      if (used[0]! + gpus <= nominal[0]!)
        for (const row of rows.filter((other) => !offered.includes(other)))
          expect(left[all[row]!.tenant]! - all[row]!.gpus).toBeLessThan(nominal[all[row]!.tenant]!);
    }),
  );
});

test('quotas are either in units or shares, and name tenants or workloads', () => {
  const { parameters } = quotaPreemption;
  for (const wrong of [{}, { quotas: { a: 1 }, shares: { b: 0.5 } }])
    expect(parameters.safeParse(wrong).error?.issues[0]?.message).toMatch(
      /either `quotas` in units or `shares`/,
    );
  expect(quotaPreemption.references?.(parameters.parse({ by: 'workload', shares: { chat: '50%' } }))).toEqual(
    [{ kind: 'workload', name: 'chat', path: ['shares', 'chat'] }],
  );
});
