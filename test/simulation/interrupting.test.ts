/** Failures of nodes by hand: what is lost, what is kept, who waits for what. One task is 10 s of work from 0 unless said. */
import { describe, expect, test } from 'vitest';
import { type Observed, observe, oneStage, type Row, type ScenarioObject, story, times } from './observe.js';

const HOUR_S = 3600;

const gpus = (pool: object, given: object = {}, workload: object = {}): ScenarioObject =>
  oneStage({
    pools: { p: { mode: 'exclusive', ...pool } },
    workloads: { w: { ...workload, workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } },
    ...given,
  });

const lost = (at: number, lasts: number, nodes: number | number[] = 1) => ({
  disturbances: [{ pool: 'p', nodes, at, for: lasts }],
});

const slow = (at: number, lasts: number, slowdown: number, nodes: number | number[] = [0]) => ({
  disturbances: [{ pool: 'p', nodes, at, for: lasts, slowdown }],
});

const rows = (...list: Partial<Row>[]): { w: Row[] } => ({
  w: list.map((row) => ({ at: 0, work: 10, gpus: 1, ...row })),
});

const wastedGpuS = ({ measures }: Observed): number => measures.pools.p!.wasted_gpu_hours * HOUR_S;
const done = (run: Observed) => times(run, 'completed');

describe('one GPU is lost from 4 to 6 s', () => {
  test.each([
    ['without checkpoints all is done again: 6 to 16', {}, 16, 4],
    ['progress is always safe: 6 s more from 6', { checkpoint: { every: 0 } }, 12, 0],
    ['a checkpoint every 3 s: 1 s is lost', { checkpoint: { every: 3 } }, 13, 1],
    [
      // 3 s of work, 0.5 of saving, 0.5 of work lost; 7 s of work from 6 with 2 checkpoints on the way.
      'a checkpoint of 0.5 s every 3 s: saved at 3.5',
      { checkpoint: { every: 3, cost: 0.5 } },
      14,
      0.5 + 3 * 0.5,
    ],
    ['loading it takes 2 s: 6 to 8, then 7 s of work', { checkpoint: { every: 3, restore: 2 } }, 15, 1 + 2],
    ['nothing was saved yet, so nothing is loaded', { checkpoint: { every: 5, restore: 2 } }, 16, 4],
  ])('%s', (_, pool, completedS, wasted) => {
    const run = observe(gpus(pool, lost(4, 2)), { rows: rows({}) });
    expect(done(run)).toEqual([`w/0@${completedS}`]);
    expect(wastedGpuS(run)).toBeCloseTo(wasted, 9);
    expect(run.measures.workloads.w!.interruptions).toBe(1);
    expect(run.measures.workloads.w!.preemptions).toBe(0);
    const { busy, idle, down } = run.measures.pools.p!.utilisation;
    expect(down).toBeCloseTo(2 / completedS, 12);
    expect(busy).toBeCloseTo(1 - 2 / completedS, 12);
    expect(idle).toBeCloseTo(0, 12);
  });

  test('the time of the task is told apart: 4 s of work, 2 s suspended, 10 s of work', () => {
    const run = observe(gpus({}, lost(4, 2)), { rows: rows({}) });
    expect(story(run, 'w/0')).toEqual([
      'ready@0',
      'in-progress@0',
      'preempted (suspended)@4',
      'in-progress@6',
      'completed@16',
    ]);
    const { phases } = run.measures.workloads.w!;
    expect([phases.work_s!.max, phases.suspended_s!.max]).toEqual([14, 2]);
  });

  test('lost while it loads its checkpoint: the loading begins again', () => {
    const run = observe(
      gpus(
        { checkpoint: { every: 3, restore: 2 } },
        {
          disturbances: [
            { pool: 'p', nodes: 1, at: 4, for: 2 },
            { pool: 'p', nodes: 1, at: 7, for: 3 },
          ],
        },
      ),
      { rows: rows({}) },
    );
    // Loading from 6, lost at 7, loading 10 to 12, 7 s of work.
    expect(done(run)).toEqual(['w/0@19']);
    expect(wastedGpuS(run)).toBeCloseTo(1 + 1 + 2, 9);
    expect(run.measures.total.interruptions).toBe(2);
  });

  test('it keeps its place: nobody who came later starts before it', () => {
    const run = observe(gpus({}, lost(4, 2)), { rows: rows({}, { at: 1, work: 1 }, { at: 2, work: 1 }) });
    expect(done(run)).toEqual(['w/0@16', 'w/1@17', 'w/2@18']);
  });

  test('two losses that overlap: the node is back when both are over', () => {
    const run = observe(
      gpus(
        {},
        {
          disturbances: [
            { pool: 'p', nodes: 1, at: 4, for: 4 },
            { pool: 'p', nodes: 1, at: 6, for: 1 },
          ],
        },
      ),
      { rows: rows({}) },
    );
    expect(done(run)).toEqual(['w/0@18']);
    expect(run.measures.total.interruptions).toBe(1);
  });

  test('what is decided is in the record', () => {
    const run = observe(gpus({}, lost(4, 2)), { rows: rows({}), record: true });
    const told = run.decisions.filter(({ kind }) => kind === 'interrupt' || kind === 'node');
    expect(told.map(({ kind, reason, atS, numbers }) => [kind, reason, atS, numbers.lostS])).toEqual([
      ['interrupt', 'node-lost', 4, 4],
      ['node', 'node-lost', 4, undefined],
      ['node', 'back', 6, undefined],
    ]);
  });
});

