import { describe, expect, test } from 'vitest';
import { observe, oneStage, type Row, times, twoStages } from './observe.js';

const served = [{ stage: 's', work: 'trace' }];

test('one server, first come first served: start is the later of arrival and the end before (Lindley)', () => {
  const run = observe(oneStage({ workloads: { w: { workflow: served } } }), {
    rows: {
      w: [
        { at: 0, work: 3 },
        { at: 1, work: 2 },
        { at: 1.5, work: 4 },
        { at: 12, work: 1 },
      ],
    },
  });
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@3', 'w/2@5', 'w/3@12']);
  expect(times(run, 'completed')).toEqual(['w/0@3', 'w/1@5', 'w/2@9', 'w/3@13']);
  const { wait_s, waited_fraction, service_s, mean_queue_length, max_queue_length } = run.measures.stages.s!;
  // Waits 0, 2, 3.5, 0 in a run of 13 s.
  expect(wait_s).toMatchObject({ count: 4, mean: 5.5 / 4, max: 3.5 });
  expect([waited_fraction, service_s.mean, max_queue_length]).toEqual([0.5, 2.5, 2]);
  expect(mean_queue_length).toBeCloseTo(5.5 / 13, 12);
  expect(run.measures.pools.p!.utilisation.busy).toBeCloseTo(10 / 13, 12);
  expect(run.measures.total.latency_s).toMatchObject({ count: 4, mean: (3 + 4 + 7.5 + 1) / 4, max: 7.5 });
});

test('two servers: whoever is free first takes the next', () => {
  const run = observe(
    oneStage({ pools: { p: { gpusPerNode: 2 } }, workloads: { w: { workflow: served } } }),
    {
      rows: { w: [5, 2, 2, 4, 1].map((work) => ({ at: 0, work })) },
    },
  );
  expect(times(run, 'completed')).toEqual(['w/1@2', 'w/2@4', 'w/0@5', 'w/4@6', 'w/3@8']);
});

test('a pool of speed 2 takes half as long', () => {
  const run = observe(oneStage({ pools: { p: { speed: 2 } }, workloads: { w: { workflow: served } } }), {
    rows: { w: [{ at: 1, work: 3 }] },
  });
  expect(times(run, 'completed')).toEqual(['w/0@2.5']);
});

describe('the ordering decides among those that wait when the server comes free', () => {
  // The first holds the server until 10; meanwhile a, b, c and d come.
  const rows: Row[] = [
    { at: 0, work: 10, priority: 9 },
    { at: 1, work: 4, priority: 1 },
    { at: 2, work: 1, priority: 3 },
    { at: 3, work: 3, priority: 1 },
    { at: 4, work: 2, priority: 2 },
  ];
  const order = (ordering: unknown): string[] =>
    times(
      observe(oneStage({ workloads: { w: { workflow: served } }, policies: { ordering } }), {
        rows: { w: rows },
      }),
      'in-progress',
    )
      .slice(1)
      .map((start) => ' abcd'[Number(start.split('@')[0]!.slice(2))]!);

  test.each([
    ['fifo', 'abcd'],
    ['lifo', 'dcba'],
    ['priority', 'bdac'],
    ['sjf', 'bdca'],
    // Joined minus priority: 0, -1, 2, 2.
    [{ policy: 'ageing', interval: 1 }, 'bacd'],
    // Joined/100 minus priority: hardly any ageing.
    [{ policy: 'ageing', interval: 100 }, 'bdac'],
  ])('%j: %s', (ordering, expected) => {
    expect(order(ordering).join('')).toBe(expected);
  });

  test('edf: the earlier deadline first, those without one last', () => {
    const run = observe(
      oneStage({
        workloads: {
          none: { workflow: served },
          loose: { deadline: 100, workflow: served },
          tight: { deadline: 20, workflow: served },
        },
        policies: { ordering: 'edf' },
      }),
      {
        rows: {
          none: [
            { at: 0, work: 10 },
            { at: 1, work: 1 },
          ],
          loose: [{ at: 2, work: 1 }],
          tight: [{ at: 3, work: 1 }],
        },
      },
    );
    expect(times(run, 'in-progress')).toEqual(['none/0@0', 'tight/0@10', 'loose/0@11', 'none/1@12']);
  });
});

