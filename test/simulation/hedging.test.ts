/** Two copies of one task: whichever is completed first counts, and the pair is one task. */
import { describe, expect, test } from 'vitest';
import { ADMIT, type PreemptionPolicy } from '../../src/policies/points.js';
import { type Observed, observe, oneStage, type ScenarioObject, story, times } from './observe.js';
import { own } from './own.js';

const HOUR_S = 3600;
const hedge = (after: number) => ({ policy: 'hedge', after, maxFraction: 1 });

/** Two GPUs, 10 s of work; the second copy is sent after 3 s. */
const two = (workload: object = {}, policies: object = {}) =>
  oneStage({
    pools: { p: { mode: 'exclusive', gpusPerNode: 2 } },
    workloads: { w: { ...workload, workflow: [{ stage: 's', work: 'trace' }] } },
    policies: { retry: hedge(3), ...policies },
  });
const ten = { w: [{ at: 0, work: 10 }] };

/** One GPU, taken by another from 0 to 5; last come, first served, so that the second copy passes the first. */
const passing = (workload: object = {}, policies: object = {}) =>
  oneStage({
    workloads: {
      before: { workflow: [{ stage: 's', work: 5 }] },
      w: { workflow: [{ stage: 's', work: 2 }], ...workload },
    },
    policies: { ordering: 'lifo', retry: { ...hedge(2), at: 'w' }, ...policies },
  });
const behind = { before: [{ at: 0 }], w: [{ at: 1 }] };

const gpuS = ({ measures }: Observed, what: 'busy' | 'wasted'): number =>
  measures.pools.p![`${what}_gpu_hours`] * HOUR_S;

function expectSum({ measures }: Observed, latencyS: number): void {
  const { latency_s, phases } = measures.workloads.w!;
  expect(latency_s.mean).toBeCloseTo(latencyS, 9);
  expect(Object.values(phases).reduce((sum, { mean }) => sum + mean, 0)).toBeCloseTo(latencyS, 9);
}

describe('the first copy wins', () => {
  const run = observe(two(), { rows: ten });

  test('the second, begun at 3, is withdrawn at 10, and its 7 s are wasted', () => {
    expect(story(run, 'w/0')).toEqual(['ready@0', 'in-progress@0', 'completed@10']);
    expect(story(run, 'w/0.5')).toEqual(['ready@3', 'in-progress@3']);
    expect(gpuS(run, 'busy')).toBeCloseTo(17, 9);
    expect(gpuS(run, 'wasted')).toBeCloseTo(7, 9);
  });

  test('it is one task, counted once', () => {
    expect(run.measures.total).toMatchObject({
      arrived: 1,
      completed: 1,
      cancelled: 0,
      failures: 0,
      hedges: 1,
      mean_in_system: 1,
      latency_s: { count: 1, mean: 10 },
    });
    expect(run.measures.stages.s).toMatchObject({ arrived: 2, completed: 1, max_in_progress: 2 });
    expectSum(run, 10);
  });
});

describe('the second copy wins', () => {
  test('its latency counts from the arrival of the task, and so do its phases', () => {
    // Sent at 3, served before the first copy at 5, done at 7: then the first leaves the queue.
    const run = observe(passing(), { rows: behind });
    expect(story(run, 'w/0')).toEqual(['ready@1']);
    expect(story(run, 'w/0.5')).toEqual(['ready@3', 'in-progress@5', 'completed@7']);
    expectSum(run, 6);
    expect(run.measures.workloads.w!.phases).toMatchObject({ queue_s: { mean: 4 }, work_s: { mean: 2 } });
    expect(run.measures.total).toMatchObject({ arrived: 2, completed: 2, hedges: 1, cancelled: 0 });
    expect(run.measures.workloads.w!.starvation.longest_wait_s).toBe(4);
    expect(run.run.state.tasks.size).toBe(0);
    expect(run.endS).toBe(7);
  });

  test('patience is over with the first start of either', () => {
    const run = observe(passing({ patience: 5 }), { rows: behind });
    expect(run.measures.workloads.w).toMatchObject({ completed: 1, timed_out: 0 });
    expectSum(run, 6);
  });
});