describe('several nodes', () => {
  test('a gang over two nodes is stopped as a whole and waits for both', () => {
    const run = observe(gpus({ nodes: 2, gpusPerNode: 2, spanNodes: true }, lost(4, 3, [1])), {
      rows: rows({ gpus: 4 }),
    });
    expect(done(run)).toEqual(['w/0@17']);
    expect(wastedGpuS(run)).toBeCloseTo(4 * 4, 9);
    // Node 0 is idle from 4 to 7, node 1 down.
    const { idle, down } = run.measures.pools.p!.utilisation;
    expect([idle * 17, down * 17]).toEqual([expect.closeTo(1.5, 9), expect.closeTo(1.5, 9)]);
  });

  test('only those on the lost node are stopped, and go on where there is room', () => {
    const run = observe(gpus({ nodes: 2, gpusPerNode: 2 }, lost(4, 100, [0])), {
      rows: rows({ gpus: 2 }, { gpus: 1, work: 6 }),
    });
    // The first on node 0, the second on node 1 until 6, where the first then finds its two GPUs.
    expect(done(run)).toEqual(['w/1@6', 'w/0@16']);
    expect(run.measures.total.interruptions).toBe(1);
  });

  test('a rack is lost with all its nodes', () => {
    const run = observe(
      gpus({ nodes: 4, nodesPerRack: 2 }, { disturbances: [{ pool: 'p', rack: 1, at: 4, for: 2 }] }),
      { rows: rows({}, {}, {}, {}) },
    );
    expect(done(run)).toEqual(['w/0@10', 'w/1@10', 'w/2@16', 'w/3@16']);
    expect(run.measures.total.interruptions).toBe(2);
  });

  test('slots: all tasks of the node are stopped', () => {
    const run = observe(
      oneStage({
        pools: { p: { slotsPerGpu: 2 } },
        workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
        ...lost(4, 2),
      }),
      {
        rows: {
          w: [
            { at: 0, work: 10 },
            { at: 1, work: 1 },
            { at: 2, work: 10 },
          ],
        },
      },
    );
    expect(done(run)).toEqual(['w/1@2', 'w/0@16', 'w/2@16']);
  });
});

describe('shared nodes', () => {
  const shared = (given: object, pool: object = {}) =>
    oneStage({
      pools: { p: { mode: 'shared', ...pool } },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
      ...given,
    });

  test('two tasks have had 2 s of service each when their node is lost at 4', () => {
    const all = {
      w: [
        { at: 0, work: 10 },
        { at: 0, work: 4 },
      ],
    };
    // Both do all again from 6: 4 s each by 14, the first the rest by 20.
    expect(done(observe(shared(lost(4, 2)), { rows: all }))).toEqual(['w/1@14', 'w/0@20']);
    // With safe progress: 2 s each by 10, then 6 s.
    expect(done(observe(shared(lost(4, 2), { checkpoint: { every: 0 } }), { rows: all }))).toEqual([
      'w/1@10',
      'w/0@16',
    ]);
  });

  test('at half the speed from 4 to 8', () => {
    const all = {
      w: [
        { at: 0, work: 10 },
        { at: 0, work: 4 },
      ],
    };
    // 2 s of service each by 4, 3 each by 8, 4 each by 10; the first then has 6 s to go.
    expect(done(observe(shared(slow(4, 4, 2)), { rows: all }))).toEqual(['w/1@10', 'w/0@16']);
  });
});

