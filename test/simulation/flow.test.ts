import { describe, expect, test } from 'vitest';
import { observe, oneStage, times, twoStages } from './observe.js';

describe('branches', () => {
  test('a step may lead over others, and back', () => {
    const run = observe(
      twoStages({
        workloads: {
          w: {
            workflow: [
              { name: 'plan', stage: 'a', work: 1, next: 'pause' },
              { name: 'never', stage: 'b', work: 100 },
              { name: 'pause', delay: 2 },
              { name: 'act', stage: 'b', work: 3 },
              { name: 'check', stage: 'a', work: 4, next: 'end' },
            ],
          },
        },
      }),
      { rows: { w: [{ at: 1 }] } },
    );
    const starts = run.changes.filter(({ to }) => to === 'in-progress').map(({ stage, atS }) => [stage, atS]);
    expect(starts).toEqual([
      [0, 1],
      [-1, 2],
      [1, 4],
      [0, 7],
    ]);
    expect(times(run, 'completed')).toEqual(['w/0@11']);
    expect(run.measures.workloads.w!.phases.delay_s!.mean).toBe(2);
    expect(run.measures.stages.a).toMatchObject({ arrived: 2, completed: 2 });
  });

  test('returning with probability 0.5 makes 2 visits on average', () => {
    const run = observe(
      oneStage({
        run: { tasks: 4000 },
        pools: { p: { gpusPerNode: 100 } },
        workloads: {
          w: {
            arrival: { process: 'deterministic', interval: 1 },
            workflow: [{ stage: 's', work: 1, next: [{ to: 's', probability: 0.5 }, { to: 'end' }] }],
          },
        },
      }),
    );
    // Geometric with mean 2 and variance 2: six standard errors of 4000 are 0.134.
    expect(Math.abs(run.measures.stages.s!.arrived / 4000 - 2)).toBeLessThan(0.134);
    expect(run.measures.workloads.w!.latency_s.mean).toBeCloseTo(run.measures.stages.s!.arrived / 4000, 9);
  });
});

describe('an error at the end of a step', () => {
  const failing = (policies: object) =>
    oneStage({ workloads: { w: { workflow: [{ stage: 's', work: 'trace', errorRate: 1 }] } }, policies });

  test('without retries is final', () => {
    const run = observe(failing({}), { rows: { w: [{ at: 0, work: 2 }] } });
    expect(times(run, 'dead-lettered')).toEqual(['w/0@2']);
    expect(run.measures.total).toMatchObject({ failures: 1, retries: 0, dead_lettered: 1 });
  });

  test('is tried again after the wait: 0 to 2, 3 to 5, 6 to 8, and all 6 s were wasted', () => {
    const run = observe(failing({ retry: { policy: 'fixed', delay: 1, maxAttempts: 3 } }), {
      rows: { w: [{ at: 0, work: 2 }] },
    });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@3', 'w/0@6']);
    expect(times(run, 'dead-lettered')).toEqual(['w/0@8']);
    expect(run.measures.total).toMatchObject({ failures: 3, retries: 2, dead_lettered: 1, completed: 0 });
    expect(run.measures.pools.p!.wasted_gpu_hours * 3600).toBeCloseTo(6, 9);
  });

  test('exponential waits without jitter: 1 s, then 2 s, then 4 s', () => {
    const retry = { policy: 'exponential', base: 1, jitter: 'none', maxAttempts: 4 };
    const run = observe(failing({ retry }), { rows: { w: [{ at: 0, work: 1 }] } });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@2', 'w/0@5', 'w/0@10']);
  });

  test('frees its server while it waits', () => {
    const run = observe(failing({ retry: { policy: 'fixed', delay: 10, maxAttempts: 2 } }), {
      rows: {
        w: [
          { at: 0, work: 2 },
          { at: 0, work: 3 },
        ],
      },
    });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@2', 'w/0@12', 'w/1@15']);
  });

  test('a retry that finds its queue full is refused', () => {
    const run = observe(
      oneStage({
        stages: { s: { pool: 'p', queue: { capacity: 0 } } },
        workloads: { w: { workflow: [{ stage: 's', work: 'trace', errorRate: 1 }] } },
        policies: { retry: { policy: 'fixed', delay: 1 } },
      }),
      {
        rows: {
          w: [
            { at: 0, work: 2 },
            { at: 2.5, work: 2 },
          ],
        },
      },
    );
    expect(times(run, 'rejected')).toEqual(['w/0@3']);
    // w/0 had worked for 2 s; w/1 fails at 4.5, 7.5 and 10.5.
    expect(times(run, 'dead-lettered')).toEqual(['w/1@10.5']);
    expect(run.measures.pools.p!.wasted_gpu_hours * 3600).toBeCloseTo(8, 9);
  });
});

test('a later stage with a full queue refuses: what was done before is wasted', () => {
  const run = observe(
    twoStages({
      stages: { a: { pool: 'pa' }, b: { pool: 'pb', queue: { capacity: 0 } } },
      workloads: {
        w: {
          workflow: [
            { stage: 'a', work: 1 },
            { stage: 'b', work: 10 },
          ],
        },
      },
    }),
    { rows: { w: [{ at: 0 }, { at: 0 }] } },
  );
  expect(times(run, 'rejected')).toEqual(['w/1@2']);
  expect(times(run, 'completed')).toEqual(['w/0@11']);
  expect(run.measures.pools.pa!.wasted_gpu_hours * 3600).toBeCloseTo(1, 9);
  expect(run.measures.stages.b).toMatchObject({ arrived: 2, refused: 1, completed: 1 });
});

