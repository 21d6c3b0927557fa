import { describe, expect, test } from 'vitest';
import { observe, times, twoStages } from './observe.js';

const line = (capacity: number) =>
  twoStages({
    stages: { a: { pool: 'pa' }, b: { pool: 'pb', queue: { capacity, whenFull: 'block' } } },
    workloads: {
      w: {
        workflow: [
          { stage: 'a', work: 1 },
          { stage: 'b', work: 5 },
        ],
      },
    },
  });
const three = { w: [{ at: 0 }, { at: 0 }, { at: 0 }] };

describe('blocking after service: a finished task keeps its GPU until the next stage has room', () => {
  test('no buffer: two of three tasks wait at the door', () => {
    const run = observe(line(0), { rows: three });
    expect(times(run, 'blocked')).toEqual(['w/1@2', 'w/2@7']);
    expect(times(run, 'completed')).toEqual(['w/0@6', 'w/1@11', 'w/2@16']);
    // At a: 0 to 1 working, 1 to 6 and 6 to 11 working or blocked; 8 of them blocked.
    expect(run.measures.pools.pa!.utilisation.busy).toBeCloseTo(11 / 16, 12);
    expect(run.measures.stages.a!.blocked_s).toMatchObject({ count: 3, max: 4 });
    expect(run.measures.stages.a!.blocked_s.mean).toBeCloseTo(8 / 3, 12);
    expect(run.measures.stages.b!.max_queue_length).toBe(0);
    expect(run.measures.workloads.w!.phases.blocked_s!.mean).toBeCloseTo(8 / 3, 12);
  });

  test('a buffer of one: the third waits at the door from 3 to 6', () => {
    const run = observe(line(1), { rows: three });
    expect(times(run, 'blocked')).toEqual(['w/2@3']);
    expect(times(run, 'completed')).toEqual(['w/0@6', 'w/1@11', 'w/2@16']);
    expect(run.measures.stages.a!.blocked_s.max).toBe(3);
  });

  test('over three stages the last one holds back the first', () => {
    const run = observe(
      {
        version: 1,
        name: 'line of three',
        pools: { pa: {}, pb: {}, pc: {} },
        stages: {
          a: { pool: 'pa' },
          b: { pool: 'pb', queue: { capacity: 0, whenFull: 'block' } },
          c: { pool: 'pc', queue: { capacity: 0, whenFull: 'block' } },
        },
        workloads: {
          w: {
            workflow: [
              { stage: 'a', work: 1 },
              { stage: 'b', work: 1.5 },
              { stage: 'c', work: 10 },
            ],
          },
        },
      },
      { rows: three },
    );
    // c is taken from 2.5 to 12.5: w/1 waits for it at b, and so w/2 for b at a; at 12.5 both move up at once.
    expect(times(run, 'blocked')).toEqual(['w/1@2', 'w/2@3.5', 'w/1@4', 'w/2@14']);
    expect(times(run, 'completed')).toEqual(['w/0@12.5', 'w/1@22.5', 'w/2@32.5']);
  });
});

