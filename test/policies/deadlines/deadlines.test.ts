import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { dropLate } from '../../../src/policies/deadlines/drop.js';
import { escalateLate } from '../../../src/policies/deadlines/escalate.js';
import { fallbackLate } from '../../../src/policies/deadlines/fallback.js';
import { noDeadlineAction } from '../../../src/policies/deadlines/none.js';
import { make } from '../make.js';

/** Arrived at 100 s with 10 s to go. */
const SYSTEM = { tasks: [{ arrivalS: 100, deadlineS: 110, priority: 3 }] };
const NO_DEADLINE = { tasks: [{ arrivalS: 100 }] };

test('each does what its name says', () => {
  expect(make(dropLate).action).toBe('drop');
  expect(make(fallbackLate).action).toBe('fallback');
  expect(make(escalateLate, { boost: 1 }).action).toBe('escalate');
  expect(make(noDeadlineAction, {}, SYSTEM).actAtS(0, 100)).toBe(Number.POSITIVE_INFINITY);
});

const timed = [
  ['drop', (timing: object, system = SYSTEM as object) => make(dropLate, { ...timing }, system)],
  ['fallback', (timing: object, system = SYSTEM as object) => make(fallbackLate, { ...timing }, system)],
  [
    'escalate',
    (timing: object, system = SYSTEM as object) => make(escalateLate, { ...timing, boost: 1 }, system),
  ],
] as const;

describe.each(timed)('%s', (_, policy) => {
  const actsAtS = (timing: object): number => policy(timing).actAtS(0, 100);

  test('acts at the deadline, so long before it, or after it', () => {
    expect(
      [{}, { slack: '2s' }, { slack: '-500ms' }, { slack: -3 }, { slack: '-1m30s' }].map(actsAtS),
    ).toEqual([110, 108, 110.5, 113, 200]);
  });

  test('or at a share of the way from arrival to the deadline', () => {
    expect([0, '25%', 1].map((fraction) => actsAtS({ fraction }))).toEqual([100, 102.5, 110]);
  });

  test('acts at once where that time is over', () => {
    expect(actsAtS({ slack: '1m' })).toBe(100);
  });

  test('never acts on a task without a deadline', () => {
    for (const timing of [{}, { slack: 5 }, { fraction: 0 }])
      expect(policy(timing, NO_DEADLINE).actAtS(0, 100)).toBe(Number.POSITIVE_INFINITY);
  });

  test('says how near the deadline was', () => {
    expect(policy({}).why?.(0, 108)).toEqual({
      reason: 'deadline-near',
      numbers: { untilDeadlineS: 2, ageS: 8 },
    });
    expect(policy({}).why?.(0, 110)).toMatchObject({ reason: 'deadline-passed' });
  });
});

test('slack and fraction at once are refused, and so is what is no duration', () => {
  const issue = (parameters: object) => dropLate.parameters.safeParse(parameters).error?.issues[0];
  expect(issue({ slack: 1, fraction: 0.5 })?.message).toContain('not both');
  expect(issue({ slack: 'soon' })?.message).toContain('expected a duration');
  expect(issue({ slack: 'inf' })?.message).toContain('expected a duration');
});

describe('escalate', () => {
  const escalated = (parameters: object): number | undefined =>
    make(escalateLate, { ...parameters }, SYSTEM).escalated?.(0);

  test('to a priority, or by a boost', () => {
    expect(escalated({ priority: 9 })).toBe(9);
    expect(escalated({ boost: 2.5 })).toBe(5.5);
  });

  test('never makes a task less important', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -10, max: 10 }),
        fc.integer({ min: -10, max: 10 }),
        (priority, present) => {
          const policy = make(escalateLate, { priority }, { tasks: [{ priority: present }] });
          expect(policy.escalated?.(0)).toBe(Math.max(priority, present));
        },
      ),
    );
  });

  test('needs one of the two', () => {
    const error = (parameters: object) =>
      escalateLate.parameters.safeParse(parameters).error?.issues[0]?.message;
    expect(error({})).toContain('one of the two');
    expect(error({ priority: 1, boost: 1 })).toContain('one of the two');
    expect(error({ boost: -1 })).toContain('above 0');
  });
});
