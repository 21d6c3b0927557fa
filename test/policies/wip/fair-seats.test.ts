import { describe, expect, test } from 'vitest';
import { LANE_BY_TENANT, LANE_BY_WORKLOAD, type WipLimit } from '../../../src/policies/points.js';
import { fairSeats } from '../../../src/policies/wip/fair-seats.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';

const numbersOf = (wip: WipLimit, task: number) => wip.why!(task, 0).numbers!;

/** Two levels, five nominal seats each; tasks 0 to 9 are of the first, 10 to 19 of the second. */
function twoLevels(
  first: object = {},
  second: object = {},
  more: object = {},
  waiting: readonly (readonly number[])[] = [],
) {
  const runtime = fakeRuntime();
  const wip = make(
    fairSeats,
    { seats: 10, levels: { acme: first, zeta: second }, ...more },
    {
      tenants: ['acme', 'zeta'],
      tasks: Array.from({ length: 20 }, (_, row) => ({ tenant: row < 10 ? 0 : 1 })),
      waiting,
    },
    runtime,
  );
  const seats = () => [numbersOf(wip, 0).currentSeats, numbersOf(wip, 10).currentSeats];
  return { wip, runtime, seats };
}

test('the suggested configuration of Kubernetes divides 600 seats by shares, rounded up', () => {
  const shares = {
    system: 30,
    'node-high': 40,
    'workload-high': 40,
    'workload-low': 100,
    'global-default': 20,
    'leader-election': 10,
  };
  const names = [...Object.keys(shares), 'anybody'];
  const wip = make(
    fairSeats,
    {
      by: 'workload',
      levels: Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, { shares: share }])),
    },
    { workloads: names, tasks: names.map((_, workload) => ({ workload })) },
  );
  // Whoever is not named has the 5 shares of the catch-all level: 245 in all.
  expect(names.map((_, task) => numbersOf(wip, task).nominalSeats)).toEqual([74, 98, 98, 245, 49, 25, 13]);
  expect(wip.lanes).toBe(LANE_BY_WORKLOAD);
});

test('nobody lends by default: each level has its own seats, whatever the other does', () => {
  const { wip, runtime, seats } = twoLevels({}, {}, {}, [[0, 1, 2, 3, 4, 5, 6, 7]]);
  expect(seats()).toEqual([5, 5]);
  runtime.advanceTo(1000);
  expect(seats()).toEqual([5, 5]);
  for (let task = 0; task < 5; task++) wip.started(task, 0);
  expect([wip.mayStart(5, 0), wip.mayStart(10, 0)]).toEqual([false, true]);
});

test('before any demand is known seats follow what each level must keep', () => {
  // The first lends 60% of 5 seats and keeps 2: 10 seats in the ratio of 2 to 5.
  expect(twoLevels({ lendablePercent: 60 }).seats()).toEqual([3, 7]);
});

describe('with everything lendable', () => {
  const all = { lendablePercent: 100 };

  test('the demand of one takes the idle seats of the other at the next adjustment, and the queues are woken', () => {
    const { runtime, seats } = twoLevels(all, all, {}, [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    expect(seats()).toEqual([5, 5]);
    runtime.advanceTo(9.9);
    expect(seats()).toEqual([5, 5]);
    runtime.advanceTo(10);
    expect(seats()).toEqual([10, 0]);
    expect(runtime.done).toEqual(['wake']);
  });

  test('a level without seats may still serve one task at a time', () => {
    const { wip, runtime } = twoLevels(all, all, {}, [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    runtime.advanceTo(10);
    expect(wip.mayStart(10, 0)).toBe(true);
    wip.started(10, 0);
    expect(wip.mayStart(11, 0)).toBe(false);
    expect(wip.why!(11, 10).reason).toBe('level-full');
  });

  test('who wants its seats again has the nominal ones back at the next adjustment', () => {
    const waiting = [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]];
    const { runtime, seats } = twoLevels(all, all, {}, waiting);
    runtime.advanceTo(10);
    waiting[0]!.push(10, 11, 12, 13, 14, 15);
    runtime.advanceTo(20);
    expect(seats()).toEqual([5, 5]);
  });

  test('a peak between two adjustments counts, though nobody waits at either', () => {
    const { wip, runtime, seats } = twoLevels(all, all, {}, [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
    for (const task of [10, 11, 12]) wip.started(task, 0);
    runtime.advanceTo(1);
    for (const task of [10, 11, 12]) wip.stopped(task, 0);
    runtime.advanceTo(10);
    expect(seats()[1]).toBeGreaterThanOrEqual(3);
  });
});

test('a level borrows no more than its limit: 20% of 5 seats is one', () => {
  const { runtime, seats } = twoLevels({ borrowingLimitPercent: 20 }, { lendablePercent: 100 }, {}, [
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  ]);
  runtime.advanceTo(10);
  expect(seats()).toEqual([6, 4]);
});

test('smoothed demand falls to half in five minutes, as the coefficient says', () => {
  const waiting: number[][] = [
    [0, 1, 2, 3, 4, 5, 6, 7],
    [10, 11, 12, 13],
  ];
  const all = { lendablePercent: 100 };
  const runtime = fakeRuntime();
  const wip = make(
    fairSeats,
    { seats: 12, levels: { acme: all, zeta: all } },
    {
      stages: ['model', 'tools'],
      tenants: ['acme', 'zeta'],
      tasks: Array.from({ length: 20 }, (_, row) => ({ tenant: row < 10 ? 0 : 1 })),
      waiting,
    },
    runtime,
  );
  runtime.advanceTo(20);
  const at20 = numbersOf(wip, 0).currentSeats!;
  // Both want what they wanted before, but nobody waits for the first: 0.977^30 is a half.
  waiting[0]!.length = 0;
  runtime.advanceTo(20 + 300);
  const at320 = numbersOf(wip, 0).currentSeats!;
  expect(at20).toBe(8);
  // Targets of 4 and 4 instead of 8 and 4.
  expect(at320).toBe(6);
});

test('levels are named to the scenario; lanes follow them', () => {
  expect(fairSeats.references?.(fairSeats.parameters.parse({ levels: { acme: {} } }))).toEqual([
    { kind: 'tenant', name: 'acme', path: ['levels', 'acme'] },
  ]);
  expect(make(fairSeats).lanes).toBe(LANE_BY_TENANT);
});

test('releasing what was never taken is a bug and throws', () => {
  expect(() => twoLevels().wip.stopped(0, 0)).toThrow(/more often/);
});
