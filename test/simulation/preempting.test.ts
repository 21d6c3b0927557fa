import { describe, expect, test } from 'vitest';
import { type Observed, observe, oneStage, type Row, times } from './observe.js';

const HOUR_S = 3600;

const gpus = (count: number, policies: object, workload: object = {}) =>
  oneStage({
    pools: { p: { mode: 'exclusive', gpusPerNode: count } },
    workloads: { w: { ...workload, workflow: [{ stage: 's', work: 'trace', gpus: 'trace' }] } },
    policies,
  });

const preempting = (parameters: object, ordering = 'priority') => ({
  ordering,
  preemption: { policy: 'priority', ...parameters },
});

const wastedGpuS = ({ measures }: Observed): number => measures.pools.p!.wasted_gpu_hours * HOUR_S;

/** Ten seconds of work from 0; at 4 (or `at`) five seconds of a more important task. */
const rows = (at = 4, gang = 1): { w: Row[] } => ({
  w: [
    { at: 0, work: 10, gpus: gang, priority: 0 },
    { at, work: 5, gpus: gang, priority: 1 },
  ],
});

describe('one GPU: 10 s of work from 0, 5 s of a more important task from 4', () => {
  test.each([
    ['resume, progress always safe: 9, then 6 s more', {}, 15, 0],
    ['resume, no checkpoints: 9, then all 10 s again', { checkpointInterval: 'inf' }, 19, 4],
    ['resume, free checkpoints every 3 s: 1 s is lost', { checkpointInterval: 3 }, 16, 1],
    ['resume costs 2 s: 9, 2 s of loading, which bring nothing on, 6 s more', { resumeCost: 2 }, 17, 2],
    ['restart: 9, then all 10 s again', { mode: 'restart' }, 19, 4],
  ])('%s', (_, parameters, completedS, wasted) => {
    const run = observe(gpus(1, preempting(parameters)), { rows: rows() });
    expect(times(run, 'completed')).toEqual(['w/1@9', `w/0@${completedS}`]);
    expect(wastedGpuS(run)).toBeCloseTo(wasted, 9);
    expect(run.measures.total.preemptions).toBe(1);
  });

  test('a checkpoint on the way out delays the one who takes over: 4 to 5 saving, 5 to 10, then 6 s more', () => {
    const run = observe(
      gpus(1, preempting({ checkpointOnPreempt: true, checkpointCost: 1, checkpointInterval: 'inf' })),
      {
        rows: rows(),
      },
    );
    expect(times(run, 'preempted (checkpointing)')).toEqual(['w/0@4']);
    expect(times(run, 'preempted (suspended)')).toEqual(['w/0@5']);
    expect(times(run, 'completed')).toEqual(['w/1@10', 'w/0@16']);
    // The saving.
    expect(wastedGpuS(run)).toBe(1);
    expect(run.measures.workloads.w!.phases.checkpoint_s!.max).toBe(1);
    expect(run.measures.workloads.w!.phases.suspended_s!.max).toBe(5);
  });

  test('abort: the victim is cancelled, and its 4 s are wasted, once', () => {
    const run = observe(gpus(1, preempting({ mode: 'abort' })), { rows: rows() });
    expect(times(run, 'cancelled')).toEqual(['w/0@4']);
    expect(times(run, 'completed')).toEqual(['w/1@9']);
    expect(run.measures.total).toMatchObject({ cancelled: 1, preemptions: 1, completed: 1 });
    expect(wastedGpuS(run)).toBeCloseTo(4, 9);
  });

  test('equal priorities do not preempt each other', () => {
    const equal = rows().w.map((row) => ({ ...row, priority: 1 }));
    expect(times(observe(gpus(1, preempting({})), { rows: { w: equal } }), 'completed')).toEqual([
      'w/0@10',
      'w/1@15',
    ]);
  });
});

describe('checkpoints every 3 s of work that take 1 s each', () => {
  const parameters = { checkpointInterval: 3, checkpointCost: 1 };

  test('alone: 10 s of work need three of them', () => {
    const run = observe(gpus(1, preempting(parameters)), { rows: { w: [rows().w[0]!] } });
    expect(times(run, 'completed')).toEqual(['w/0@13']);
  });

  test('9 s of work need two: the last stretch ends without one', () => {
    const run = observe(gpus(1, preempting(parameters)), {
      rows: { w: [{ at: 0, work: 9, gpus: 1, priority: 0 }] },
    });
    expect(times(run, 'completed')).toEqual(['w/0@11']);
  });

  test('stopped at 4.5: 3 s are saved, half a second is lost, 7 s and two checkpoints remain', () => {
    const run = observe(gpus(1, preempting(parameters)), { rows: rows(4.5) });
    // The important task has a checkpoint of its own: 5 s of work from 4.5 end at 10.5.
    expect(times(run, 'completed')).toEqual(['w/1@10.5', 'w/0@19.5']);
    // Half a second of work, and four checkpoints.
    expect(wastedGpuS(run)).toBeCloseTo(4.5, 9);
  });

  test('stopped at 3.5, in the middle of a checkpoint: it does not count, so all 3 s are lost', () => {
    const run = observe(gpus(1, preempting(parameters)), { rows: rows(3.5) });
    expect(times(run, 'completed')).toEqual(['w/1@9.5', 'w/0@22.5']);
    // 3 s of work, half a checkpoint, three more and one of the important task.
    expect(wastedGpuS(run)).toBeCloseTo(7.5, 9);
  });

  test('stopped at 4.5 and saved on the way out: no work is lost', () => {
    const run = observe(gpus(1, preempting({ ...parameters, checkpointOnPreempt: true })), {
      rows: rows(4.5),
    });
    // Saving to 5.5, the other to 11.5, then 6.5 s of work and two checkpoints.
    expect(times(run, 'completed')).toEqual(['w/1@11.5', 'w/0@20']);
    // Saving, and four checkpoints.
    expect(wastedGpuS(run)).toBe(5);
  });
});