describe('slow nodes', () => {
  test('work goes on at a third of the speed from 4 to 10: 2 of 6 s, then 4 s more', () => {
    expect(done(observe(gpus({}, slow(4, 6, 3)), { rows: rows({}) }))).toEqual(['w/0@14']);
  });

  test('slow-downs that overlap multiply', () => {
    const disturbances = [slow(2, 8, 2), slow(4, 4, 2)].flatMap((one) => one.disturbances);
    // 2 s by 2, 1 by 4, 1 by 8, 1 by 10: 5 s more.
    expect(done(observe(gpus({}, { disturbances }), { rows: rows({}) }))).toEqual(['w/0@15']);
  });

  test('a gang is as slow as its slowest node', () => {
    const pool = { nodes: 2, gpusPerNode: 1, spanNodes: true };
    expect(done(observe(gpus(pool, slow(4, 100, 2, [1])), { rows: rows({ gpus: 2 }) }))).toEqual(['w/0@16']);
  });

  test('a task that starts on a slow node is slow until the node is not', () => {
    expect(done(observe(gpus({}, slow(0, 4, 2)), { rows: rows({}) }))).toEqual(['w/0@12']);
  });

  test('checkpoints keep their rhythm: the one at 3.5 s is there although the node became slow at 2', () => {
    // Every 3 s of running, 0.5 s each: 2 s of work by 2, half a second of work by 3, saving to 3.5.
    const pool = { checkpoint: { every: 3, cost: 0.5 } };
    const disturbances = [...slow(2, 100, 2).disturbances, ...lost(4, 2).disturbances];
    const run = observe(gpus(pool, { disturbances }), { rows: rows({}) });
    // 2.5 s are saved; 7.5 s at half speed are 15 s from 6 on, with 4 checkpoints.
    expect(done(run)).toEqual(['w/0@23']);
    expect(wastedGpuS(run)).toBeCloseTo(0.5 + 0.5 + 4 * 0.5, 9);
  });

  test('what was done before a node became slow is lost with it', () => {
    const disturbances = [...slow(2, 100, 2).disturbances, ...lost(4, 2).disturbances];
    const run = observe(gpus({}, { disturbances }), { rows: rows({}) });
    expect(done(run)).toEqual(['w/0@26']);
    expect(wastedGpuS(run)).toBeCloseTo(4, 9);
  });

  test('a latency-based limit sees the whole service, not what was left when the node became slow', () => {
    const run = observe(gpus({}, slow(4, 6, 3)), { rows: rows({}) });
    expect(run.measures.stages.s!.service_s.max).toBe(14);
  });
});

describe('notice', () => {
  const spot = (notice: number, pool: object = {}) =>
    gpus({ failures: { spot: { mtbf: { dist: 'deterministic', value: 4 }, notice, back: 10 } }, ...pool });

  test('without checkpoints the task works on until the node is gone, and begins again when it is back', () => {
    const run = observe(
      { ...spot(3), run: { duration: 21 } },
      { rows: rows({ work: 3.5 }, { at: 1, work: 3 }) },
    );
    // Notice at 4 with the second task just begun at 3.5; gone at 7, when that has 3.5 s: done at 6.5.
    expect(done(run)).toEqual(['w/0@3.5', 'w/1@6.5']);
    expect(run.measures.total.interruptions).toBe(0);
  });

  test('it saves its state as late as leaves time for it', () => {
    const run = observe(
      { ...spot(3, { checkpoint: { every: 100, cost: 1, restore: 2 } }), run: { duration: 30 } },
      { rows: rows({}) },
    );
    // 4 to 6 it works, 6 to 7 it saves 6 s of work; the node is back at 17, loads until 19, works until 21 (notice),
    // saves at 23, which is when its 4 s are done.
    expect(story(run, 'w/0')).toEqual([
      'ready@0',
      'in-progress@0',
      'preempted (checkpointing)@6',
      'preempted (suspended)@7',
      'preempted (resuming)@17',
      'in-progress@19',
      'completed@23',
    ]);
    expect(wastedGpuS(run)).toBeCloseTo(1 + 2, 9);
  });

  test('no time to save: what was done since the last checkpoint is lost', () => {
    const run = observe(
      { ...spot(1, { checkpoint: { every: 2, cost: 2 } }), run: { duration: 15 } },
      { rows: rows({}) },
    );
    expect(times(run, 'preempted (suspended)')).toEqual(['w/0@5']);
    // 2 s of work, saved by 4, 1 s lost.
    expect(wastedGpuS(run)).toBeCloseTo(3, 9);
  });

  test('a node that is gone is neither down nor paid for', () => {
    const run = observe({ ...spot(1, { price: 1 }), run: { duration: 15 } }, { rows: rows({}) });
    const { gpus: mean, utilisation, cost_usd: cost } = run.measures.pools.p!;
    expect(mean).toBeCloseTo(5 / 15, 12);
    expect(utilisation.down).toBe(0);
    expect(utilisation.busy).toBeCloseTo(1, 12);
    expect(cost * HOUR_S).toBeCloseTo(5, 9);
  });
});

