import { describe, expect, test } from 'vitest';
import type { RolloutPolicy } from '../../../src/policies/points.js';
import { canary } from '../../../src/policies/rollout/canary.js';
import { noRollout } from '../../../src/policies/rollout/none.js';
import { type FakeRuntime, fakeRuntime } from '../fake-runtime.js';
import type { FakeTask } from '../fake-view.js';
import { make } from '../make.js';

const names = (prefix: string, count: number) => Array.from({ length: count }, (_, i) => `${prefix}${i}`);
const chosen = (policy: RolloutPolicy, count: number): number[] =>
  Array.from({ length: count }, (_, task) => task).filter((task) => policy.isCanary(task, 0));

test('none: nobody goes under another set', () => {
  expect(make(noRollout).isCanary(0, 0)).toBe(false);
});

describe('who goes under the variant', () => {
  const users = Array.from({ length: 20_000 }, (_, user) => ({ user }));
  const byUser = (share: number, variant = 'new', tasks: FakeTask[] = users) =>
    make(canary, { variant, share, by: 'user' }, { tasks });

  test('a share of the users, within what chance allows', () => {
    // Binomial: a standard deviation is 30 and 71 of 20 000.
    expect(Math.abs(chosen(byUser(0.05), 20_000).length - 1000)).toBeLessThan(4 * 30.8);
    expect(Math.abs(chosen(byUser(0.5), 20_000).length - 10_000)).toBeLessThan(4 * 70.7);
    expect(chosen(byUser(0), 20_000)).toEqual([]);
    expect(chosen(byUser(1), 20_000)).toHaveLength(20_000);
  });

  test('all tasks of a user alike, and a larger share keeps those of the smaller', () => {
    const tasks = [...users.slice(0, 1000), ...users.slice(0, 1000)];
    const first = chosen(byUser(0.1, 'new', tasks), 1000);
    expect(chosen(byUser(0.1, 'new', tasks), 2000)).toEqual([...first, ...first.map((task) => task + 1000)]);
    expect(chosen(byUser(0.3, 'new', tasks), 1000)).toEqual(expect.arrayContaining(first));
  });

  test('another variant, or the same number in another workload, is another draw', () => {
    const share = 0.1;
    const overlap = (policy: RolloutPolicy): number => {
      const others = new Set(chosen(policy, 20_000));
      return chosen(byUser(share), 20_000).filter((task) => others.has(task)).length;
    };
    // Of two thousand by chance two hundred are in both; a standard deviation is 13.
    expect(Math.abs(overlap(byUser(share, 'other')) - 200)).toBeLessThan(4 * 13.4);
    const elsewhere = make(
      canary,
      { variant: 'new', share, by: 'user' },
      { tasks: users.map((user) => ({ ...user, workload: 1 })), workloads: ['a', 'b'] },
    );
    expect(Math.abs(overlap(elsewhere) - 200)).toBeLessThan(4 * 13.4);
  });

  test('tenants by their names, wherever they stand in the list', () => {
    const tenants = names('tenant', 400);
    const tasks = tenants.map((_, tenant) => ({ tenant }));
    const names0 = (list: string[]) =>
      chosen(make(canary, { variant: 'new', share: 0.2, by: 'tenant' }, { tasks, tenants: list }), 400).map(
        (task) => list[task]!,
      );
    const some = names0(tenants);
    expect(Math.abs(some.length - 80)).toBeLessThan(4 * 8);
    expect(names0([...tenants].reverse()).sort()).toEqual([...some].sort());
  });

  test('tasks by their own random number', () => {
    const runtime = fakeRuntime({ uniform: (task) => task / 10 });
    const policy = make(canary, { variant: 'new', share: '25%' }, { tasks: Array(10).fill({}) }, runtime);
    expect(chosen(policy, 10)).toEqual([0, 1, 2]);
    expect(policy.why?.(2, 0)).toMatchObject({ reason: 'by-share', numbers: { place: 0.2, share: 0.25 } });
  });

  test('tenants that are named', () => {
    const tasks = [0, 1, 2, 1].map((tenant) => ({ tenant }));
    const policy = make(canary, { variant: 'new', tenants: ['b'] }, { tasks, tenants: ['a', 'b', 'c', 'd'] });
    expect(chosen(policy, 4)).toEqual([1, 3]);
    expect(policy.measures?.(0)).toMatchObject({ share: 0.25 });
  });
});

