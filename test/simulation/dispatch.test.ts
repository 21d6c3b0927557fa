import { describe, expect, test } from 'vitest';
import { State } from '../../src/model/life-cycle.js';
import { N } from '../../src/model/task-table.js';
import { observe, oneStage, type ScenarioObject, times, twoStages } from './observe.js';

describe('gangs', () => {
  const gang = (pool: object) =>
    oneStage({
      pools: { p: { mode: 'exclusive', ...pool } },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } },
    });

  test('a gang at the head is not starved: smaller tasks behind it wait, though they would fit', () => {
    const run = observe(gang({ gpusPerNode: 4 }), {
      rows: {
        w: [
          { at: 0, work: 10, gpus: 3 },
          { at: 1, work: 10, gpus: 4 },
          { at: 2, work: 1, gpus: 1 },
        ],
      },
    });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@10', 'w/2@20']);
  });

  test('one larger than a node takes whole nodes and the rest on another', () => {
    const run = observe(gang({ nodes: 3, gpusPerNode: 2, spanNodes: true }), {
      rows: {
        w: [
          { at: 0, work: 5, gpus: 3 },
          { at: 1, work: 5, gpus: 3 },
          { at: 2, work: 1, gpus: 2 },
          { at: 3, work: 1, gpus: 1 },
        ],
      },
    });
    // Of 3 GPUs left, no node is whole after w/0 took one and a half: 2 + 1 are one whole node and a half.
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@1', 'w/2@5', 'w/3@5']);
    expect(run.measures.pools.p!.busy_gpu_hours * 3600).toBeCloseTo(15 + 15 + 2 + 1, 9);
  });

  test('a gang that fits in the pool but on no node waits for a node', () => {
    const run = observe(gang({ nodes: 2, gpusPerNode: 2 }), {
      rows: {
        w: [
          { at: 0, work: 4, gpus: 2 },
          { at: 0, work: 9, gpus: 1 },
          { at: 1, work: 1, gpus: 2 },
        ],
      },
    });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@0', 'w/2@4']);
  });

  test('slots of several GPUs on one node are one pool of slots', () => {
    const run = observe(
      oneStage({
        pools: { p: { gpusPerNode: 2, slotsPerGpu: 2 } },
        workloads: { w: { workflow: [{ stage: 's', work: 3, slots: 2 }] } },
      }),
      { rows: { w: [{ at: 0 }, { at: 0 }, { at: 0 }] } },
    );
    expect(times(run, 'completed')).toEqual(['w/0@3', 'w/1@3', 'w/2@6']);
    // Two slots are one GPU.
    expect(run.measures.pools.p!.busy_gpu_hours * 3600).toBeCloseTo(9, 9);
  });
});

test('stages of one pool are served from one order', () => {
  const run = observe(
    {
      version: 1,
      name: 'shared pool',
      pools: { p: {} },
      stages: { a: { pool: 'p' }, b: { pool: 'p' } },
      workloads: { x: { workflow: [{ stage: 'b', work: 2 }] }, y: { workflow: [{ stage: 'a', work: 2 }] } },
    },
    { rows: { x: [{ at: 0 }, { at: 1 }], y: [{ at: 0.5 }, { at: 1.5 }] } },
  );
  expect(times(run, 'in-progress')).toEqual(['x/0@0', 'y/0@2', 'x/1@4', 'y/1@6']);
});

