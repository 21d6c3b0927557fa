/** Side effects done twice: what counts as such, and what does not. */
import { describe, expect, test } from 'vitest';
import { ADMIT, REFUSE } from '../../src/policies/points.js';
import { type Observed, observe, oneStage, type ScenarioObject, times, twoStages } from './observe.js';
import { own } from './own.js';

const duplicates = ({ measures }: Observed): number => measures.total.duplicate_side_effects;

const once = { w: [{ at: 0 }] };

/** 1 s at `a`, then 10 s at `b`; the steps named must not be done twice. */
const line = (fragile: string, policies: object, workload: object = {}, b: object = {}): ScenarioObject =>
  twoStages({
    workloads: {
      w: {
        ...workload,
        workflow: [
          { stage: 'a', work: 1, idempotent: !fragile.includes('a') },
          { stage: 'b', work: 10, idempotent: !fragile.includes('b'), ...b },
        ],
      },
    },
    policies,
  });

describe('a step that fails three times and is begun three times', () => {
  const failing = (idempotent: boolean, where: object) => ({
    version: 1,
    name: 'failing',
    ...where,
    workloads: {
      w: {
        workflow: [{ stage: 's', idempotent, errorRate: 1, ...('pools' in where ? { work: 2 } : {}) }],
      },
    },
    policies: { retry: { policy: 'fixed', delay: 1, maxAttempts: 3 } },
  });
  test.each([
    ['pool', { pools: { p: {} }, stages: { s: { pool: 'p' } } }],
    ['service', { services: { tool: { latency: 2 } }, stages: { s: { service: 'tool' } } }],
  ])('at a %s: two too many, and none where it does no harm', (_, where) => {
    expect(duplicates(observe(failing(false, where), { rows: once }))).toBe(2);
    expect(duplicates(observe(failing(true, where), { rows: once }))).toBe(0);
  });
});

describe('a client gives up after 5 s and sends the task again', () => {
  const retry = { policy: 'fixed', delay: 1, maxAttempts: 2, on: ['timed-out'] };

  test.each([
    ['a', 1],
    ['b', 1],
    ['ab', 2],
  ])('what %s had begun by then is done once more', (fragile, expected) => {
    const run = observe(line(fragile, { retry }, { timeout: 5 }), { rows: once });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@1', 'w/0@6', 'w/0@7']);
    expect(duplicates(run)).toBe(expected);
  });

  test('nothing is, where it had not begun', () => {
    // The first is at a until 8; the second has waited there when its client gives up at 6, and is served from 8 on.
    const run = observe(
      oneStage({
        workloads: {
          before: { workflow: [{ stage: 's', work: 8 }] },
          w: { timeout: 5, workflow: [{ stage: 's', work: 1, idempotent: false }] },
        },
        policies: { retry: { ...retry, at: 'w' } },
      }),
      { rows: { before: [{ at: 0 }], w: [{ at: 1 }] } },
    );
    expect(times(run, 'completed')).toEqual(['before/0@8', 'w/0@9']);
    expect(duplicates(run)).toBe(0);
  });
});

describe('a task that is stopped 4 s after it began', () => {
  test.each([
    ['resumes', {}, 0],
    ['resumes from its checkpoint of 3 s', { checkpointInterval: 3 }, 0],
    ['resumes before its first checkpoint', { checkpointInterval: 5 }, 1],
    ['resumes without checkpoints', { checkpointInterval: 'inf' }, 1],
    [
      'resumes from what it saved on the way out',
      { checkpointInterval: 'inf', checkpointOnPreempt: true },
      0,
    ],
    ['does a part of it again', { mode: 'recompute' }, 0],
    ['does its step again', { mode: 'restart' }, 1],
    ['begins its workflow again', { mode: 'restart-task' }, 1],
    ['is cancelled', { mode: 'abort' }, 0],
  ])('and %s', (_, parameters, expected) => {
    const scenario = oneStage({
      pools: { p: { mode: 'exclusive' } },
      workloads: { w: { workflow: [{ stage: 's', work: 'trace', idempotent: false }] } },
      policies: { ordering: 'priority', preemption: { policy: 'priority', ...parameters } },
    });
    const rows = {
      w: [
        { at: 0, work: 10, priority: 0 },
        { at: 4, work: 5, priority: 1 },
      ],
    };
    const run = observe(scenario, { rows });
    expect(run.measures.total.preemptions).toBe(1);
    expect(duplicates(run)).toBe(expected);
  });

  test('at its second step, and begins its workflow again: the first step is done once more as well', () => {
    const scenario = line('ab', {
      ordering: 'priority',
      preemption: { policy: 'priority', mode: 'restart-task' },
    });
    const urgent = { priority: 1, workflow: [{ stage: 'b', work: 5 }] };
    const run = observe(
      { ...scenario, workloads: { ...scenario.workloads, urgent } },
      { rows: { ...once, urgent: [{ at: 4 }] } },
    );
    // 0 to 1 and 1 to 4; again from 4 to 5, then b is taken until 9.
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@1', 'urgent/0@4', 'w/0@4', 'w/0@9']);
    expect(duplicates(run)).toBe(2);
  });
});