describe('what becomes of it', () => {
  /** Task 0 is under the base, task 1 under the canary; both sent at 0 with a deadline at 10 s. */
  const tasks = [0, 1].map((arm) => ({ arm, sentAtS: 0, deadlineS: 10 }));
  const DECIDE = { every: 60, minTasks: 2, promoteAfter: 2, tolerance: 0.1 };
  const setUp = (decide: object): [RolloutPolicy, FakeRuntime] => {
    const runtime = fakeRuntime({ uniform: () => 0.99 });
    return [
      make(canary, { variant: 'new', share: 0.5, decide: { ...DECIDE, ...decide } }, { tasks }, runtime),
      runtime,
    ];
  };
  const complete = (policy: RolloutPolicy, arm: number, ...latenciesS: number[]): void => {
    for (const latencyS of latenciesS) policy.onAttemptEnd?.(arm, 'completed', latencyS);
  };

  test('after as many good comparisons in a row everybody goes under the variant', () => {
    const [policy, runtime] = setUp({ metric: 'mean-latency' });
    for (const untilS of [60, 120]) {
      expect(policy.isCanary(0, 0)).toBe(false);
      // 11 s is within a tenth of 10 s.
      complete(policy, 0, 8, 12);
      complete(policy, 1, 10, 12);
      runtime.advanceTo(untilS);
    }
    expect(policy.isCanary(0, 0)).toBe(true);
    expect(policy.measures?.(300)).toEqual({
      comparisons: 2,
      share: 1,
      promoted: 1,
      rolled_back: 0,
      decided_at_s: 120,
    });
    expect(policy.why?.(0, 300)).toEqual({
      reason: 'promoted',
      numbers: { decidedAtS: 120, baseFigure: 10, canaryFigure: 11 },
    });
  });

  test('one that is worse by more than the tolerance takes it back for all', () => {
    const [policy, runtime] = setUp({ metric: 'mean-latency' });
    complete(policy, 0, 10, 10);
    complete(policy, 1, 11, 11.01);
    runtime.advanceTo(60);
    expect(policy.measures?.(60)).toEqual({
      comparisons: 1,
      share: 0,
      promoted: 0,
      rolled_back: 1,
      decided_at_s: 60,
    });
    // For good: what comes later changes nothing.
    complete(policy, 0, 10, 10);
    complete(policy, 1, 1, 1);
    runtime.advanceTo(1000);
    expect(policy.isCanary(0, 0)).toBe(false);
    expect(policy.measures?.(1000)).toMatchObject({ comparisons: 1, decided_at_s: 60 });
  });

  test('good and bad are counted in a row', () => {
    const [policy, runtime] = setUp({ metric: 'mean-latency', rollbackAfter: 2 });
    const canaryS = [10, 20, 10, 20, 10, 10];
    for (const [i, latencyS] of canaryS.entries()) {
      expect(policy.measures?.(0)).toMatchObject({ share: 0.5 });
      complete(policy, 0, 10, 10);
      complete(policy, 1, latencyS, latencyS);
      runtime.advanceTo(60 * (i + 1));
    }
    expect(policy.measures?.(0)).toMatchObject({ promoted: 1, decided_at_s: 360 });
  });

  test('with too few attempts under either set the comparison waits, and keeps what there is', () => {
    const [policy, runtime] = setUp({ metric: 'mean-latency' });
    complete(policy, 0, 10, 10, 10);
    complete(policy, 1, 30);
    runtime.advanceTo(60);
    expect(policy.measures?.(60)).toMatchObject({ comparisons: 0, share: 0.5 });
    complete(policy, 1, 30);
    runtime.advanceTo(120);
    expect(policy.measures?.(120)).toMatchObject({ comparisons: 1, rolled_back: 1, decided_at_s: 120 });
  });

  test('p99: one slow attempt of a hundred does not count, two do', () => {
    const compare = (slow: number): unknown => {
      const [policy, runtime] = setUp({ metric: 'latency-p99' });
      complete(policy, 0, ...Array(100).fill(10));
      complete(policy, 1, ...Array(100 - slow).fill(10), ...Array(slow).fill(99));
      runtime.advanceTo(60);
      return policy.measures?.(60).share;
    };
    expect([compare(1), compare(2)]).toEqual([0.5, 0]);
  });

  test('failures: whatever was not completed, even where the base has none', () => {
    const [policy, runtime] = setUp({ metric: 'failure-rate' });
    complete(policy, 0, 1, 1);
    complete(policy, 1, 1, 1, 1);
    policy.onAttemptEnd?.(1, 'rejected', 1);
    runtime.advanceTo(60);
    expect(policy.measures?.(60)).toMatchObject({ share: 0 });
  });

  test('goodput: more is better, and only what is in time counts', () => {
    const compare = (...canaryS: number[]): unknown => {
      const [policy, runtime] = setUp({ metric: 'goodput-fraction', promoteAfter: 1 });
      complete(policy, 0, 1, 1, 1, 11);
      complete(policy, 1, ...canaryS);
      runtime.advanceTo(60);
      return policy.measures?.(60).share;
    };
    // The base has three of four in time; a tenth less would be 0.675.
    expect(compare(1, 1, 10, 1)).toBe(1);
    expect(compare(1, 1, 11)).toBe(0);
  });

  test('a canary that completes nothing is no faster', () => {
    const [policy, runtime] = setUp({ metric: 'latency-p99' });
    complete(policy, 0, 10, 10);
    for (let i = 0; i < 5; i++) policy.onAttemptEnd?.(1, 'error', 1);
    runtime.advanceTo(60);
    expect(policy.measures?.(60)).toMatchObject({ share: 0 });
    expect(policy.why?.(0, 60)).toEqual({ reason: 'rolled-back', numbers: { decidedAtS: 60 } });
  });

  test('without a decision group it stays as it is, and listens to nothing', () => {
    const runtime = fakeRuntime();
    const policy = make(canary, { variant: 'new', share: 0.5 }, { tasks }, runtime);
    runtime.advanceTo(1e6);
    expect(policy.onAttemptEnd).toBeUndefined();
    expect(policy.measures?.(1e6)).toEqual({
      comparisons: 0,
      share: 0.5,
      promoted: 0,
      rolled_back: 0,
      decided_at_s: 0,
    });
  });
});

test('the variant and the tenants are names that must exist', () => {
  const parameters = canary.parameters.parse({ variant: 'new', tenants: ['a', 'b'] });
  expect(canary.references?.(parameters)).toEqual([
    { kind: 'variant', name: 'new', path: ['variant'] },
    { kind: 'tenant', name: 'a', path: ['tenants', 0] },
    { kind: 'tenant', name: 'b', path: ['tenants', 1] },
  ]);
});

test('it must be said, once, whose tasks go under the variant', () => {
  const error = (parameters: object) => canary.parameters.safeParse(parameters).error?.issues[0]?.message;
  expect(error({ variant: 'new' })).toContain('`share` or `tenants`');
  expect(error({ variant: 'new', share: 0.1, tenants: ['a'] })).toContain('`share` or `tenants`');
});
