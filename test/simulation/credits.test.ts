/** Credits: a task starts upstream only with a promise of room at each stage that may be its next. */
import { describe, expect, test } from 'vitest';
import { type Observed, observe, type ScenarioObject, times } from './observe.js';

/** When tasks were started at a stage, in order. */
const starts = ({ changes }: Observed, at: number): number[] =>
  changes.filter(({ to, stage }) => to === 'in-progress' && stage === at).map(({ atS }) => atS);

const together = (count: number) => ({ w: Array.from({ length: count }, () => ({ at: 0 })) });

const left = ({ run }: Observed): number[] => run.state.stages.map(({ creditsLeft }) => creditsLeft);

const none = Number.POSITIVE_INFINITY;

const stages = (names: readonly string[], gpus: Readonly<Record<string, number>> = {}) => ({
  pools: Object.fromEntries(
    names.map((name) => [`p${name}`, { mode: 'exclusive', gpusPerNode: gpus[name] ?? 1 }]),
  ),
  stages: Object.fromEntries(names.map((name) => [name, { pool: `p${name}` }])),
});

const credits = (given: object) => ({ backpressure: { policy: 'credits', ...given } });

describe('1 s at `a`, 3 s at `b`, and two credits of `b`', () => {
  const line = (policies: object, a: object = {}, gpus = {}): ScenarioObject => ({
    version: 1,
    name: 'line',
    ...stages(['a', 'b'], gpus),
    workloads: {
      w: {
        workflow: [
          { stage: 'a', work: 1, ...a },
          { stage: 'b', work: 3 },
        ],
      },
    },
    policies,
  });

  test('that come back at once: who starts at b lets the next one start at a', () => {
    // At b from 1, 4, 7 and 10. The third may start at a when the first starts at b, at 1, but a is taken until 2.
    const run = observe(line(credits({ at: 'b', credits: 2 })), { rows: together(4) });
    expect(starts(run, 0)).toEqual([0, 1, 2, 4]);
    expect(starts(run, 1)).toEqual([1, 4, 7, 10]);
    expect(left(run)).toEqual([none, 2]);
  });

  test('that are 2 s on their way back', () => {
    // The first credit is back at 3, the second, given back at 4, at 6.
    const run = observe(line(credits({ at: 'b', credits: 2, returnDelay: 2 })), { rows: together(4) });
    expect(starts(run, 0)).toEqual([0, 1, 3, 6]);
    expect(starts(run, 1)).toEqual([1, 4, 7, 10]);
    // Those of the last two, given back at 7 and 10, are back before the end at 13.
    expect(left(run)).toEqual([none, 2]);
  });

  test('never have more than two waiting at b or on their way there', () => {
    let most = 0;
    observe(line(credits({ at: 'b', credits: 2 }), {}, { a: 4 }), {
      rows: together(12),
      between: ({ state: { stages: all } }) => {
        most = Math.max(most, all[0]!.inProgress + all[1]!.waiting);
        expect(all[0]!.inProgress + all[1]!.waiting + all[1]!.creditsLeft).toBe(2);
      },
    });
    expect(most).toBe(2);
  });

  test('an error gives it back, and the next try takes one again', () => {
    // Tries of the first from 0 to 1 and, with a wait of 5 s, from 6 to 7; in between, the second from 1 to 2.
    const run = observe(
      line(
        { ...credits({ at: 'b', credits: 1 }), retry: { policy: 'fixed', delay: 5, maxAttempts: 2 } },
        { errorRate: 1 },
      ),
      { rows: together(2) },
    );
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/1@1', 'w/0@6', 'w/1@7']);
    expect(run.measures.total.dead_lettered).toBe(2);
    expect(left(run)).toEqual([none, 1]);
  });

  test('a preempted task gives it back, and takes one again when it goes on', () => {
    const scenario = line({
      ...credits({ at: 'b', credits: 1 }),
      ordering: 'priority',
      preemption: { policy: 'priority', at: 'pa' },
    });
    const urgent = {
      priority: 1,
      workflow: [
        { stage: 'a', work: 2 },
        { stage: 'b', work: 1 },
      ],
    };
    const run = observe(
      { ...scenario, workloads: { ...scenario.workloads, urgent } },
      { rows: { ...together(1), urgent: [{ at: 0.5 }] } },
    );
    // An urgent task needs a credit itself, which it cannot take from a victim: it waits until 1, when that is at b.
    expect(times(run, 'in-progress')).toEqual(['w/0@0', 'w/0@1', 'urgent/0@1', 'urgent/0@4']);
    expect(left(run)).toEqual([none, 1]);
    const two = observe(
      {
        ...scenario,
        workloads: { ...scenario.workloads, urgent },
        policies: { ...(scenario.policies as object), ...credits({ at: 'b', credits: 2 }) },
      },
      { rows: { ...together(1), urgent: [{ at: 0.5 }] } },
    );
    expect(times(two, 'in-progress').slice(0, 3)).toEqual(['w/0@0', 'urgent/0@0.5', 'w/0@2.5']);
    expect(left(two)).toEqual([none, 2]);
  });

  test('a client that gives up gives it back, at `a` as well as in the queue of `b`', () => {
    const scenario = line(credits({ at: 'b', credits: 1 }), { work: 2 });
    const impatient = (timeout: number) => ({
      ...scenario,
      workloads: { w: { ...scenario.workloads.w, timeout } },
    });
    // At a until 1, when the client gives up; the second has waited as long and has gone as well.
    expect(left(observe(impatient(1), { rows: together(2) }))).toEqual([none, 1]);
    // The first is at b from 2 to 5; the second at a from 2 to 4, waits until 4.5.
    const run = observe(impatient(4.5), { rows: together(3) });
    expect(times(run, 'timed-out')).toEqual(['w/0@4.5', 'w/1@4.5', 'w/2@4.5']);
    expect(left(run)).toEqual([none, 1]);
  });
});