describe('maintenance', () => {
  const maintained = (drain: number | 'inf', pool: object = {}) =>
    gpus({ failures: { maintenance: { every: 4, for: 3, drain } }, ...pool }, { run: { duration: 60 } });

  test('the node waits for who is there, and takes nobody in', () => {
    const run = observe(maintained('inf'), { rows: rows({ work: 6 }, { at: 1, work: 1 }) });
    expect(done(run)).toEqual(['w/0@6', 'w/1@10']);
    expect(run.measures.total.interruptions).toBe(0);
  });

  test('after its deadline it stops them', () => {
    const run = observe(maintained(1), { rows: rows({ work: 6 }) });
    // Stopped at 5, back at 8, due again at 12: waited for until 13.
    expect(times(run, 'preempted (suspended)').slice(0, 2)).toEqual(['w/0@5', 'w/0@13']);
    expect(wastedGpuS(run)).toBeGreaterThanOrEqual(10);
  });

  test('the nodes take turns', () => {
    const run = observe(maintained('inf', { nodes: 2 }), { rows: rows({ work: 0.1 }), record: true });
    const nodes = run.decisions.filter(({ kind }) => kind === 'node').slice(0, 4);
    expect(nodes.map(({ reason, atS, numbers }) => [reason, atS, numbers.node])).toEqual([
      ['maintenance', 2, 0],
      ['maintenance', 4, 1],
      ['back', 5, 0],
      ['back', 7, 1],
    ]);
  });
});

describe('with preemption', () => {
  const preempting = (parameters: object, pool: object, given: object) =>
    gpus(pool, {
      policies: { ordering: 'priority', preemption: { policy: 'priority', ...parameters } },
      ...given,
    });
  const two = rows({ priority: 0 }, { at: 4, work: 5, priority: 1 });

  test('a state that is not saved yet when the node is lost is lost', () => {
    // Saving from 4 to 6; lost at 5, back at 7: the important one to 12, the other all again.
    const run = observe(
      preempting({ checkpointOnPreempt: true, checkpointCost: 2, checkpointInterval: 'inf' }, {}, lost(5, 2)),
      { rows: two },
    );
    expect(done(run)).toEqual(['w/1@12', 'w/0@22']);
    expect(wastedGpuS(run)).toBeCloseTo(4 + 1, 9);
  });

  test('progress that is safe when a task gives way is not safe when its node is lost', () => {
    const run = observe(preempting({}, {}, lost(11, 1)), { rows: two });
    // 4 s, 5 s for the other, 2 s from 9, which are lost: 6 s from 12 on.
    expect(done(run)).toEqual(['w/1@9', 'w/0@18']);
    expect(wastedGpuS(run)).toBeCloseTo(2, 9);
  });

  test('the pool’s checkpoints are those of its preemption', () => {
    const run = observe(preempting({}, { checkpoint: { every: 3, restore: 2 } }, {}), { rows: two });
    // 3 of 4 s are kept; 2 s of loading from 9.
    expect(done(run)).toEqual(['w/1@9', 'w/0@18']);
    expect(wastedGpuS(run)).toBeCloseTo(1 + 2, 9);
  });
});