test('patience that is over before either has started is over for both', () => {
  const run = observe(passing({ patience: 3 }), { rows: behind });
  expect(times(run, 'timed-out')).toEqual(['w/0@4']);
  expect(run.measures.workloads.w).toMatchObject({ completed: 0, timed_out: 1, failures: 1 });
  expect(run.endS).toBe(5);
});

test('patience passes to the second copy when the first is dropped from the queue', () => {
  // In order of arrival: before from 0 to 5, w/0 (dropped then), long from 5 to 15, w/0.5. Patience is over at 9.
  const workflow = (work: number) => [{ stage: 's', work }];
  const scenario = oneStage({
    workloads: {
      before: { workflow: workflow(5) },
      w: { patience: 8, workflow: workflow(2) },
      long: { workflow: workflow(10) },
    },
    policies: { retry: { ...hedge(2), at: 'w' } },
  });
  const dropper = own('admission', ({ tasks }) => ({
    retryAfterS: 0,
    decide: () => ADMIT,
    drop: (task) => tasks.workload(task) === 1 && tasks.serial(task) === 0,
  }));
  const run = observe(scenario, { rows: { ...behind, long: [{ at: 2 }] }, own: [dropper] });
  expect(times(run, 'rejected')).toEqual(['w/0@5']);
  expect(times(run, 'timed-out')).toEqual(['w/0@9']);
  expect(run.measures.workloads.w).toMatchObject({ refusals: 1, rejected: 0, timed_out: 1 });
});

test('limits learn from the copy that won, and not from the one that was beaten', () => {
  const samples: string[] = [];
  const limit = own('concurrency', () => ({
    limit: 10,
    onSample: (startS, roundTripS, inFlight, dropped) =>
      samples.push(`${startS}+${roundTripS} of ${inFlight}${dropped ? ', dropped' : ''}`),
  }));
  observe(two(), { rows: ten, own: [limit] });
  expect(samples).toEqual(['0+10 of 1']);
  observe(two({ timeout: 5 }), { rows: ten, own: [limit] });
  expect(samples.slice(1)).toEqual(['0+5 of 1, dropped']);
});

test('a time-out ends both', () => {
  const run = observe(two({ timeout: 5 }), { rows: ten });
  expect(times(run, 'timed-out')).toEqual(['w/0@5']);
  expect(run.measures.total).toMatchObject({ timed_out: 1, failures: 1, completed: 0, hedges: 1 });
  expect(gpuS(run, 'busy')).toBeCloseTo(7, 9);
  expect(gpuS(run, 'wasted')).toBeCloseTo(7, 9);
  expect(run.endS).toBe(5);
});

test('what is sent again after a time-out has a second copy again', () => {
  const retry = [hedge(3), { policy: 'fixed', delay: 1, maxAttempts: 2, on: ['timed-out'] }];
  const run = observe(two({ timeout: 5 }, { retry }), { rows: ten });
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0.5@3', 'w/0@6', 'w/0.5@9']);
  expect(run.measures.total).toMatchObject({ timed_out: 1, failures: 2, retries: 1, hedges: 2 });
});

describe('one fails and the other goes on', () => {
  /** The first run in which the first copy fails at 10, and which is otherwise as wanted. */
  const seeded = (scenario: ScenarioObject, isWanted: (run: Observed) => boolean): Observed => {
    for (let seed = 0; seed < 100; seed++) {
      const run = observe(scenario, { rows: ten, seed: String(seed) });
      if (times(run, 'failed')[0] === 'w/0@10' && isWanted(run)) return run;
    }
    throw new Error('no such run');
  };
  const unreliable = (retry: object[]) =>
    oneStage({
      pools: { p: { mode: 'exclusive', gpusPerNode: 2 } },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace', errorRate: 0.5 }] } },
      policies: { retry: [hedge(3), ...retry] },
    });

  test('nobody is asked for a retry, and the second copy goes on as the task', () => {
    const run = seeded(unreliable([]), ({ measures }) => measures.total.completed === 1);
    expect(times(run, 'completed')).toEqual(['w/0@13']);
    expect(run.measures.total).toMatchObject({ failures: 1, retries: 0, dead_lettered: 0, completed: 1 });
    expectSum(run, 13);
    expect(gpuS(run, 'wasted')).toBeCloseTo(10, 9);
  });

  test('when the second fails too, the retry policy sees its first try', () => {
    const scenario = unreliable([{ policy: 'fixed', delay: 2, maxAttempts: 2 }]);
    const run = seeded(scenario, ({ measures }) => measures.total.failures > 1);
    // Both have failed by 13; the next try begins at 15.
    expect(times(run, 'retried')[0]).toBe('w/0@13');
    expect(times(run, 'in-progress')[2]).toBe('w/0@15');
    expect(run.measures.total.retries).toBe(1);
  });

  test('the client’s time-out passes to the copy that is left', () => {
    const scenario = unreliable([]);
    const { w } = scenario.workloads;
    const run = seeded({ ...scenario, workloads: { w: { ...w, timeout: 12 } } }, () => true);
    expect(times(run, 'timed-out')).toEqual(['w/0@12']);
    expect(run.endS).toBe(12);
  });
});

