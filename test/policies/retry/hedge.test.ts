import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PASS } from '../../../src/policies/points.js';
import { hedge } from '../../../src/policies/retry/hedge.js';
import { make } from '../make.js';
import { failure } from './failure.js';

const NEVER = Number.POSITIVE_INFINITY;

test('a failure is not its business', () => {
  expect(make(hedge, { after: 1 }).decide(0, failure(), 0)).toBe(PASS);
});

test('with a share of 1 every task gets the fixed delay', () => {
  const policy = make(hedge, { after: '200ms', maxFraction: 1 }, { tasks: [{}, {}, {}] });
  expect([0, 1, 2].map((task) => policy.hedgeAfterS?.(task, 5))).toEqual([0.2, 0.2, 0.2]);
});

test('the delay follows the quantile of what completed, once there is enough of it', () => {
  const tasks = Array.from({ length: 10 }, () => ({ sentAtS: 100 }));
  const policy = make(hedge, { quantile: 0.9, minSamples: 10, window: 10, maxFraction: 1 }, { tasks });
  for (let task = 0; task < 9; task++) {
    expect(policy.hedgeAfterS?.(task, 100)).toBe(NEVER);
    expect(policy.measures?.(100)).toEqual({ not_hedged_over_budget: 0, delay_s: 0 });
    policy.onAttemptEnd?.(task, 'completed', 101 + task);
  }
  expect(policy.why?.(8, 100)).toMatchObject({ reason: 'too-few-samples' });
  // A failure says nothing about how long an answer takes.
  policy.onAttemptEnd?.(9, 'error', 1000);
  expect(policy.hedgeAfterS?.(9, 100)).toBe(NEVER);
  policy.onAttemptEnd?.(9, 'completed', 150);
  // Latencies 1 to 9 s and 50 s: nine of ten are at most 9 s.
  expect(policy.hedgeAfterS?.(0, 200)).toBe(9);
  expect(policy.measures?.(200)).toEqual({ not_hedged_over_budget: 0, delay_s: 9 });
});

test('until there are enough samples the fixed delay holds, where one is given', () => {
  const policy = make(
    hedge,
    { after: 3, quantile: 0.5, minSamples: 1, maxFraction: 1 },
    { tasks: [{ sentAtS: 0 }] },
  );
  expect(policy.hedgeAfterS?.(0, 0)).toBe(3);
  policy.onAttemptEnd?.(0, 'completed', 8);
  expect(policy.hedgeAfterS?.(0, 10)).toBe(8);
});

test('a share of a twentieth lets the twentieth task be hedged, and no other while its hedge may still go out', () => {
  const policy = make(hedge, { after: 1 }, { tasks: Array.from({ length: 40 }, () => ({})) });
  const armed = Array.from({ length: 39 }, (_, task) => policy.hedgeAfterS?.(task, 0) === 1);
  expect(armed.flatMap((is, task) => (is ? [task] : []))).toEqual([19]);
  expect(policy.why?.(38, 0)).toMatchObject({ reason: 'hedge-budget-exhausted' });
  // It ends before its hedge was due, so the share is free again.
  policy.onAttemptEnd?.(19, 'completed', 0.5);
  expect(policy.hedgeAfterS?.(39, 1)).toBe(1);
});

test('the copy that wins ends the attempt of both', () => {
  const tasks = [{ serial: 7 }, { serial: 7 }, { serial: 8 }];
  const policy = make(hedge, { after: 1, maxFraction: 0.5 }, { tasks });
  expect([policy.hedgeAfterS?.(2, 0), policy.hedgeAfterS?.(0, 0)]).toEqual([NEVER, 1]);
  // Task 1 is the copy of task 0. One of two attempts has been hedged: the next must wait for a fourth.
  policy.onAttemptEnd?.(1, 'completed', 5);
  policy.onAttemptEnd?.(2, 'completed', 5);
  expect([policy.hedgeAfterS?.(2, 6), policy.hedgeAfterS?.(2, 7)]).toEqual([NEVER, 1]);
  expect(policy.why?.(2, 7)).toEqual({
    reason: 'hedges-when-late',
    numbers: { attempts: 4, hedged: 1, mayBeHedged: 1, delayS: 1 },
  });
});

test('hedges that went out are never more than their share of the attempts', () => {
  const latencies = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 300 });
  fc.assert(
    fc.property(
      latencies,
      fc.constantFrom(0.05, 0.1, 0.3),
      fc.integer({ min: 1, max: 5 }),
      (all, share, gap) => {
        const tasks = all.map((_, task) => ({ sentAtS: task * gap }));
        const policy = make(hedge, { after: 10, maxFraction: share }, { tasks });
        const ends = all.map((latency, task) => ({ task, atS: task * gap + latency }));
        const dueS = new Map<number, number>();
        let hedges = 0;
        for (const [task] of all.entries()) {
          const nowS = task * gap;
          for (const end of ends.filter(({ atS }) => atS > nowS - gap && atS <= nowS))
            policy.onAttemptEnd?.(end.task, 'completed', end.atS);
          const delayS = policy.hedgeAfterS?.(task, nowS) ?? NEVER;
          dueS.set(task, nowS + delayS);
          hedges = ends.filter((end) => (dueS.get(end.task) ?? NEVER) < Math.min(end.atS, nowS)).length;
          expect(hedges).toBeLessThanOrEqual(share * (task + 1));
        }
      },
    ),
    { numRuns: 30 },
  );
});

test('parameters that make no sense are refused with the reason', () => {
  const error = (parameters: object) => hedge.parameters.safeParse(parameters).error?.issues[0]?.message;
  expect(error({})).toContain('`after` or `quantile`');
  expect(error({ quantile: 1 })).toContain('both excluded');
  expect(error({ quantile: 0.9, window: 50 })).toContain('never more samples');
});
