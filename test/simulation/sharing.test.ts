import { describe, expect, test } from 'vitest';
import { remainingNowS } from '../../src/simulation/progress.js';
import { runCase } from '../validation/run-case.js';
import { type Observed, observe, oneStage, type Row, story, times } from './observe.js';

const HOUR_S = 3600;

/** A stage `s` on a shared pool `p`, one GPU unless told otherwise, to be filled with rows of a trace. */
const shared = (pool: object = {}, given: object = {}, workload: object = {}) =>
  oneStage({
    pools: { p: { mode: 'shared', ...pool } },
    workloads: { w: { ...workload, workflow: [{ stage: 's', work: 'trace' }] } },
    ...given,
  });

const rows = (...list: readonly (readonly [at: number, work: number, priority?: number])[]) => ({
  rows: { w: list.map(([at, work, priority = 0]): Row => ({ at, work, priority })) },
});

const CURVE = { sharing: { curve: { 1: 1, 2: 1.5, 4: 2 } } };

const busyGpuS = ({ measures }: Observed): number => measures.pools.p!.busy_gpu_hours * HOUR_S;
const wastedGpuS = ({ measures }: Observed): number => measures.pools.p!.wasted_gpu_hours * HOUR_S;

describe('one GPU shared in equal parts', () => {
  test('two tasks: 4 s of work from 0, 1 s from 1: half each from 1 to 3, then the first alone to 5', () => {
    const run = observe(shared(), rows([0, 4], [1, 1]));
    expect(times(run, 'completed')).toEqual(['w/1@3', 'w/0@5']);
    expect(story(run, 'w/0')).toEqual(['ready@0', 'in-progress@0', 'completed@5']);
    expect(run.measures.pools.p!.utilisation.busy).toBe(1);
    expect(run.measures.stages.s).toMatchObject({ max_in_progress: 2, max_queue_length: 0 });
    expect(run.measures.stages.s!.service_s.max).toBe(5);
  });

  test('three tasks: 3 s, 3 s and 1 s from 0, 1 and 2', () => {
    // To 1 alone: 2 s left. To 2 by half: 1.5 and 2.5. From 2 by thirds: the third is done at 5 (0.5 and 1.5 left),
    // then by half: the first at 6 (1 left), the second alone at 7.
    const run = observe(shared(), rows([0, 3], [1, 3], [2, 1]));
    expect(times(run, 'completed')).toEqual(['w/2@5', 'w/0@6', 'w/1@7']);
    expect(busyGpuS(run)).toBeCloseTo(7, 9);
  });

  test('no work at all is done at once, and two that end together end in order', () => {
    const run = observe(shared(), rows([0, 2], [0, 2], [1, 0]));
    expect(times(run, 'completed')).toEqual(['w/2@1', 'w/0@4', 'w/1@4']);
  });

  test('twice as fast, it takes half as long', () => {
    expect(times(observe(shared({ speed: 2 }), rows([0, 4], [0, 2])), 'completed')).toEqual([
      'w/1@2',
      'w/0@3',
    ]);
  });
});

describe('with a curve: 1 task gets 1, two get 1.5, four get 2 s of work a second', () => {
  test('two tasks of 3 s from 0 and 2: 1 s is left of the first; 0.75 each, it is done at 3.333', () => {
    // Of the second 2 s are left then: alone to 5.333.
    const run = observe(shared(CURVE), rows([0, 3], [2, 3]));
    expect(times(run, 'completed')).toEqual(['w/0@3.333333333', 'w/1@5.333333333']);
  });

  test('three tasks of 7 s from 0 get 1.75 between the points: done at 12', () => {
    expect(times(observe(shared(CURVE), rows([0, 7], [0, 7], [0, 7])), 'completed')).toEqual([
      'w/0@12',
      'w/1@12',
      'w/2@12',
    ]);
  });

  test('five tasks of 2 s get 2 as four do: done at 5', () => {
    const five = rows([0, 2], [0, 2], [0, 2], [0, 2], [0, 2]);
    expect(times(observe(shared(CURVE), five), 'completed').at(-1)).toBe('w/4@5');
  });

  test('it is busy to the part that is used of the most it can do: 2 s at half of 2, 1.333 s at 1.5, 2 s at 1', () => {
    const run = observe(shared({ ...CURVE, price: 3600 }), rows([0, 3], [2, 3]));
    // All work done, 6 s, at 2 a second.
    expect(busyGpuS(run)).toBeCloseTo(6 / 2, 9);
    expect(run.measures.pools.p!.cost_usd).toBeCloseTo(16 / 3, 9);
    expect(run.measures.pools.p!.idle_cost_usd).toBeCloseTo(16 / 3 - 3, 9);
  });
});