describe('what is wasted counts GPUs, and only what was really lost', () => {
  test('a gang of 2 that restarts after 4 s has wasted 8 GPU-seconds', () => {
    const run = observe(gpus(2, preempting({ mode: 'restart' })), { rows: rows(4, 2) });
    expect(times(run, 'completed')).toEqual(['w/1@9', 'w/0@19']);
    expect(wastedGpuS(run)).toBeCloseTo(8, 9);
    expect(run.measures.pools.p!.busy_gpu_hours * HOUR_S).toBeCloseTo(38, 9);
  });

  test('a suspended task that times out has wasted what it had done, once', () => {
    const run = observe(gpus(1, preempting({}), { timeout: 8 }), {
      rows: { w: [rows().w[0]!, rows(4).w[1]!] },
    });
    expect(times(run, 'timed-out')).toEqual(['w/0@8']);
    expect(wastedGpuS(run)).toBeCloseTo(4, 9);
  });

  test('twice stopped without checkpoints: 4 s and then 2 s lost', () => {
    const run = observe(gpus(1, preempting({ mode: 'restart' })), {
      rows: { w: [...rows().w, { at: 11, work: 1, gpus: 1, priority: 1 }] },
    });
    expect(times(run, 'completed')).toEqual(['w/1@9', 'w/2@12', 'w/0@22']);
    expect(wastedGpuS(run)).toBeCloseTo(6, 9);
  });
});

describe('victims', () => {
  test('the lowest priority first, and no more than needed', () => {
    const run = observe(gpus(4, preempting({})), {
      rows: {
        w: [
          { at: 0, work: 10, gpus: 2, priority: 2 },
          { at: 1, work: 10, gpus: 1, priority: 1 },
          { at: 1, work: 10, gpus: 1, priority: 3 },
          { at: 2, work: 5, gpus: 2, priority: 9 },
        ],
      },
    });
    // Lowest first would be w/1 and then w/0, but with w/0 stopped w/1 need not be.
    expect(times(run, 'preempted (suspended)')).toEqual(['w/0@2']);
    expect(times(run, 'completed')).toEqual(['w/3@7', 'w/1@11', 'w/2@11', 'w/0@15']);
  });

  test('nobody is stopped where it would not be enough', () => {
    const run = observe(gpus(2, preempting({})), {
      rows: {
        w: [
          { at: 0, work: 10, gpus: 1, priority: 0 },
          { at: 0, work: 10, gpus: 1, priority: 5 },
          { at: 1, work: 1, gpus: 2, priority: 5 },
        ],
      },
    });
    expect(run.measures.total.preemptions).toBe(0);
    expect(times(run, 'completed')).toEqual(['w/0@10', 'w/1@10', 'w/2@11']);
  });

  test('one on its way out is enough: no second victim', () => {
    const run = observe(gpus(2, preempting({ checkpointOnPreempt: true, checkpointCost: 3 })), {
      rows: {
        w: [
          { at: 0, work: 10, gpus: 1, priority: 0 },
          { at: 0, work: 10, gpus: 1, priority: 1 },
          { at: 1, work: 1, gpus: 1, priority: 5 },
          { at: 20, work: 1, gpus: 1, priority: 5 },
        ],
      },
    });
    expect(run.measures.total.preemptions).toBe(1);
    expect(times(run, 'preempted (checkpointing)')).toEqual(['w/0@1']);
  });
});

describe.each(['fifo', 'lifo', 'sjf', 'edf'])(
  'with ordering %s, which does not look at priorities',
  (ordering) => {
    test('what is saved and given up goes to the task it was given up for', () => {
      const run = observe(gpus(1, preempting({ checkpointOnPreempt: true, checkpointCost: 1 }, ordering)), {
        rows: rows(),
      });
      expect(times(run, 'completed')).toEqual(['w/1@10', 'w/0@16']);
    });

    test('a gang that waits for a checkpoint does not chase another victim round and round', () => {
      const parameters = { checkpointOnPreempt: true, checkpointCost: 1, resumeCost: 2 };
      const run = observe(gpus(2, preempting(parameters, ordering)), {
        rows: {
          w: [
            { at: 0, work: 10, gpus: 1, priority: 0 },
            { at: 0, work: 10, gpus: 1, priority: 0 },
            { at: 1, work: 1, gpus: 1, priority: 5 },
            { at: 4, work: 1, gpus: 2, priority: 9 },
          ],
        },
      });
      expect(run.measures.total.completed).toBe(4);
    });
  },
);