describe('a queue with a capacity', () => {
  const bounded = (capacity: number) =>
    oneStage({ stages: { s: { pool: 'p', queue: { capacity } } }, workloads: { w: { workflow: served } } });
  const rows = { w: [0, 1, 2, 3].map((at) => ({ at, work: 10 })) };

  test('refuses those who find it full', () => {
    const run = observe(bounded(1), { rows });
    expect(times(run, 'rejected')).toEqual(['w/2@2', 'w/3@3']);
    expect(times(run, 'completed')).toEqual(['w/0@10', 'w/1@20']);
    expect(run.measures.stages.s).toMatchObject({
      arrived: 4,
      refused: 2,
      completed: 2,
      max_queue_length: 1,
    });
    expect(run.measures.total).toMatchObject({ rejected: 2, refusals: 2, reject_fraction: 0.5 });
  });

  test('of 0 is a loss system: who finds a server is served, the others are refused', () => {
    const run = observe(bounded(0), { rows: { w: [...rows.w, { at: 10, work: 1 }, { at: 12, work: 1 }] } });
    expect(times(run, 'completed')).toEqual(['w/0@10', 'w/4@11', 'w/5@13']);
    expect(run.measures.stages.s!.max_queue_length).toBe(0);
  });

  test('is kept while a later stage asks this one to pause', () => {
    const run = observe(
      twoStages({
        stages: { a: { pool: 'pa', queue: { capacity: 1 } }, b: { pool: 'pb' } },
        workloads: {
          w: {
            workflow: [
              { stage: 'a', work: 0.1 },
              { stage: 'b', work: 100 },
            ],
          },
        },
        policies: { backpressure: { policy: 'watermark', high: 2, low: 1, at: 'b' } },
      }),
      { rows: { w: Array.from({ length: 10 }, (_, at) => ({ at })) } },
    );
    // Three pass before the signal, one waits at a, the others find a's queue full.
    expect(run.measures.stages.a!.max_queue_length).toBe(1);
    expect(run.measures.total).toMatchObject({ completed: 4, rejected: 6 });
  });
});

describe('watermark: the stage before pauses from the high mark down to the low one', () => {
  const starts = (low: number): string[] => {
    const run = observe(
      twoStages({
        workloads: {
          w: {
            workflow: [
              { stage: 'a', work: 1 },
              { stage: 'b', work: 4 },
            ],
          },
        },
        policies: { backpressure: { policy: 'watermark', high: 2, low, at: 'b' } },
      }),
      { rows: { w: Array.from({ length: 6 }, () => ({ at: 0 })) } },
    );
    expect(times(run, 'completed')).toEqual(['w/0@5', 'w/1@9', 'w/2@13', 'w/3@17', 'w/4@21', 'w/5@25']);
    return run.changes
      .filter(({ to, stage }) => to === 'in-progress' && stage === 0)
      .map(({ atS }) => String(atS));
  };

  test('low 1: on at 3, 6 and 10, off when the next start at b leaves one waiting', () => {
    expect(starts(1)).toEqual(['0', '1', '2', '5', '9', '13']);
  });

  test('low 0: off only when nobody waits', () => {
    expect(starts(0)).toEqual(['0', '1', '2', '9', '10', '17']);
  });

  test('a stage does not wait for itself: its own queue is not downstream of it', () => {
    const run = observe(
      oneStage({
        workloads: {
          w: {
            workflow: [
              { stage: 's', work: 1 },
              { stage: 's', work: 1 },
            ],
          },
        },
        policies: { backpressure: { policy: 'watermark', high: 2, low: 1 } },
      }),
      { rows: { w: [{ at: 0 }, { at: 0 }, { at: 0 }] } },
    );
    expect(times(run, 'completed')).toEqual(['w/0@4', 'w/1@5', 'w/2@6']);
  });

  test('refuseEntry turns new tasks away while the first queue is over its mark', () => {
    const run = observe(
      oneStage({
        workloads: { w: { workflow: served } },
        policies: { backpressure: { policy: 'watermark', high: 2, low: 1, refuseEntry: true } },
      }),
      { rows: { w: [0, 1, 2, 3, 11].map((at) => ({ at, work: 10 })) } },
    );
    expect(times(run, 'rejected')).toEqual(['w/3@3']);
    expect(times(run, 'completed')).toEqual(['w/0@10', 'w/1@20', 'w/2@30', 'w/4@40']);
  });
});