describe('WIP limits', () => {
  const load = {
    arrival: { process: 'poisson', rate: 4 },
    workflow: [
      { stage: 'a', work: { dist: 'exponential', mean: 0.4 } },
      {
        stage: 'b',
        work: { dist: 'exponential', mean: 0.4 },
        next: [
          { to: 'a', probability: 0.3 },
          { to: 'end', probability: 0.7 },
        ],
      },
    ],
  };
  const system = (wip: object): ScenarioObject => ({
    version: 1,
    name: 'two stages of plenty',
    run: { tasks: 400 },
    pools: { pa: { gpusPerNode: 9 }, pb: { gpusPerNode: 9 } },
    stages: { a: { pool: 'pa' }, b: { pool: 'pb' } },
    workloads: { x: { ...load, tenants: { one: 1, two: 1 } }, y: { ...load, tenant: 'two' } },
    policies: { wip },
  });

  /** Most at work at any time, by a group of each task; at work are those in a stage's progress or, by task, begun. */
  function mostAtWork(
    wip: object,
    holds: 'stage' | 'task',
    groupOf: (workload: number, tenant: number, stage: number) => number,
  ) {
    const most: Record<number, number> = {};
    const begun = new Set<string>();
    observe(system(wip), {
      onChange: ({ task, to }) => {
        if (to === 'in-progress') begun.add(task);
        if (to === 'completed') begun.delete(task);
      },
      between: ({ state: { tasks, workloads } }) => {
        const now: Record<number, number> = {};
        tasks.forEach((row) => {
          const name = `${workloads[tasks.workload(row)]!.spec.name}/${tasks.serial(row)}`;
          const isWorking = tasks.n[row + N.state] === State.inProgress;
          if (holds === 'stage' ? !isWorking : !begun.has(name)) return;
          const group = groupOf(tasks.workload(row), tasks.tenant(row), tasks.stage(row));
          now[group] = (now[group] ?? 0) + 1;
        });
        for (const [group, count] of Object.entries(now))
          most[Number(group)] = Math.max(most[Number(group)] ?? 0, count);
      },
    });
    return most;
  }

  test.each([
    ['stage', { policy: 'stage', limits: { a: 2, b: 3 } }, 'stage', { 0: 2, 1: 3 }],
    ['class', { policy: 'class', limits: { x: 2, y: 3 } }, 'task', { 0: 2, 1: 3 }],
    ['class held by the stage', { policy: 'class', limit: 2, holds: 'stage' }, 'stage', { 0: 2, 1: 2 }],
    ['tenant', { policy: 'tenant', limit: 3, overrides: { one: 1 } }, 'task', { 0: 1, 1: 3 }],
    ['global', { policy: 'global', limit: 3 }, 'task', { 0: 3 }],
    ['global held by the stage', { policy: 'global', limit: 3, holds: 'stage' }, 'stage', { 0: 3 }],
    ['hybrid', { policy: 'hybrid', global: 4 }, 'stage', { 0: 4 }],
    ['hybrid held by the task', { policy: 'hybrid', global: 4, holds: 'task' }, 'task', { 0: 4 }],
  ] as const)('%s: never more than the limit, and as many', (name, wip, holds, expected) => {
    const most = mostAtWork(wip, holds, (workload, tenant, stage) =>
      name.startsWith('class') ? workload : name === 'tenant' ? tenant : name === 'stage' ? stage : 0,
    );
    expect(most).toEqual(expected);
  });

  test('a place that is given back at one stage is taken at another', () => {
    const run = observe(
      twoStages({
        workloads: { x: { workflow: [{ stage: 'a', work: 5 }] }, y: { workflow: [{ stage: 'b', work: 1 }] } },
        policies: { wip: { policy: 'hybrid', global: 1 } },
      }),
      { rows: { x: [{ at: 0 }], y: [{ at: 0 }] } },
    );
    expect(times(run, 'completed')).toEqual(['x/0@5', 'y/0@6']);
  });

  test('CONWIP with returns: a task that is at work passes those that may not begin', () => {
    const run = observe(
      twoStages({
        workloads: {
          w: {
            workflow: [
              { stage: 'a', work: 1 },
              { stage: 'b', work: 1 },
              { stage: 'a', work: 1 },
            ],
          },
        },
        policies: { wip: { policy: 'global', limit: 1 } },
      }),
      { rows: { w: [{ at: 0 }, { at: 0 }] } },
    );
    expect(times(run, 'completed')).toEqual(['w/0@3', 'w/1@6']);
  });

  test('a class at its limit does not hold up another', () => {
    const run = observe(
      oneStage({
        pools: { p: { gpusPerNode: 2 } },
        workloads: {
          batch: { workflow: [{ stage: 's', work: 10 }] },
          chat: { workflow: [{ stage: 's', work: 1 }] },
        },
        policies: { wip: { policy: 'class', limits: { batch: 1 } } },
      }),
      { rows: { batch: [{ at: 0 }, { at: 0 }], chat: [{ at: 1 }] } },
    );
    expect(times(run, 'completed')).toEqual(['chat/0@2', 'batch/0@10', 'batch/1@20']);
  });
});

test('a concurrency limit is never passed, and used in full', () => {
  const run = observe(
    oneStage({
      run: { tasks: 300 },
      pools: { p: { gpusPerNode: 9 } },
      workloads: {
        w: {
          arrival: { process: 'poisson', rate: 10 },
          workflow: [{ stage: 's', work: { dist: 'exponential', mean: 0.5 } }],
        },
      },
      policies: { concurrency: { policy: 'fixed', limit: 4 } },
    }),
  );
  expect(run.measures.stages.s!.max_in_progress).toBe(4);
  expect(run.measures.limits.s).toEqual({ mean: 4, min: 4, max: 4, last: 4 });
});

test('a limit that a finished task has raised is used at once, though that task stays, blocked', () => {
  const window = { size: 1, min: 0.1, max: 0.1 };
  const run = observe(
    {
      version: 1,
      name: 'raised while blocked',
      pools: { b: {} },
      services: { tool: { latency: 1 } },
      stages: { a: { service: 'tool' }, b: { pool: 'b', queue: { capacity: 0, whenFull: 'block' } } },
      workloads: { w: { workflow: [{ stage: 'a' }, { stage: 'b', work: 100 }] } },
      policies: {
        concurrency: {
          policy: 'aimd',
          initialLimit: 2,
          minLimit: 1,
          maxLimit: 9,
          timeout: 5,
          window,
          at: 'a',
        },
      },
    },
    { rows: { w: [0, 0, 0.5, 0.5, 0.5, 0.5].map((at) => ({ at })) } },
  );
  // w/0 raises it to 3 and goes on to b; w/2, blocked at 2, to 4, which lets w/4 in; w/4 to 5 at 3, for w/5.
  expect(times(run, 'in-progress')).toEqual(expect.arrayContaining(['w/2@1', 'w/3@1', 'w/4@2', 'w/5@3']));
});
