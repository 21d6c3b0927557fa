/** The cheaper path of a workload, and priorities that rise. */
import { describe, expect, test } from 'vitest';
import { observe, oneStage, times } from './observe.js';
import { FULL_DOOR, twoPaths } from './two-paths.js';

describe('a task takes the cheaper path', () => {
  test('not when the step that it is at was its last', () => {
    const run = observe(
      twoPaths({ policies: { deadlines: 'fallback' }, workflow: [{ stage: 'a', work: 4 }] }),
      {
        rows: { w: [{ at: 0 }] },
      },
    );
    expect(times(run, 'completed')).toEqual(['w/0@4']);
    expect(run.measures.total).toMatchObject({ completed: 1, completed_fallback: 0 });
    expect(run.measures.cost.completed_value_usd).toBe(10);
    expect(run.measures.pools.pa!.wasted_gpu_hours).toBe(0);
  });

  test('once: what fails there is tried again there', () => {
    const scenario = twoPaths({
      policies: {
        deadlines: ['fallback', { policy: 'fallback', slack: -1 }],
        retry: { policy: 'fixed', delay: 1, maxAttempts: 2 },
      },
      w: { fallback: [{ stage: 'c', work: 1, errorRate: 1 }] },
    });
    const run = observe(scenario, { rows: { w: [{ at: 0 }] } });
    // From a at 4: 4 to 5, and after a wait 6 to 7.
    expect(run.changes.filter(({ to }) => to === 'failed').map(({ stage, atS }) => [stage, atS])).toEqual([
      [-1, 5],
      [-1, 7],
    ]);
    expect(run.measures.stages.c).toMatchObject({ arrived: 2, completed: 2 });
  });

  test('at whose full door it waits with what it holds, as at that of the other path', () => {
    // b is taken until 9 and c until 6; whoever comes next at a has to wait for as long.
    const scenario = twoPaths({
      stages: { ...FULL_DOOR, c: { pool: 'pc', queue: { capacity: 0, whenFull: 'block' } } },
      workflow: [
        { stage: 'a', work: 2 },
        { stage: 'b', work: 4 },
      ],
      policies: { deadlines: 'fallback' },
    });
    const workloads = {
      ...scenario.workloads,
      other: { workflow: [{ stage: 'b', work: 9 }] },
      third: { workflow: [{ stage: 'c', work: 6 }] },
      next: { workflow: [{ stage: 'a', work: 1 }] },
    };
    const rows = { other: [{ at: 0 }], third: [{ at: 0 }], w: [{ at: 0 }], next: [{ at: 1 }] };
    const run = observe({ ...scenario, workloads }, { rows });
    expect(times(run, 'completed')).toEqual(['third/0@6', 'w/0@7', 'next/0@7', 'other/0@9']);
    expect(times(run, 'in-progress').slice(3)).toEqual(['w/0@6', 'next/0@6']);
    expect(run.measures.workloads.w!.phases.blocked_s!.mean).toBe(4);
    expect(run.measures.stages.a!.blocked_s.max).toBe(4);
  });

  test('refused there, and gone: a later policy does not act on what is not there any more', () => {
    // c has no room while the first one is there, from 3 to 5, so the second leaves at 4. The third gets its row.
    const scenario = twoPaths({
      stages: { c: { pool: 'pc', queue: { capacity: 0 } } },
      other: [{ stage: 'a', work: 20 }],
      policies: { deadlines: ['fallback', { policy: 'drop', slack: -3 }] },
      w: { fallback: [{ stage: 'c', work: 2 }] },
    });
    const run = observe(scenario, { rows: { other: [{ at: 0 }], w: [{ at: 0 }, { at: 1 }, { at: 5 }] } });
    expect(times(run, 'rejected')).toEqual(['w/1@4']);
    expect(times(run, 'completed')).toEqual(['w/0@5', 'w/2@10', 'other/0@20']);
    expect(run.measures.workloads.w).toMatchObject({ cancelled: 0, deadline_drops: 0 });
  });
});