describe('a fork to `b` or `c` that, but for one time in a million, goes to `c`', () => {
  const forked = (returnDelay: number): ScenarioObject => ({
    version: 1,
    name: 'forked',
    ...stages(['a', 'b', 'c'], { a: 2, c: 2 }),
    workloads: {
      w: {
        workflow: [
          { stage: 'a', work: 1, next: [{ to: 'b', probability: 0.000001 }, { to: 'c' }] },
          { stage: 'b', work: 1 },
          { stage: 'c', work: 1 },
        ],
      },
    },
    policies: credits({ credits: 1, returnDelay, at: 'b' }),
  });

  test.each([
    ['at once', 0, [0, 1, 2]],
    ['2 s after it is known that it will not be used', 2, [0, 3, 6]],
  ])('the credit of b is back %s', (_, returnDelay, expected) => {
    const run = observe(forked(returnDelay), { rows: together(3) });
    expect(starts(run, 0)).toEqual(expected);
    expect(starts(run, 1)).toEqual([]);
  });
});

test('stages with credits one after the other: each holds back the one before it alone', () => {
  // 1 s at a, 1 s at b, 4 s at c, one credit each: c from 2, 6, 10; b only when c has begun the one before.
  const run = observe(
    {
      version: 1,
      name: 'two after one',
      ...stages(['a', 'b', 'c']),
      workloads: {
        w: {
          workflow: [
            { stage: 'a', work: 1 },
            { stage: 'b', work: 1 },
            { stage: 'c', work: 4 },
          ],
        },
      },
      policies: credits({ credits: 1, at: ['b', 'c'] }),
    },
    { rows: together(4) },
  );
  expect(starts(run, 2)).toEqual([2, 6, 10, 14]);
  expect(starts(run, 1)).toEqual([1, 2, 6, 10]);
  expect(starts(run, 0)).toEqual([0, 1, 2, 6]);
  expect(left(run)).toEqual([none, 1, 1]);
});

test('whoever comes from outside needs none, and a task that goes round at one stage neither', () => {
  const run = observe(
    {
      version: 1,
      name: 'round',
      ...stages(['a']),
      workloads: {
        w: {
          workflow: [
            { name: 'one', stage: 'a', work: 1 },
            { name: 'two', stage: 'a', work: 1 },
          ],
        },
      },
      policies: credits({ credits: 1, at: 'a' }),
    },
    { rows: together(3) },
  );
  expect(run.measures.total.completed).toBe(3);
  expect(run.endS).toBe(6);
  expect(left(run)).toEqual([1]);
});

test('a circle of credits that each waits for is told at the end of the run', () => {
  const circle: ScenarioObject = {
    version: 1,
    name: 'circle',
    ...stages(['model', 'tool'], { model: 2, tool: 2 }),
    workloads: {
      w: {
        workflow: [
          { name: 'think', stage: 'model', work: 1 },
          { name: 'act', stage: 'tool', work: 2 },
          { name: 'answer', stage: 'model', work: 1 },
          { name: 'publish', stage: 'tool', work: 1 },
        ],
      },
    },
    policies: credits({ credits: 1, at: ['model', 'tool'] }),
  };
  const both = observe(circle, { rows: together(6) });
  const one = observe({ ...circle, policies: credits({ credits: 1, at: 'tool' }) }, { rows: together(6) });
  expect(one.measures.total.completed).toBe(6);
  expect(both.measures.total.completed + both.measures.stuck_tasks).toBe(6);
});