describe('one is aborted for another task', () => {
  /** Stops the smaller or the larger serial number for the task of the other workload. */
  const aborting = (sign: 1 | -1) =>
    own(
      'preemption',
      ({ tasks }): PreemptionPolicy => ({
        mayPreempt: (candidate, victim) => tasks.workload(candidate) > tasks.workload(victim),
        compareVictims: (a, b) => sign * (tasks.serial(a) - tasks.serial(b)),
        mode: 'abort',
        checkpointIntervalS: 0,
        checkpointCostS: 0,
        saveS: () => -1,
        resumeS: () => 0,
      }),
    );
  const scenario = oneStage({
    pools: { p: { mode: 'exclusive', gpusPerNode: 2 } },
    workloads: {
      w: { workflow: [{ stage: 's', work: 10 }] },
      urgent: { workflow: [{ stage: 's', work: 1 }] },
    },
    policies: { retry: { ...hedge(3), at: 'w' } },
  });

  test.each([
    ['the first', 1, 13, 5],
    ['the second', -1, 10, 2],
  ] as const)('%s: its twin goes on, and nothing is cancelled', (_, sign, completedS, wastedS) => {
    const run = observe(scenario, {
      rows: { w: [{ at: 0 }], urgent: [{ at: 5 }] },
      own: [aborting(sign)],
    });
    expect(times(run, 'completed')).toEqual(['urgent/0@6', `w/0@${completedS}`]);
    expect(run.measures.total).toMatchObject({ preemptions: 1, cancelled: 0, completed: 2 });
    expect(gpuS(run, 'wasted')).toBeCloseTo(wastedS, 9);
    expectSum(run, completedS);
  });
});

describe('no second copy is sent', () => {
  test.each([
    ['for a task that waits at admission', { admission: { policy: 'leaky-bucket', rate: 0.2 } }, 2, 0],
    ['in a back-off', { retry: [hedge(11), { policy: 'fixed', delay: 5 }] }, 1, 1],
    [
      'for what is in the dead-letter queue',
      { retry: [hedge(11), { policy: 'dead-letter', reviewDelay: 5 }] },
      1,
      1,
    ],
    ['for what is done by then', { retry: hedge(10) }, 1, 0],
  ])('%s', (_, policies, tasks, errorRate) => {
    const scenario = two({}, policies);
    const workflow = [{ stage: 's', work: 'trace', errorRate }];
    const rows = { w: Array.from({ length: tasks }, () => ({ at: 0, work: errorRate === 1 ? 10 : 1 })) };
    const run = observe({ ...scenario, workloads: { w: { workflow } } }, { rows });
    expect(run.measures.total.hedges).toBe(0);
  });
});

test('the copy that has lost gives back a limit that lasts as long as the task, also from a delay', () => {
  // The second copy is in its delay when the first is completed at 12; at 12 both places are free again.
  const run = observe(
    oneStage({
      pools: { p: { gpusPerNode: 4 } },
      workloads: { w: { workflow: [{ stage: 's', work: 1 }, { delay: 11 }] } },
      policies: { retry: hedge(3), wip: { policy: 'class', limit: 2, holds: 'task' } },
    }),
    { rows: { w: [{ at: 0 }, { at: 12 }, { at: 12 }] } },
  );
  expect(times(run, 'completed')[0]).toBe('w/0@12');
  expect(times(run, 'in-progress').filter((one) => /^w.[12]@12$/.test(one))).toHaveLength(2);
});