describe('a second copy', () => {
  const retry = { policy: 'hedge', after: 3, maxFraction: 1, at: 'w' };

  test('that does what the first has begun does it twice', () => {
    const scenario = line('ab', { retry });
    const run = observe({ ...scenario, pools: { pa: {}, pb: { gpusPerNode: 2 } } }, { rows: once });
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@1', 'w/0.5@3', 'w/0.5@4']);
    expect(duplicates(run)).toBe(2);
  });

  test('that passes the first begins what the first does twice then', () => {
    // a is taken until 5. Last come, first served: the copy is there until 6 and at b from 6 to 16; the first is at a
    // from 6 to 7, and at b from 7 on.
    const scenario = line('b', { retry, ordering: 'lifo' });
    const run = observe(
      {
        ...scenario,
        pools: { pa: {}, pb: { gpusPerNode: 2 } },
        workloads: { ...scenario.workloads, before: { workflow: [{ stage: 'a', work: 5 }] } },
      },
      { rows: { before: [{ at: 0 }], w: [{ at: 1 }] } },
    );
    expect(times(run, 'in-progress')).toEqual(['before/0@0', 'w/0.5@5', 'w/0.5@6', 'w/0@6', 'w/0@7']);
    expect(times(run, 'completed')).toEqual(['before/0@5', 'w/0.5@16']);
    expect(duplicates(run)).toBe(1);
  });
});

test('what comes back from the dead-letter queue does all of its steps once more', () => {
  const retry = { policy: 'dead-letter', reviewDelay: 5 };
  expect(duplicates(observe(line('a', { retry }, {}, { errorRate: 1 }), { rows: once }))).toBe(1);
  expect(duplicates(observe(line('ab', { retry }, {}, { errorRate: 1 }), { rows: once }))).toBe(2);
});

test('a step that was refused at its entrance has not begun', () => {
  const porter = own('admission', ({ tasks }) => ({
    retryAfterS: 0,
    gates: [1],
    decide: (task) => (tasks.sent(task) === 1 ? REFUSE : ADMIT),
  }));
  const scenario = line('ab', { retry: { policy: 'fixed', on: ['rejected'] } });
  const run = observe(scenario, { rows: once, own: [porter] });
  expect(run.measures.total).toMatchObject({ refusals: 1, completed: 1, duplicate_side_effects: 0 });
});

describe('is no duplicate', () => {
  test('a loop over the same step', () => {
    const run = observe(
      oneStage({
        run: { tasks: 100 },
        pools: { p: { gpusPerNode: 10 } },
        workloads: {
          w: {
            arrival: { process: 'deterministic', interval: 1 },
            workflow: [
              {
                stage: 's',
                work: 1,
                idempotent: false,
                next: [{ to: 's', probability: 0.7 }, { to: 'end' }],
              },
            ],
          },
        },
      }),
    );
    expect(run.measures.stages.s!.arrived).toBeGreaterThan(200);
    expect(duplicates(run)).toBe(0);
  });

  test('the cheaper path, whatever was done on the other one', () => {
    const fallback = [{ stage: 'a', work: 1, idempotent: false }];
    const scenario = line('ab', { deadlines: 'fallback' }, { deadline: 0.5, fallback });
    const run = observe(scenario, { rows: once });
    expect(run.measures.total.completed_fallback).toBe(1);
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@1']);
    expect(duplicates(run)).toBe(0);
  });
});

test('a loop that is sent again counts each of its turns that had begun', () => {
  // Turns of 2 s; the client gives up at 5, in the third, and the second sending lasts as long: three turns again.
  const run = observe(
    oneStage({
      workloads: {
        w: {
          timeout: 5,
          workflow: ['one', 'two', 'three', 'four'].map((name) => ({
            name,
            stage: 's',
            work: 2,
            idempotent: false,
          })),
        },
      },
      policies: { retry: { policy: 'fixed', delay: 1, maxAttempts: 2, on: ['timed-out'] } },
    }),
    { rows: once },
  );
  expect(run.measures.total.timed_out).toBe(1);
  expect(duplicates(run)).toBe(3);
});