describe('the door opens for whatever makes room', () => {
  test('a unit of the same pool, given back at another stage', () => {
    const run = observe(
      {
        version: 1,
        name: 'shared pool',
        pools: { a: {}, b: {} },
        stages: {
          a: { pool: 'a' },
          other: { pool: 'b' },
          b: { pool: 'b', queue: { capacity: 0, whenFull: 'block' } },
        },
        workloads: {
          x: { workflow: [{ stage: 'other', work: 5 }] },
          y: {
            workflow: [
              { stage: 'a', work: 1 },
              { stage: 'b', work: 1 },
            ],
          },
        },
      },
      { rows: { x: [{ at: 0 }], y: [{ at: 0 }] } },
    );
    expect(times(run, 'completed')).toEqual(['x/0@5', 'y/0@6']);
  });

  test('the first at the door gives up, and the second needs less', () => {
    const run = observe(
      {
        version: 1,
        name: 'gang at the door',
        pools: { a: { nodes: 2 }, b: { mode: 'exclusive', gpusPerNode: 2 } },
        stages: { a: { pool: 'a' }, b: { pool: 'b', queue: { capacity: 0, whenFull: 'block' } } },
        workloads: {
          holder: { workflow: [{ stage: 'b', work: 100, gpus: 1 }] },
          gang: {
            timeout: 10,
            workflow: [
              { stage: 'a', work: 1 },
              { stage: 'b', work: 100, gpus: 2 },
            ],
          },
          small: {
            workflow: [
              { stage: 'a', work: 2 },
              { stage: 'b', work: 1, gpus: 1 },
            ],
          },
        },
      },
      { rows: { holder: [{ at: 0 }], gang: [{ at: 0 }], small: [{ at: 0 }] } },
    );
    expect(times(run, 'timed-out')).toEqual(['gang/0@10']);
    expect(times(run, 'completed')).toEqual(['small/0@11', 'holder/0@100']);
  });

  test('a limit that is given back elsewhere', () => {
    const run = observe(
      {
        version: 1,
        name: 'limit at the door',
        pools: { a: {}, b: {}, c: {} },
        stages: {
          a: { pool: 'a' },
          b: { pool: 'b', queue: { capacity: 0, whenFull: 'block' } },
          c: { pool: 'c' },
        },
        workloads: {
          x: { workflow: [{ stage: 'c', work: 5 }] },
          y: {
            workflow: [
              { stage: 'a', work: 1 },
              { stage: 'b', work: 1 },
            ],
          },
        },
        policies: { wip: { policy: 'hybrid', global: 2 } },
      },
      { rows: { x: [{ at: 0 }], y: [{ at: 0 }] } },
    );
    // At 1 the limit is full with x at c and y itself, blocked at a; at 5 x leaves.
    expect(times(run, 'blocked')).toEqual(['y/0@1']);
    expect(times(run, 'completed')).toEqual(['x/0@5', 'y/0@6']);
  });
});

test('a deadlock by blocking is told by tasks that stay: the run ends all the same', () => {
  const block = { capacity: 0, whenFull: 'block' };
  const run = observe(
    {
      version: 1,
      name: 'deadly embrace',
      run: { drain: 100 },
      pools: { pa: {}, pb: {} },
      stages: { a: { pool: 'pa', queue: block }, b: { pool: 'pb', queue: block } },
      workloads: {
        x: {
          workflow: [
            { stage: 'a', work: 1 },
            { stage: 'b', work: 1 },
          ],
        },
        y: {
          workflow: [
            { stage: 'b', work: 1 },
            { stage: 'a', work: 1 },
          ],
        },
      },
    },
    { rows: { x: [{ at: 0 }], y: [{ at: 0 }] } },
  );
  expect(times(run, 'blocked')).toEqual(['x/0@1', 'y/0@1']);
  expect([run.run.state.tasks.size, run.endS]).toEqual([2, 100]);
});

test('a door opens in the same instant when the one who leaves goes on to another stage of the same service', () => {
  const { changes } = observe(
    {
      version: 1,
      name: 'two stages of one service',
      run: { drain: true },
      pools: { p: { gpusPerNode: 2 } },
      services: { tool: { latency: 1 } },
      stages: {
        before: { pool: 'p' },
        first: { service: 'tool', queue: { capacity: 0, whenFull: 'block' } },
        second: { service: 'tool' },
      },
      workloads: {
        w: { workflow: [{ stage: 'before', work: 'trace' }, { stage: 'first' }, { stage: 'second' }] },
      },
      policies: { concurrency: { policy: 'fixed', limit: 1 } },
    },
    {
      rows: {
        w: [
          { at: 0, work: 1 },
          { at: 1, work: 0.5 },
        ],
      },
    },
  );
  // The first: before to 1, first to 2, second to 3. The other stands at the door from 1.5 to 2.
  const completed = changes.filter(({ to }) => to === 'completed').map(({ task, atS }) => `${task}@${atS}`);
  expect(completed).toEqual(['w/0@3', 'w/1@4']);
});
