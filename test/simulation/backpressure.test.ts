/** Signals of full queues on their way upstream. */
import { describe, expect, test } from 'vitest';
import { type Observed, observe, oneStage, type Row, type ScenarioObject, times } from './observe.js';

/** When tasks were started at a stage, in order. */
const starts = ({ changes }: Observed, at: number): number[] =>
  changes.filter(({ to, stage }) => to === 'in-progress' && stage === at).map(({ atS }) => atS);

const together = (count: number): Row[] => Array.from({ length: count }, () => ({ at: 0 }));

/** 1 s at `a`, 1 s at `b`, 10 s at `c`, where the signal goes on at two waiting and off at none. */
const line = (rest: object): ScenarioObject => ({
  version: 1,
  name: 'line',
  pools: { pa: {}, pb: {}, pc: {} },
  stages: { a: { pool: 'pa' }, b: { pool: 'pb' }, c: { pool: 'pc' } },
  workloads: {
    w: {
      workflow: [
        { stage: 'a', work: 1 },
        { stage: 'b', work: 1 },
        { stage: 'c', work: 10 },
      ],
    },
  },
  policies: { backpressure: { policy: 'watermark', at: 'c', high: 2, low: 0, ...rest } },
});

describe('the signal of the third of three stages', () => {
  test('without a delay holds back the one before it at once', () => {
    // Two wait at c at 4, and b, free at that moment, starts nobody until nobody waits at c, at 22.
    const run = observe(line({}), { rows: { w: together(5) } });
    expect(starts(run, 0)).toEqual([0, 1, 2, 3, 4]);
    expect(starts(run, 1)).toEqual([1, 2, 3, 22, 23]);
    expect(starts(run, 2)).toEqual([2, 12, 22, 32, 42]);
  });

  test('with two hops and 1 s for each is heard at b 1 s and at a 2 s later, on and off', () => {
    // On at 4: b pauses at 5, when it has let one more through, and a at 6, when it has let two more through.
    // At 12 and 22 the queue goes down to 2 and 1, which is not yet 0; off at 32, so b goes on at 33 and a at 34.
    // Two have come to c by 35, when it goes on again: b has begun one more then, and a is done.
    // Off at 62, and the last one starts at b at 63.
    const run = observe(line({ hops: 2, hopDelay: 1 }), { rows: { w: together(8) } });
    expect(starts(run, 0)).toEqual([0, 1, 2, 3, 4, 5, 34, 35]);
    expect(starts(run, 1)).toEqual([1, 2, 3, 4, 33, 34, 35, 63]);
    expect(starts(run, 2)).toEqual([2, 12, 22, 32, 42, 52, 62, 72]);
    expect(run.endS).toBe(82);
  });

  test('with one hop does not reach the first', () => {
    const run = observe(line({ hops: 1, hopDelay: 1 }), { rows: { w: together(8) } });
    expect(starts(run, 0)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  test('comes late, and all the same on before off, where it changes faster than it travels', () => {
    const scenario = line({ high: 1, low: 0, hopDelay: 3 });
    const quick = {
      w: {
        workflow: [
          { stage: 'a', work: 0.25 },
          { stage: 'b', work: 0.25 },
          { stage: 'c', work: { dist: 'uniform', min: 0, max: 1 } },
        ],
      },
    };
    const run = observe({ ...scenario, workloads: quick }, { rows: { w: together(60) } });
    // When somebody waited at c, from what the tasks did there.
    const waiting: { fromS: number; toS: number }[] = [];
    let length = 0;
    for (const { to, stage, atS } of run.changes) {
      if (stage !== 2 || (to !== 'ready' && to !== 'in-progress')) continue;
      length += to === 'ready' ? 1 : -1;
      if (to === 'ready' && length === 1) waiting.push({ fromS: atS, toS: Number.POSITIVE_INFINITY });
      if (length === 0) waiting.at(-1)!.toS = atS;
    }
    expect(waiting.length).toBeGreaterThan(5);
    for (const atS of starts(run, 1))
      expect(waiting.some(({ fromS, toS }) => atS > fromS + 3 && atS < toS + 3)).toBe(false);
    expect(run.measures).toMatchObject({ stuck_tasks: 0, total: { completed: 60 } });
  });
});

describe('who is held back', () => {
  const forked = (next: object[]): ScenarioObject => ({
    version: 1,
    name: 'forked',
    pools: { pa: {}, pb: {} },
    stages: { a: { pool: 'pa' }, b: { pool: 'pb' } },
    workloads: {
      direct: { workflow: [{ stage: 'b', work: 10 }] },
      through: {
        workflow: [
          { stage: 'a', work: 1, next },
          { stage: 'b', work: 1 },
        ],
      },
      past: { workflow: [{ stage: 'a', work: 1 }] },
    },
    policies: { backpressure: { policy: 'watermark', at: 'b', high: 1, low: 0 } },
  });
  /** From 0 to 10 one waits at b. */
  const rows = { direct: together(2), through: [{ at: 1 }], past: [{ at: 2 }] };

  test('whoever may go there, and not who goes past it, though it came later', () => {
    const run = observe(forked([{ to: 'b', probability: 0.01 }, { to: 'end' }]), { rows });
    expect(times(run, 'in-progress').slice(1, 3)).toEqual(['past/0@2', 'direct/1@10']);
    expect(times(run, 'in-progress').slice(3)).toContain('through/0@10');
  });

  test('nobody is, for the sake of the stage that he is at himself', () => {
    const run = observe(
      oneStage({
        workloads: {
          w: {
            workflow: [
              { name: 'one', stage: 's', work: 1 },
              { name: 'two', stage: 's', work: 1 },
            ],
          },
        },
        policies: { backpressure: { policy: 'watermark', high: 1, low: 0 } },
      }),
      { rows: { w: together(3) } },
    );
    expect(run.measures.total.completed).toBe(3);
    expect(run.endS).toBe(6);
  });
});

describe('a closed entrance', () => {
  const closing = (policies: object = {}) =>
    oneStage({
      workloads: { w: { workflow: [{ stage: 's', work: 10 }] } },
      policies: { backpressure: { policy: 'watermark', high: 2, low: 0, refuseEntry: true }, ...policies },
    });
  const rows = { w: [...together(3), { at: 1 }, { at: 11 }, { at: 21 }] };

  test('refuses from the high watermark down to the low one, and nobody below it', () => {
    // Two wait from 0 to 10, one until 20, nobody then.
    const run = observe(closing(), { rows });
    expect(times(run, 'rejected')).toEqual(['w/3@1', 'w/4@11']);
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@10', 'w/2@20', 'w/5@30']);
    expect(run.measures.total).toMatchObject({ refusals: 2, rejected: 2, completed: 4 });
  });

  test('may be tried again', () => {
    const retry = { policy: 'fixed', delay: 12, on: ['rejected'] };
    const run = observe(closing({ retry }), { rows });
    // The fourth is back at 13, while one waits, and for the last time at 25, when two wait again: the sixth, let in
    // at 21, and the fifth, which was back at 23, when only that one waited.
    expect(times(run, 'rejected')).toEqual(['w/3@1', 'w/4@11', 'w/3@13', 'w/3@25']);
    expect(run.measures.total).toMatchObject({ refusals: 4, rejected: 1, completed: 5 });
  });

  test('is asked about behind the chain of admission policies, so what they took is gone', () => {
    // The fourth takes the last token at 1, in vain; at 11 there is half a one, at 21 one.
    const admission = { policy: 'token-bucket', rate: 0.05, burst: 4 };
    const run = observe(closing({ admission }), { rows, record: true });
    expect(times(run, 'completed')).toHaveLength(4);
    const refused = run.decisions.filter(({ kind }) => kind === 'refuse');
    expect(refused.map(({ atS, policy }) => `${policy}@${atS}`)).toEqual([
      'backpressure/watermark@1',
      'admission/token-bucket@11',
    ]);
  });
});
