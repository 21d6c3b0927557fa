/** Two policy sets in one run: what each has of its own, and what they share. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ScenarioError } from '../../src/scenario/problem.js';
import { type Observed, observe, type ScenarioObject, times } from './observe.js';
import { policiesWith, smallSystem } from './small-scenario.js';

/** Tasks of the tenant `new` are under the variant; `old` and `new` send at the same times. */
const halves = (given: {
  base?: object;
  variant?: object;
  gpus?: number;
  old?: object;
  new?: object;
}): ScenarioObject => ({
  version: 1,
  name: 'halves',
  pools: { p: { mode: 'exclusive', gpusPerNode: given.gpus ?? 1 } },
  stages: { s: { pool: 'p' } },
  workloads: {
    o: { tenant: 'old', workflow: [{ stage: 's', work: 2 }], ...given.old },
    n: { tenant: 'new', workflow: [{ stage: 's', work: 2 }], ...given.new },
  },
  policies: { rollout: { policy: 'canary', variant: 'other', tenants: ['new'] }, ...given.base },
  variants: { other: given.variant ?? {} },
});
const three = [{ at: 0 }, { at: 0 }, { at: 0 }];
const both = { o: three, n: three };

describe('each policy set', () => {
  test('has limits of its own, which count its own tasks', () => {
    const wip = { policy: 'global', limit: 1 };
    const run = observe(halves({ gpus: 4, base: { wip }, variant: { wip: { ...wip, limit: 2 } } }), {
      rows: both,
    });
    // One of the old at a time, and beside it two of the new.
    expect(times(run, 'in-progress').filter((one) => one.startsWith('o'))).toEqual([
      'o/0@0',
      'o/1@2',
      'o/2@4',
    ]);
    expect(times(run, 'in-progress').filter((one) => one.startsWith('n'))).toEqual([
      'n/0@0',
      'n/1@0',
      'n/2@2',
    ]);
  });

  test('has concurrency limits of its own, told apart in the result', () => {
    const concurrency = { policy: 'fixed', limit: 1 };
    const variant = { concurrency: { ...concurrency, limit: 3 } };
    const run = observe(halves({ gpus: 4, base: { concurrency }, variant }), { rows: both });
    expect(times(run, 'in-progress').filter((one) => one.startsWith('o'))).toEqual([
      'o/0@0',
      'o/1@2',
      'o/2@4',
    ]);
    expect(times(run, 'in-progress').filter((one) => one.startsWith('n'))).toEqual([
      'n/0@0',
      'n/1@0',
      'n/2@0',
    ]);
    expect(run.measures.limits.s!.last).toBe(1);
    expect(run.measures.limits['s/canary']!.last).toBe(3);
  });

  test('does not wait behind tasks that only the other one holds back', () => {
    // The second of the old stands before all of the new, and may not start.
    const run = observe(
      halves({
        gpus: 2,
        base: { wip: { policy: 'global', limit: 1 } },
        variant: { wip: { policy: 'global', limit: 9 } },
      }),
      {
        rows: { o: three, n: [{ at: 1 }] },
      },
    );
    expect(times(run, 'in-progress')).toEqual(['o/0@0', 'n/0@1', 'o/1@2', 'o/2@4']);
  });

  test('has admission, with buckets of its own', () => {
    const admission = { policy: 'token-bucket', rate: 0.001, burst: 1 };
    const variant = { admission: { ...admission, burst: 2 } };
    const run = observe(halves({ gpus: 6, base: { admission }, variant }), { rows: both });
    expect(times(run, 'rejected')).toEqual(['o/1@0', 'o/2@0', 'n/2@0']);
  });

  test('has retries of its own', () => {
    const failing = { workflow: [{ stage: 's', work: 2, errorRate: 1 }] };
    const run = observe(
      halves({
        gpus: 2,
        variant: { retry: { policy: 'fixed', maxAttempts: 3 } },
        old: failing,
        new: failing,
      }),
      { rows: { o: [{ at: 0 }], n: [{ at: 0 }] } },
    );
    expect(times(run, 'dead-lettered')).toEqual(['o/0@2', 'n/0@8']);
    expect(run.measures.arms).toMatchObject({ base: { retries: 0 }, canary: { retries: 2 } });
  });

  test('has its own ways with deadlines', () => {
    const run = observe(
      halves({ variant: { deadlines: 'drop' }, old: { deadline: 3 }, new: { deadline: 3 } }),
      {
        rows: both,
      },
    );
    expect(run.measures.workloads.o).toMatchObject({ completed: 3, cancelled: 0 });
    expect(run.measures.workloads.n).toMatchObject({ cancelled: run.measures.arms.canary!.deadline_drops });
    expect(run.measures.arms).toMatchObject({ base: { deadline_drops: 0 } });
    expect(run.measures.arms.canary!.deadline_drops).toBeGreaterThan(0);
  });
});