/** A shorter run of what `npm run validation` does. */
test.each([
  ['exponential', { dist: 'exponential', mean: 1 }],
  ['constant', 1],
  ['lognormal', { dist: 'lognormal', mean: 1, cv: 1.5 }],
])(
  'M/G/1 at load 0.6, %s sizes: the mean sojourn is E[S]/(1 - 0.6), whatever the sizes',
  async (sizes, work) => {
    const name = `short ${sizes}`;
    const [row] = await runCase({
      kind: 'simulated',
      name,
      source: 'insensitivity',
      scenario: {
        ...shared({}, { workloads: {} }),
        run: { duration: 20_000, warmup: 1000, replications: 10, seed: name },
        workloads: {
          w: { arrival: { process: 'poisson', rate: 0.6 }, workflow: [{ stage: 's', work }] },
        },
      },
      measures: [{ label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: 2.5 }],
      precision: { relative: 0.06, because: 'it is short' },
    });
    expect(row).toMatchObject({ ok: true });
  },
);

describe('places', () => {
  test('with room for two the third waits, and starts when the first is done', () => {
    // By half to 4: the first is done, the second has 2 left; with the third by half: both done at 8.
    const run = observe(shared({ sharing: { maxConcurrency: 2 } }), rows([0, 2], [0, 4], [1, 2]));
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@0', 'w/2@4']);
    expect(times(run, 'completed')).toEqual(['w/0@4', 'w/1@8', 'w/2@8']);
    expect(run.measures.stages.s!.wait_s.max).toBe(3);
  });

  test('a node of two GPUs has places for each, and two tasks do not slow each other', () => {
    const run = observe(
      shared({ gpusPerNode: 2, sharing: { maxConcurrency: 1 } }),
      rows([0, 3], [0, 3], [0, 3]),
    );
    expect(times(run, 'completed')).toEqual(['w/0@3', 'w/1@3', 'w/2@6']);
    expect(run.measures.pools.p!.gpus).toBe(2);
  });

  test('three tasks on two GPUs of a node get two thirds each', () => {
    const run = observe(shared({ gpusPerNode: 2 }), rows([0, 2], [0, 2], [0, 2]));
    expect(times(run, 'completed')).toEqual(['w/0@3', 'w/1@3', 'w/2@3']);
    expect(run.measures.pools.p!.utilisation.busy).toBeCloseTo(1, 12);
  });

  test('of two nodes the emptier gets the next task, the first of equals: 0 and 2 share one, 1 has the other', () => {
    const run = observe(shared({ nodes: 2 }), rows([0, 4], [0, 3], [1, 1]));
    expect(times(run, 'completed')).toEqual(['w/1@3', 'w/2@3', 'w/0@5']);
    // 5 s of one and 3 s of the other.
    expect(busyGpuS(run)).toBeCloseTo(8, 9);
  });
});

test('on unlike nodes: the one of which the smaller part is taken, at its own speed', () => {
  // Two places a GPU: the large node has four, the fast one two. 0 goes to the large one (equally empty), 1 to the fast
  // one, which is empty; then a quarter is taken of one and half of the other: 2 and 3 go to the large one.
  const run = observe(
    shared({
      groups: { large: { gpusPerNode: 2 }, fast: { speed: 4 } },
      sharing: { maxConcurrency: 2 },
    }),
    rows([0, 3], [0, 8], [0, 3], [1, 0.5]),
  );
  // Three tasks on two GPUs from 1 on get two thirds each: 0.5 s of work take 0.75 s, and 1.5 s are left of the others.
  expect(times(run, 'completed')).toEqual(['w/3@1.75', 'w/1@2', 'w/0@3.25', 'w/2@3.25']);
  expect(run.measures.pools.p!.gpus).toBe(3);
});

