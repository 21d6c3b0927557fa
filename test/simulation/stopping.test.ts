/** What being stopped costs each victim, whole workflows that begin again, and room made for the head of a queue. */
import { describe, expect, test } from 'vitest';
import type { PreemptionPolicy } from '../../src/policies/points.js';
import { type Observed, observe, oneStage, type ScenarioObject, story, times, twoStages } from './observe.js';
import { atTimes, own } from './own.js';

const HOUR_S = 3600;

const wastedGpuS = ({ measures }: Observed, pool = 'p'): number =>
  measures.pools[pool]!.wasted_gpu_hours * HOUR_S;

describe('costs that differ from task to task', () => {
  test('each victim saves and loads for as long as its own state takes', () => {
    // Both are stopped at 4 for a gang of two, which begins when the slower one has saved its state, at 7. From 12 on
    // they load it, x for 2 s and y for half a second, and have 6 s to go.
    const byWorkload = (seconds: readonly number[]) => (workload: number) => seconds[workload]!;
    const saveS = byWorkload([1, 3]);
    const resumeS = byWorkload([2, 0.5]);
    const policy = own(
      'preemption',
      ({ tasks }): PreemptionPolicy => ({
        mayPreempt: (candidate, victim) => tasks.priority(candidate) > tasks.priority(victim),
        compareVictims: () => 0,
        mode: 'resume',
        checkpointIntervalS: Number.POSITIVE_INFINITY,
        checkpointCostS: 0,
        saveS: (task) => saveS(tasks.workload(task)),
        resumeS: (task) => resumeS(tasks.workload(task)),
      }),
    );
    const workflow = [{ stage: 's', work: 10 }];
    const run = observe(
      oneStage({
        pools: { p: { mode: 'exclusive', gpusPerNode: 2 } },
        workloads: {
          x: { workflow },
          y: { workflow },
          gang: { priority: 1, workflow: [{ stage: 's', work: 5, gpus: 2 }] },
        },
      }),
      { rows: { x: [{ at: 0 }], y: [{ at: 0 }], gang: [{ at: 4 }] }, own: [policy] },
    );
    expect(times(run, 'preempted (suspended)')).toEqual(['x/0@5', 'y/0@7']);
    expect(times(run, 'preempted (resuming)')).toEqual(['x/0@12', 'y/0@12']);
    expect(times(run, 'completed')).toEqual(['gang/0@12', 'y/0@18.5', 'x/0@20']);
    expect(wastedGpuS(run)).toBeCloseTo(1 + 2 + 3 + 0.5, 9);
    expect(run.measures.workloads.x!.phases).toMatchObject({
      checkpoint_s: { mean: 3 },
      suspended_s: { mean: 7 },
    });
  });

  const stopped = (parameters: object, workload: object = {}, pool: object = {}): Observed =>
    observe(
      oneStage({
        pools: { p: { mode: 'exclusive', ...pool } },
        workloads: { w: { workflow: [{ stage: 's', work: 'trace' }], ...workload } },
        policies: { ordering: 'priority', preemption: { policy: 'priority', ...parameters } },
      }),
      {
        rows: {
          w: [
            { at: 0, work: 10, priority: 0 },
            { at: 4, work: 5, priority: 1 },
            { at: 10, work: 1, priority: 2 },
          ],
        },
      },
    );

  test('memory of 63 GB at 31.5 GB/s is moved out in 2 s and back in 2 s', () => {
    // Out from 4 to 6; 1 runs from 6 to 10, is moved out until 12 for the last; that one ends at 13, then 1 is moved
    // back until 15 and done at 16, and 0 is moved back until 18 and has 6 s to go.
    const run = stopped({ mode: 'swap' }, { memory: 63e9 });
    expect(times(run, 'completed')).toEqual(['w/2@13', 'w/1@16', 'w/0@24']);
    expect(wastedGpuS(run)).toBeCloseTo(8, 9);
    expect(run.run.state.pools[0]!.memoryTakenBytes).toBe(0);
  });

  test('a fifth of the 4 s that were done is done again, in a pool of twice the speed a fifth of 8', () => {
    // From 9 it does 0.8 s again and goes on from 9.8 to 10; from 11 it does 0.84 s again and has 5.8 s to go.
    expect(times(stopped({ mode: 'recompute' }), 'completed')).toEqual(['w/1@9', 'w/2@11', 'w/0@17.64']);
    // 10 s of work take 5 s: from 0 to 4, stopped until 6.5, 0.8 s of doing again, 1 s to go.
    expect(times(stopped({ mode: 'recompute' }, {}, { speed: 2 }), 'completed')).toEqual([
      'w/1@6.5',
      'w/0@8.3',
      'w/2@10.5',
    ]);
  });

  test('who is stopped while it loads its state loads all of it again', () => {
    // 0 to 4, then 1 until 9; 0 loads from 9 to 10, 2 runs until 11, 0 loads until 14 and has 6 s to go.
    const run = stopped({ resumeCost: 3 });
    expect(story(run, 'w/0').slice(3)).toEqual([
      'preempted (resuming)@9',
      'preempted (suspended)@10',
      'preempted (resuming)@11',
      'in-progress@14',
      'completed@20',
    ]);
    expect(run.measures.total.preemptions).toBe(2);
    expect(wastedGpuS(run)).toBeCloseTo(4, 9);
  });
});

