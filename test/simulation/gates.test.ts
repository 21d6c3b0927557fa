/** Policies at the entrance of a stage. */
import { describe, expect, test } from 'vitest';
import { ADMIT, type AdmissionPolicy, REFUSE } from '../../src/policies/points.js';
import { observe, story, times, twoStages } from './observe.js';
import { own } from './own.js';

const HOUR_S = 3600;

interface Asked {
  readonly task: number;
  readonly stage: number | undefined;
  readonly atS: number;
}

/** Stands at a stage and refuses the first so many that ask. */
function gate(
  stage: number,
  refusals: number,
  { retryAfterS = 0, asked = [] as Asked[], name = 'gate' } = {},
) {
  return own(
    'admission',
    ({ tasks }): AdmissionPolicy => ({
      gates: [stage],
      retryAfterS,
      decide: (task, atS, at) => {
        asked.push({ task: tasks.serial(task), stage: at, atS });
        return asked.length <= refusals ? REFUSE : ADMIT;
      },
    }),
    name,
  );
}

/** 1 s at `a`, then 2 s at `b`. */
const line = (policies: object = {}) =>
  twoStages({
    workloads: {
      w: {
        workflow: [
          { stage: 'a', work: 1 },
          { stage: 'b', work: 2 },
        ],
      },
    },
    policies,
  });

describe('a gate at the second stage', () => {
  test('refuses a task that has been served at the first: without retries that is final, and its work is lost', () => {
    const run = observe(line(), { rows: { w: [{ at: 0 }] }, own: [gate(1, 1)] });
    expect(story(run, 'w/0')).toEqual(['ready@0', 'in-progress@0', 'rejected@1']);
    expect(run.measures.total).toMatchObject({ refusals: 1, rejected: 1, completed: 0, failures: 0 });
    expect(run.measures.stages.b).toMatchObject({ arrived: 1, refused: 1, completed: 0 });
    expect(run.measures.pools.pa!.wasted_gpu_hours * HOUR_S).toBeCloseTo(1, 9);
  });

  test('a retry comes back to that stage alone, no sooner than it was told to', () => {
    const asked: Asked[] = [];
    const run = observe(line({ retry: { policy: 'fixed', delay: 1, on: ['rejected'] } }), {
      rows: { w: [{ at: 0 }] },
      own: [gate(1, 1, { retryAfterS: 3, asked })],
    });
    expect(story(run, 'w/0')).toEqual([
      'ready@0',
      'in-progress@0',
      'rejected@1',
      'retried@1',
      'ready@4',
      'in-progress@4',
      'completed@6',
    ]);
    expect(asked).toEqual([
      { task: 0, stage: 1, atS: 1 },
      { task: 0, stage: 1, atS: 4 },
    ]);
    expect(run.measures.total).toMatchObject({ refusals: 1, retries: 1, rejected: 0, completed: 1 });
    expect(run.measures.workloads.w!.phases.backoff_s!.mean).toBe(3);
    expect(run.measures.pools.pa!.busy_gpu_hours * HOUR_S).toBeCloseTo(1, 9);
  });

  test('is asked at every visit, and not at the entrance of the system', () => {
    const asked: Asked[] = [];
    const entrance: number[] = [];
    const loop = twoStages({
      run: { tasks: 1 },
      workloads: {
        w: {
          workflow: [
            { name: 'first', stage: 'a', work: 1 },
            { name: 'second', stage: 'b', work: 1, next: 'third' },
            { name: 'third', stage: 'b', work: 1 },
          ],
        },
      },
    });
    const porter = own('admission', () => ({
      retryAfterS: 0,
      decide: (_task, nowS, stage) => {
        entrance.push(nowS);
        expect(stage).toBeUndefined();
        return ADMIT;
      },
    }));
    observe(loop, { rows: { w: [{ at: 5 }] }, own: [gate(1, 0, { asked }), porter] });
    expect(asked.map(({ atS }) => atS)).toEqual([6, 7]);
    expect(entrance).toEqual([5]);
  });

  test('of two gates the first that refuses decides, and the other is not asked', () => {
    const second: Asked[] = [];
    observe(line(), { rows: { w: [{ at: 0 }] }, own: [gate(1, 1), gate(1, 0, { asked: second })] });
    expect(second).toEqual([]);
  });

  test('a hint of one refusal is not taken for that of a full queue later', () => {
    // w/0 is at b from 1 to 3. w/1 is refused at b's gate at 2, comes back at 2.5 and finds no place to wait there.
    const hints: number[] = [];
    const retry = own('retry', () => ({
      decide: (_task, { retryAfterS }) => {
        hints.push(retryAfterS);
        return 0.5;
      },
    }));
    const asked: Asked[] = [];
    const porter = own(
      'admission',
      ({ tasks }): AdmissionPolicy => ({
        gates: [1],
        retryAfterS: 7,
        decide: (task, atS) => {
          asked.push({ task: tasks.serial(task), stage: 1, atS });
          return atS === 2 ? REFUSE : ADMIT;
        },
      }),
    );
    const scenario = {
      ...line(),
      stages: { a: { pool: 'pa' }, b: { pool: 'pb', queue: { capacity: 0 } } },
    };
    const run = observe(scenario, { rows: { w: [{ at: 0 }, { at: 0 }] }, own: [porter, retry] });
    expect(hints).toEqual([7, 0]);
    expect(story(run, 'w/1').slice(-5)).toEqual([
      'rejected@2.5',
      'retried@2.5',
      'ready@3',
      'in-progress@3',
      'completed@5',
    ]);
  });

  test.each([
    ['at once', 0, ['w/0@0', 'w/1@1', 'w/1@2']],
    ['after its way back', 5, ['w/0@0', 'w/1@6', 'w/1@7']],
  ])('gives back the credit of the task that it refuses, %s', (_, returnDelay, starts) => {
    const credits = { policy: 'credits', credits: 1, returnDelay, at: 'b' };
    const run = observe(line({ backpressure: credits }), {
      rows: { w: [{ at: 0 }, { at: 0 }] },
      own: [gate(1, 1)],
    });
    expect(times(run, 'in-progress')).toEqual(starts);
    expect(times(run, 'rejected')).toEqual(['w/0@1']);
  });
});
