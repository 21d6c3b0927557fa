/** The dead-letter queue: the stay there, and coming back from it. */
import { describe, expect, test } from 'vitest';
import { type Failure, GIVE_UP } from '../../src/policies/points.js';
import { observe, oneStage, story, times, twoStages } from './observe.js';
import { own } from './own.js';

const HOUR_S = 3600;
const deadLetter = (rest: object = {}) => ({ policy: 'dead-letter', reviewDelay: 5, ...rest });

/** 2 s of work that always fail. */
const failing = (policies: object, rest: object = {}) =>
  oneStage({ ...rest, workloads: { w: { workflow: [{ stage: 's', work: 2, errorRate: 1 }] } }, policies });

describe('a task that always fails, and may come back once after 5 s', () => {
  test('works from 0 to 2 and from 7 to 9, and is final then', () => {
    const run = observe(failing({ retry: deadLetter() }), { rows: { w: [{ at: 0 }] } });
    expect(story(run, 'w/0')).toEqual([
      'ready@0',
      'in-progress@0',
      'failed@2',
      'dead-lettered@2',
      'queued@7',
      'ready@7',
      'in-progress@7',
      'failed@9',
      'dead-lettered@9',
    ]);
    expect(run.measures.total).toMatchObject({
      arrived: 1,
      failures: 2,
      retries: 0,
      dead_letter_entries: 1,
      dead_letter_returns: 1,
      dead_lettered: 1,
    });
    expect(run.measures.pools.p!.wasted_gpu_hours * HOUR_S).toBeCloseTo(4, 9);
  });

  test('has all of its tries again when it comes back', () => {
    const retry = [{ policy: 'fixed', delay: 1, maxAttempts: 2 }, deadLetter()];
    const run = observe(failing({ retry }), { rows: { w: [{ at: 0 }] } });
    // 0 to 2 and 3 to 5, then 5 s of review, then 10 to 12 and 13 to 15.
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@3', 'w/0@10', 'w/0@13']);
    expect(run.measures.total).toMatchObject({ failures: 4, retries: 2, dead_letter_entries: 1 });
  });

  test('holds nothing meanwhile: the next task is served', () => {
    const run = observe(failing({ retry: deadLetter() }), { rows: { w: [{ at: 0 }, { at: 1 }] } });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@2', 'w/0@7', 'w/1@9']);
  });

  test('is told afresh: the policy sees a first try without a wait before it', () => {
    const seen: Omit<Failure, 'random' | 'kind'>[] = [];
    const parking = own('retry', () => ({
      parks: true,
      decide: (_task, { attempt, previousS, retryAfterS }) => {
        seen.push({ attempt, previousS, retryAfterS });
        return seen.length === 3 ? GIVE_UP : 4;
      },
    }));
    observe(failing({}), { rows: { w: [{ at: 0 }] }, own: [parking] });
    expect(seen).toEqual(Array.from({ length: 3 }, () => ({ attempt: 1, previousS: 0, retryAfterS: 0 })));
  });

  test.each([
    [8, { dead_letter_entries: 1, dead_letter_returns: 1, dead_lettered: 0 }],
    [4, { dead_letter_entries: 1, dead_letter_returns: 0, dead_lettered: 0 }],
  ])('a run that ends at %d s leaves it in the system, in no final count', (duration, counts) => {
    const run = observe(failing({ retry: deadLetter() }, { run: { duration, drain: false } }), {
      rows: { w: [{ at: 0 }] },
    });
    expect(run.measures.total).toMatchObject({ arrived: 1, completed: 0, cancelled: 0, ...counts });
    expect(run.measures.stuck_tasks).toBe(0);
    expect(run.run.state.tasks.size).toBe(1);
    expect(run.endS).toBe(duration);
  });
});