describe('a task becomes more important', () => {
  const one = (policies: object, workload: object = {}) =>
    oneStage({
      pools: { p: { mode: 'exclusive' } },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace' }], ...workload } },
      policies: { ordering: 'priority', ...policies },
    });
  /** The GPU is taken until 5; 1 is less important than 2 and has waited longer. */
  const rows = {
    w: [
      { at: 0, work: 5, priority: 5 },
      { at: 0, work: 1, priority: 0 },
      { at: 1, work: 1, priority: 1 },
    ],
  };

  test('and has its new place in the queue at once', () => {
    // From 4 on 1 has priority 2. At 5, when 2 would have as much, it has begun already.
    const boost = { policy: 'escalate', slack: 0, boost: 2 };
    const run = observe(one({ deadlines: boost }, { deadline: 4 }), { rows });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@5', 'w/2@6']);
    const without = observe(one({}, { deadline: 4 }), { rows });
    expect(times(without, 'in-progress')).toEqual(['w/0@0', 'w/2@5', 'w/1@6']);
  });

  test('among equals it stands where it stood by its arrival', () => {
    const to = { policy: 'escalate', slack: 0, priority: 1 };
    const run = observe(one({ deadlines: to }, { deadline: 4 }), { rows });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@5', 'w/2@6']);
    expect(run.measures.total.escalations).toBe(3);
  });

  test('and takes the resource of a less important one at that moment', () => {
    const run = observe(
      oneStage({
        pools: { p: { mode: 'exclusive' } },
        workloads: {
          long: { priority: 5, workflow: [{ stage: 's', work: 10 }] },
          w: { deadline: 3, workflow: [{ stage: 's', work: 2 }] },
        },
        policies: {
          ordering: 'priority',
          preemption: 'priority',
          deadlines: { policy: 'escalate', slack: 0, priority: 6 },
        },
      }),
      { rows: { long: [{ at: 0 }], w: [{ at: 1 }] } },
    );
    expect(times(run, 'preempted (suspended)')).toEqual(['long/0@4']);
    expect(times(run, 'completed')).toEqual(['w/0@6', 'long/0@12']);
  });

  test('while it is served, which protects it from then on', () => {
    const policies = { preemption: 'priority', deadlines: { policy: 'escalate', slack: 0, priority: 9 } };
    const run = observe(one(policies, { deadline: 3 }), {
      rows: {
        w: [
          { at: 0, work: 6, priority: 0 },
          { at: 4, work: 1, priority: 7 },
        ],
      },
    });
    expect(times(run, 'completed')).toEqual(['w/0@6', 'w/1@7']);
  });
});

test('several policies act on one task, each at its own time, whatever their order in the list', () => {
  const run = observe(
    twoPaths({
      policies: {
        deadlines: [
          { policy: 'drop', slack: -2 },
          { policy: 'fallback', fraction: 1 },
          { policy: 'escalate', fraction: 0.5, boost: 1 },
          { policy: 'escalate', slack: 0.5, boost: 1 },
        ],
      },
      w: { fallback: [{ stage: 'c', work: 10 }] },
    }),
    { rows: { w: [{ at: 0 }] }, record: true },
  );
  const acted = run.decisions.filter(({ kind }) => ['escalate', 'fallback', 'drop'].includes(kind));
  expect(acted.map(({ kind, atS }) => `${kind}@${atS}`)).toEqual([
    'escalate@1.5',
    'escalate@2.5',
    'fallback@3',
    'drop@5',
  ]);
  expect(times(run, 'cancelled')).toEqual(['w/0@5']);
  expect(run.measures.total).toMatchObject({ escalations: 2, deadline_drops: 1, cancelled: 1 });
});

test('of several that act at one time the first in the list is first, and a drop ends it', () => {
  const acted = (deadlines: string[]) =>
    observe(twoPaths({ policies: { deadlines } }), { rows: { w: [{ at: 0 }] }, record: true })
      .decisions.filter(({ kind }) => ['fallback', 'drop'].includes(kind))
      .map(({ kind }) => kind);
  expect(acted(['fallback', 'drop'])).toEqual(['fallback', 'drop']);
  expect(acted(['drop', 'fallback'])).toEqual(['drop']);
});

test('a time before the arrival is that of the arrival', () => {
  const run = observe(twoPaths({ policies: { deadlines: { policy: 'drop', slack: 10 } } }), {
    rows: { w: [{ at: 1 }] },
  });
  expect(times(run, 'cancelled')).toEqual(['w/0@1']);
});