describe('a victim that begins its workflow again', () => {
  const again = (rest: object = {}): ScenarioObject => ({
    ...twoStages({
      workloads: {
        w: {
          workflow: [
            { stage: 'a', work: { dist: 'exponential', mean: 1 } },
            { stage: 'b', work: 50 },
          ],
        },
        urgent: { priority: 1, workflow: [{ stage: 'b', work: 5 }] },
      },
      policies: {
        ordering: 'priority',
        preemption: { policy: 'priority', mode: 'restart-task' },
        wip: { policy: 'class', limit: 1, holds: 'task' },
      },
    }),
    pools: { pa: { mode: 'exclusive' }, pb: { mode: 'exclusive' } },
    ...rest,
  });
  const rows = { w: [{ at: 0 }, { at: 0 }], urgent: [{ at: 20 }] };

  test('has the same luck again, loses all that it has done, and gives back its limit', () => {
    const run = observe(again(), { rows });
    const works = run.changes.filter(({ to, stage }) => to === 'in-progress' && stage === 0);
    const [first, other, second] = works.map(({ task, workS }) => ({ task, workS }));
    // The other one of its class begins at that moment, and the first waits until it has left.
    expect(works.map(({ task }) => task)).toEqual(['w/0', 'w/1', 'w/0']);
    expect(works[1]!.atS).toBe(20);
    expect(second).toEqual(first);
    expect(other!.workS).not.toBe(first!.workS);
    expect(wastedGpuS(run, 'pa')).toBeCloseTo(first!.workS, 9);
    expect(wastedGpuS(run, 'pb')).toBeCloseTo(20 - first!.workS, 9);
    expect(run.measures.total).toMatchObject({ preemptions: 1, completed: 3, retries: 0 });
    expect(run.measures.stages.b).toMatchObject({ arrived: 4, completed: 3 });
  });

  test('is refused where its first queue is full, like anybody', () => {
    const full = { a: { pool: 'pa', queue: { capacity: 1 } }, b: { pool: 'pb' } };
    const run = observe(again({ stages: full }), { rows: { ...rows, w: [{ at: 0 }, { at: 10 }] } });
    expect(times(run, 'rejected')).toEqual(['w/0@20']);
    expect(run.measures.workloads.w).toMatchObject({
      preemptions: 1,
      refusals: 1,
      rejected: 1,
      completed: 1,
    });
  });
});