describe('a task that times out, is reviewed and is served then', () => {
  /** The GPU is taken from 0 to 8; `w` comes at 1, gives up at 4 and is back at 14. */
  const timingOut = (workload: object = {}, policies: object = {}) =>
    oneStage({
      workloads: {
        before: { workflow: [{ stage: 's', work: 8 }] },
        w: { timeout: 3, ...workload, workflow: [{ stage: 's', work: 2 }] },
      },
      policies: { retry: deadLetter({ on: ['timed-out'], reviewDelay: 10 }), ...policies },
    });
  const rows = { before: [{ at: 0 }], w: [{ at: 1 }] };

  test('its latency is the sum of its phases, review among them', () => {
    const run = observe(timingOut(), { rows });
    expect(story(run, 'w/0')).toEqual([
      'ready@1',
      'timed-out@4',
      'dead-lettered@4',
      'queued@14',
      'ready@14',
      'in-progress@14',
      'completed@16',
    ]);
    const { latency_s, phases } = run.measures.workloads.w!;
    expect(latency_s.mean).toBe(15);
    expect(phases).toMatchObject({
      queue_s: { mean: 3 },
      review_s: { mean: 10 },
      work_s: { mean: 2 },
      backoff_s: { mean: 0 },
    });
    expect(run.measures.workloads.w).toMatchObject({ timed_out: 0, dead_lettered: 0, completed: 1 });
  });

  test('has a new time-out when it comes back', () => {
    const another = { timeout: 1 };
    // Served from 12 on, 1 s after it has come back, at 12 it gives up for the second time.
    const scenario = timingOut(another, {
      retry: deadLetter({ on: ['timed-out'], reviewDelay: 9, maxReentries: 1 }),
    });
    const run = observe(scenario, { rows });
    expect(times(run, 'timed-out')).toEqual(['w/0@2', 'w/0@12']);
    expect(run.measures.workloads.w).toMatchObject({ timed_out: 1, dead_letter_entries: 1, failures: 2 });
  });

  test.each([
    ['dropped at its deadline', { deadlines: 'drop' }],
    ['sent on a cheaper path', { deadlines: 'fallback' }],
    ['made more important', { deadlines: { policy: 'escalate', boost: 1 } }],
  ])('is not %s there, or later', (_, policies) => {
    const workload = { deadline: 5, fallback: [{ stage: 's', work: 0.5 }] };
    const run = observe(timingOut(workload, policies), { rows });
    expect(times(run, 'completed')).toEqual(['before/0@8', 'w/0@16']);
    expect(run.measures.workloads.w).toMatchObject({
      completed: 1,
      completed_in_time: 0,
      completed_fallback: 0,
      escalations: 0,
      deadline_drops: 0,
    });
  });

  test('does not lose its patience there', () => {
    const run = observe(timingOut({ patience: 3.5 }), { rows });
    expect(times(run, 'completed')).toEqual(['before/0@8', 'w/0@16']);
  });
});

test('what comes back has new luck, and that of the others stays theirs', () => {
  const drawn = (policies: object) => {
    const run = observe(
      oneStage({
        pools: { p: { gpusPerNode: 100 } },
        workloads: {
          w: { workflow: [{ stage: 's', work: { dist: 'exponential', mean: 1 }, errorRate: 0.5 }] },
        },
        policies,
      }),
      { rows: { w: Array.from({ length: 40 }, (_, at) => ({ at })) } },
    );
    const works = new Map<string, number[]>();
    for (const { task, to, workS } of run.changes)
      if (to === 'in-progress') works.set(task, [...(works.get(task) ?? []), workS]);
    return { works, total: run.measures.total };
  };
  const { works, total } = drawn({ retry: deadLetter() });
  const without = drawn({});
  for (const [task, [first]] of without.works) expect(works.get(task)![0]).toBe(first);
  const twice = [...works.values()].filter((list) => list.length === 2);
  expect(twice).toHaveLength(total.dead_letter_entries);
  expect(without.total.dead_lettered).toBe(total.dead_letter_entries);
  for (const [first, second] of twice) expect(second).not.toBe(first);
  // Half of those that come back fail once more, by chance: all of 20 or none would be one in a million.
  expect(total.dead_lettered).toBeGreaterThan(0);
  expect(total.dead_lettered).toBeLessThan(total.dead_letter_entries);
});

test('comes back at admission and takes its whole way, not the failed step alone', () => {
  const run = observe(
    twoStages({
      workloads: {
        w: {
          workflow: [
            { stage: 'a', work: 1 },
            { stage: 'b', work: 2, errorRate: 1 },
          ],
        },
      },
      policies: {
        admission: { policy: 'token-bucket', rate: 0.125, burst: 1, mode: 'wait' },
        retry: deadLetter({ reviewDelay: 1 }),
      },
    }),
    { rows: { w: [{ at: 0 }] } },
  );
  // Fails at 3, back at 4, but the next token comes at 8.
  expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@1', 'w/0@8', 'w/0@9']);
});

test('a refusal by a full queue leads there too', () => {
  const run = observe(
    oneStage({
      stages: { s: { pool: 'p', queue: { capacity: 0 } } },
      workloads: { w: { workflow: [{ stage: 's', work: 4 }] } },
      policies: { retry: deadLetter({ on: ['rejected'] }) },
    }),
    { rows: { w: [{ at: 0 }, { at: 1 }] } },
  );
  expect(story(run, 'w/1')).toEqual([
    'rejected@1',
    'dead-lettered@1',
    'queued@6',
    'ready@6',
    'in-progress@6',
    'completed@10',
  ]);
  expect(run.measures.total).toMatchObject({ refusals: 1, rejected: 0, completed: 2 });
});

test('a user of a closed loop waits for the end of the review', () => {
  const run = observe({
    ...failing({ retry: deadLetter() }),
    run: { tasks: 2 },
    workloads: {
      w: {
        arrival: { process: 'closed', users: 1, think: 1 },
        workflow: [{ stage: 's', work: 2, errorRate: 1 }],
      },
    },
  });
  // 1 to 3, review to 8, 8 to 10, thinks, 11 to 13, review to 18, 18 to 20.
  expect(times(run, 'in-progress')).toEqual(['w/0@1', 'w/0@8', 'w/1@11', 'w/1@18']);
});