describe('both share', () => {
  test('the ordering, which sees the tasks of both', () => {
    const run = observe(
      halves({
        base: { ordering: 'sjf' },
        old: { workflow: [{ stage: 's', work: 'trace' }] },
        new: { workflow: [{ stage: 's', work: 'trace' }] },
      }),
      {
        rows: {
          o: [
            { at: 0, work: 5 },
            { at: 1, work: 4 },
            { at: 1, work: 2 },
          ],
          n: [
            { at: 1, work: 3 },
            { at: 1, work: 1 },
          ],
        },
      },
    );
    expect(times(run, 'in-progress')).toEqual(['o/0@0', 'n/1@5', 'o/2@6', 'n/0@8', 'o/1@11']);
  });

  test('its account of what has been served: fair shares are those of all tasks together', () => {
    const run = observe(halves({ base: { ordering: { policy: 'wfq', by: 'tenant', cost: 'request' } } }), {
      rows: { o: three, n: three.map(() => ({ at: 0.5 })) },
    });
    expect(times(run, 'completed')).toEqual(['o/0@2', 'n/0@4', 'o/1@6', 'n/1@8', 'o/2@10', 'n/2@12']);
  });

  test('preemption', () => {
    const run = observe(
      halves({ base: { preemption: 'priority', ordering: 'priority' }, new: { priority: 1 } }),
      {
        rows: { o: [{ at: 0 }], n: [{ at: 1 }] },
      },
    );
    expect(times(run, 'completed')).toEqual(['n/0@3', 'o/0@4']);
    expect(run.measures.arms).toMatchObject({ base: { preemptions: 1 }, canary: { preemptions: 0 } });
  });
});

describe('who is in which', () => {
  const drawn = (share: number): ScenarioObject => ({
    version: 1,
    name: 'drawn',
    run: { tasks: 200, seed: 5 },
    pools: { p: { gpusPerNode: 2 } },
    stages: { s: { pool: 'p' } },
    workloads: {
      w: {
        arrival: { process: 'poisson', rate: 1 },
        workflow: [{ stage: 's', work: { dist: 'exponential', mean: 1 } }],
      },
    },
    policies: { rollout: { policy: 'canary', variant: 'other', share } },
    variants: { other: { wip: { policy: 'global', limit: 1 } } },
  });
  const run = (share: number) => observe(drawn(share), { record: true });
  const picked = ({ decisions }: Observed): Set<string | null> =>
    new Set(decisions.filter(({ kind }) => kind === 'canary').map(({ task }) => task));
  const works = ({ changes }: Observed): Record<string, string> =>
    Object.fromEntries(
      changes
        .filter(({ to }) => to === 'in-progress')
        .map(({ task, arrivalS, workS }): [string, string] => [task, `${arrivalS} ${workS}`]),
    );

  test('the tasks themselves are the same, whoever they are under', () => {
    const expected = works(run(0.5));
    for (const share of [0, 0.2, 1]) expect(works(run(share))).toEqual(expected);
  });

  test('a larger share takes in those of the smaller one', () => {
    const some = picked(run(0.2));
    const more = picked(run(0.5));
    expect(some.size).toBeGreaterThan(20);
    expect(more.size).toBeGreaterThan(some.size);
    for (const task of some) expect(more).toContain(task);
    expect(picked(run(1)).size).toBe(200);
    expect(picked(run(0)).size).toBe(0);
  });

  test('nobody under the other set: all is as without a rollout', () => {
    const { policies: _, ...without } = drawn(0);
    const { events: __, arms, policies: ___, ...alone } = observe(without).measures;
    const { events: ____, arms: split, policies: _____, ...none } = run(0).measures;
    expect(JSON.stringify(rounded(none))).toBe(JSON.stringify(rounded(alone)));
    expect(arms).toEqual({});
    expect(split.canary!.arrived).toBe(0);
  });
});

/** Sums in another order differ in the last digits. */
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_, inner: unknown) =>
      typeof inner === 'number' ? Number(inner.toPrecision(9)) : inner,
    ),
  );

test('in any scenario the counts of the two add up to the total', () => {
  fc.assert(
    fc.property(smallSystem, policiesWith({ rollout: 'canary' }), (system, policies) => {
      try {
        const { total, arms } = observe({ ...system, policies }).measures;
        for (const [key, value] of Object.entries(total)) {
          if (typeof value !== 'number' || key.endsWith('_fraction')) continue;
          const sum = Object.values(arms).reduce((s, arm) => s + (arm[key as 'arrived'] ?? 0), 0);
          expect([key, sum]).toEqual([key, expect.closeTo(value, 9)]);
        }
        expect(total.latency_s.count).toBe(arms.base!.latency_s.count + arms.canary!.latency_s.count);
      } catch (error) {
        fc.pre(!(error instanceof ScenarioError));
        throw error;
      }
    }),
    { numRuns: 60 },
  );
});