describe('other controls see shared work as it is', () => {
  test('a client that gives up leaves its share to the others, and what it had is wasted', () => {
    // Half each to 2; 0 has 2 s left, alone to 4.
    const run = observe(
      oneStage({
        pools: { p: { mode: 'shared' } },
        workloads: {
          w: { workflow: [{ stage: 's', work: 'trace' }] },
          hasty: { timeout: 2, workflow: [{ stage: 's', work: 'trace' }] },
        },
      }),
      { rows: { w: [{ at: 0, work: 3 }], hasty: [{ at: 0, work: 9 }] } },
    );
    expect(times(run, 'timed-out')).toEqual(['hasty/0@2']);
    expect(times(run, 'completed')).toEqual(['w/0@4']);
    expect(wastedGpuS(run)).toBeCloseTo(1, 9);
  });

  const preempting = (parameters: object) => ({
    ordering: 'priority',
    preemption: { policy: 'priority', ...parameters },
  });
  /** Two places: two tasks of 6 s from 0; a more important one of 1 s at 4 stops the younger, which has had 2 s. */
  const late = rows([0, 6], [0, 6], [4, 1, 1]);
  const two = { sharing: { maxConcurrency: 2 } };

  test('a victim keeps what its share has done: 2 of 6 s in 4 s', () => {
    // From 4 by half: the important one is done at 6 (3 left of the first), the victim goes on with 4 s: by half to
    // 12 (first done, 1 left), alone to 13.
    const run = observe(shared(two, { policies: preempting({}) }), late);
    expect(times(run, 'preempted (suspended)')).toEqual(['w/1@4']);
    expect(times(run, 'completed')).toEqual(['w/2@6', 'w/0@12', 'w/1@13']);
    expect(wastedGpuS(run)).toBe(0);
  });

  test('begun again from nothing, the 2 s are lost', () => {
    // From 6 with 6 s: the first is done at 12, 3 left, alone to 15.
    const run = observe(shared(two, { policies: preempting({ mode: 'restart' }) }), late);
    expect(times(run, 'completed')).toEqual(['w/2@6', 'w/0@12', 'w/1@15']);
    expect(wastedGpuS(run)).toBeCloseTo(2, 9);
  });

  test('checkpoints are due by work done, not by the clock: with one every 1.5 s of work 0.5 s are lost', () => {
    const run = observe(shared(two, { policies: preempting({ checkpointInterval: 1.5 }) }), late);
    // 4.5 s are left at 6: by half to 12 (3 each), 1.5 alone.
    expect(times(run, 'completed')).toEqual(['w/2@6', 'w/0@12', 'w/1@13.5']);
    expect(wastedGpuS(run)).toBeCloseTo(0.5, 9);
  });

  test('who saves its state keeps its place but takes no share', () => {
    // Saving from 4 to 5: the first works alone, 3 left at 5; by half with the important one to 7, 2 left; the victim,
    // with 4 s, by half to 11, alone for 2.
    const run = observe(
      shared(two, { policies: preempting({ checkpointOnPreempt: true, checkpointCost: 1 }) }),
      late,
    );
    expect(times(run, 'preempted (suspended)')).toEqual(['w/1@5']);
    expect(times(run, 'completed')).toEqual(['w/2@7', 'w/0@11', 'w/1@13']);
  });

  test('an aborted victim is out of the share', () => {
    const run = observe(shared(two, { policies: preempting({ mode: 'abort' }) }), late);
    expect(times(run, 'cancelled')).toEqual(['w/1@4']);
    expect(times(run, 'completed')).toEqual(['w/2@6', 'w/0@9']);
    expect(wastedGpuS(run)).toBeCloseTo(2, 9);
  });

  test('a concurrency limit decides how many share: two at a time of three', () => {
    const run = observe(
      shared({}, { policies: { concurrency: { policy: 'fixed', limit: 2 } } }),
      rows([0, 2], [0, 4], [0, 2]),
    );
    expect(times(run, 'completed')).toEqual(['w/0@4', 'w/1@8', 'w/2@8']);
  });

  test('what remains, as policies see it, is what the share has left of it: 4, 2 at 2, 1 at 4', () => {
    const seen: number[] = [];
    observe(shared(), {
      ...rows([0, 4], [2, 4], [4, 1]),
      onChange: ({ to }, { state }) => {
        if (to !== 'in-progress') return;
        state.tasks.forEach((task) => {
          if (state.tasks.serial(task) === 0) seen.push(remainingNowS(state, task));
        });
      },
    });
    expect(seen).toEqual([4, 2, 1]);
  });

  test('a task at the door of a full stage keeps its place and takes no share', () => {
    // a is shared, b serves one at a time and has no queue. 0 and 1 by half to 4 (2 s each); 0 goes to b until 14, 1 is
    // blocked. 2, from 4, has a alone: done at 6, blocked too.
    const run = observe(
      {
        version: 1,
        name: 'blocking',
        pools: { pa: { mode: 'shared' }, pb: {} },
        stages: { a: { pool: 'pa' }, b: { pool: 'pb', queue: { capacity: 0, whenFull: 'block' } } },
        workloads: {
          w: {
            workflow: [
              { stage: 'a', work: 'trace' },
              { stage: 'b', work: 10 },
            ],
          },
        },
      },
      rows([0, 2], [0, 2], [4, 2]),
    );
    expect(times(run, 'blocked')).toEqual(['w/1@4', 'w/2@6']);
    expect(times(run, 'completed')).toEqual(['w/0@14', 'w/1@24', 'w/2@34']);
    expect(run.measures.pools.pa!.busy_gpu_hours * HOUR_S).toBeCloseTo(6, 9);
  });
});