describe('room for the head of a queue, made by a timer', () => {
  /** Two stages on two GPUs; all are equally important but for what is given. */
  const shared = (preemption: object | string, workloads: object = {}) => ({
    version: 1,
    name: 'shared',
    pools: { p: { mode: 'exclusive', gpusPerNode: 2 } },
    stages: { a: { pool: 'p' }, b: { pool: 'p' } },
    workloads: {
      low: { workflow: [{ stage: 'a', work: 10 }] },
      high: { priority: 1, workflow: [{ stage: 'a', work: 10 }] },
      w: { workflow: [{ stage: 'b', work: 2 }], ...workloads },
    },
    policies: { preemption },
  });
  const rows = { low: [{ at: 0 }], high: [{ at: 0 }], w: [{ at: 1 }] };

  test('stops the least important at the other stages, though the policy would stop nobody', () => {
    const answers: boolean[] = [];
    const run = observe(shared('priority'), {
      rows,
      own: [atTimes([3], (runtime) => answers.push(runtime.preemptFor(1)))],
    });
    expect(answers).toEqual([true]);
    // First come, first served would have put the victim first again: the room is kept for the head of b.
    expect(times(run, 'in-progress')).toEqual(['low/0@0', 'high/0@0', 'w/0@3', 'low/0@5']);
    expect(run.measures.workloads.low).toMatchObject({ preemptions: 1, completed: 1 });
    expect(times(run, 'completed')).toEqual(['w/0@5', 'high/0@10', 'low/0@12']);
  });

  test('waits for the victim to save its state, and keeps the room meanwhile', () => {
    const run = observe(shared({ policy: 'priority', checkpointOnPreempt: true, checkpointCost: 1 }), {
      rows,
      own: [atTimes([3, 3.5], (runtime) => void runtime.preemptFor(1))],
    });
    expect(times(run, 'preempted (checkpointing)')).toEqual(['low/0@3']);
    expect(times(run, 'in-progress')).toEqual(['low/0@0', 'high/0@0', 'w/0@4', 'low/0@6']);
  });

  test('is for others again when the one that it was for has left', () => {
    const run = observe(
      shared({ policy: 'priority', checkpointOnPreempt: true, checkpointCost: 1 }, { patience: 2.5 }),
      { rows, own: [atTimes([3], (runtime) => void runtime.preemptFor(1))] },
    );
    expect(times(run, 'timed-out')).toEqual(['w/0@3.5']);
    // The victim has saved its state at 4 and goes on at once, with 7 s to do.
    expect(times(run, 'completed')).toEqual(['high/0@10', 'low/0@11']);
  });

  test.each([
    ['there is no preemption in the pool', 'none', rows],
    ['nobody waits at the stage', 'priority', { ...rows, w: [{ at: 20 }] }],
    [
      'only its own stage runs',
      'priority',
      { low: [{ at: 30 }], high: [{ at: 30 }], w: [0, 0, 0].map((at) => ({ at })) },
    ],
  ])('is not made where %s', (_, preemption, given) => {
    const answers: boolean[] = [];
    const run = observe(shared(preemption, { workflow: [{ stage: 'b', work: 10 }] }), {
      rows: given,
      own: [atTimes([3], (runtime) => answers.push(runtime.preemptFor(1)))],
    });
    expect(answers).toEqual([false]);
    expect(run.measures.total.preemptions).toBe(0);
  });

  test('is asked for in call-backs of timers alone', () => {
    const eager = own('wip', (_view, runtime) => ({
      holds: 'stage',
      lanes: 0,
      mayStart: () => runtime.preemptFor(1),
      started: () => {},
      stopped: () => {},
    }));
    expect(() => observe(shared('priority'), { rows, own: [eager] })).toThrow(
      'a policy may preempt only in a call-back of runtime.after',
    );
  });
});

test('a guard that time alone lifts is looked at again at that moment', () => {
  const run = observe(
    oneStage({
      pools: { p: { mode: 'exclusive' } },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace' }] } },
      policies: { ordering: 'priority', preemption: { policy: 'priority', minRunTime: 3 } },
    }),
    {
      rows: {
        w: [
          { at: 0, work: 10, priority: 0 },
          { at: 1, work: 5, priority: 1 },
        ],
      },
    },
  );
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@3', 'w/0@8']);
});