test('a refused task that is tried again gets in at its third try', () => {
  const run = observe(
    oneStage({
      stages: { s: { pool: 'p', queue: { capacity: 0 } } },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
      policies: { retry: { policy: 'fixed', delay: 3, on: ['rejected'] } },
    }),
    {
      rows: {
        w: [
          { at: 0, work: 5 },
          { at: 1, work: 2 },
        ],
      },
    },
  );
  expect(times(run, 'rejected')).toEqual(['w/1@1', 'w/1@4']);
  expect(times(run, 'completed')).toEqual(['w/0@5', 'w/1@9']);
  expect(run.measures.total).toMatchObject({ refusals: 2, retries: 2, rejected: 0, completed: 2 });
  expect(run.measures.workloads.w!.phases.backoff_s!.max).toBe(6);
});

describe('patience: who has not begun in time leaves', () => {
  test('waiting in a queue', () => {
    const run = observe(
      oneStage({ workloads: { w: { patience: 3, workflow: [{ stage: 's', work: 10 }] } } }),
      {
        rows: { w: [{ at: 0 }, { at: 1 }, { at: 8 }] },
      },
    );
    expect(times(run, 'timed-out')).toEqual(['w/1@4']);
    expect(times(run, 'completed')).toEqual(['w/0@10', 'w/2@20']);
    expect(run.measures.total).toMatchObject({ timed_out: 1, completed: 2 });
    expect(run.measures.stages.s).toMatchObject({ arrived: 3, completed: 2 });
  });

  test('waiting for admission', () => {
    const run = observe(
      oneStage({
        workloads: { w: { patience: 1.5, workflow: [{ stage: 's', work: 0.1 }] } },
        policies: { admission: { policy: 'token-bucket', rate: 1, mode: 'wait' } },
      }),
      { rows: { w: [{ at: 0 }, { at: 0 }, { at: 0 }] } },
    );
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@1']);
    expect(times(run, 'timed-out')).toEqual(['w/2@1.5']);
  });
});

describe('a time-out ends a task wherever it is', () => {
  test('at work: the work is wasted and the next one starts', () => {
    const run = observe(
      oneStage({ workloads: { w: { timeout: 6, workflow: [{ stage: 's', work: 'trace' }] } } }),
      {
        rows: {
          w: [
            { at: 0, work: 10 },
            { at: 1, work: 1 },
            { at: 1, work: 10 },
          ],
        },
      },
    );
    // w/1 begins at 6 and leaves at 7, when its time is up too: its work was scheduled later than its time-out.
    expect(times(run, 'timed-out')).toEqual(['w/0@6', 'w/1@7', 'w/2@7']);
    expect(run.measures.pools.p!.wasted_gpu_hours * 3600).toBeCloseTo(7, 9);
  });

  test('waiting, blocked, in a delay and in a call', () => {
    const run = observe(
      {
        version: 1,
        name: 'everywhere',
        pools: { pa: {}, pb: {} },
        services: { tool: { latency: 100 } },
        stages: {
          a: { pool: 'pa' },
          b: { pool: 'pb', queue: { capacity: 0, whenFull: 'block' } },
          t: { service: 'tool' },
        },
        workloads: {
          holder: { timeout: 50, workflow: [{ stage: 'b', work: 100 }] },
          blocked: {
            timeout: 10,
            workflow: [
              { stage: 'a', work: 1 },
              { stage: 'b', work: 1 },
            ],
          },
          waiting: { timeout: 8, workflow: [{ stage: 'a', work: 1 }] },
          delayed: {
            timeout: 7,
            workflow: [{ delay: 100 }, { stage: 'a', work: 1 }],
          },
          calling: { timeout: 6, workflow: [{ stage: 't' }] },
          last: { workflow: [{ stage: 'a', work: 1 }] },
        },
      },
      {
        rows: {
          holder: [{ at: 0 }],
          blocked: [{ at: 0 }],
          waiting: [{ at: 0.5 }],
          delayed: [{ at: 0 }],
          calling: [{ at: 0 }],
          last: [{ at: 2 }],
        },
      },
    );
    expect(times(run, 'timed-out')).toEqual([
      'calling/0@6',
      'delayed/0@7',
      'waiting/0@8.5',
      'blocked/0@10',
      'holder/0@50',
    ]);
    // The place of the blocked task at a is free again.
    expect(times(run, 'completed')).toEqual(['last/0@11']);
    expect(run.run.state.tasks.size).toBe(0);
  });

  test('the client may send it again: from the beginning, with a new time-out', () => {
    const run = observe(
      oneStage({
        workloads: { w: { timeout: 3, workflow: [{ stage: 's', work: 10 }] } },
        policies: { retry: { policy: 'fixed', delay: 2, maxAttempts: 2, on: ['timed-out'] } },
      }),
      { rows: { w: [{ at: 0 }] } },
    );
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@5']);
    expect(times(run, 'timed-out')).toEqual(['w/0@3', 'w/0@8']);
    expect(run.measures.total).toMatchObject({ failures: 2, retries: 1, timed_out: 1 });
    expect(run.measures.pools.p!.wasted_gpu_hours * 3600).toBeCloseTo(6, 9);
  });
});
