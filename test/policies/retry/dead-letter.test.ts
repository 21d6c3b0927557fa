import { expect, test } from 'vitest';
import { GIVE_UP, PASS } from '../../../src/policies/points.js';
import { deadLetterQueue } from '../../../src/policies/retry/dead-letter.js';
import { make } from '../make.js';
import { failure, these } from './failure.js';

const SYSTEM = { tasks: [{ serial: 0 }, { serial: 1 }, { serial: 0, workload: 1 }] };
const queue = (parameters: object, system = SYSTEM) =>
  make(deadLetterQueue, { reviewDelay: '2h', ...parameters }, system);

test('its waits are stays in the dead-letter queue', () => {
  expect(queue({}).parks).toBe(true);
});

test('the first draw says whether a rule remedies it, the second whether a person can', () => {
  const policy = queue({ automatic: 0.25, automaticDelay: '30s', fixed: 0.5 });
  expect(policy.decide(0, failure({ random: these(0.2) }), 0)).toBe(30);
  expect(policy.decide(1, failure({ random: these(0.25, 0.4, 0.5) }), 0)).toBe(2 * 3600);
  expect(policy.decide(2, failure({ random: these(0.9, 0.5) }), 0)).toBe(GIVE_UP);
  expect(policy.measures?.(0)).toEqual({
    remedied_by_rule: 1,
    reviewed: 1,
    beyond_repair: 1,
    reentries_used_up: 0,
  });
});

test('the stay of what is reviewed has the distribution given', () => {
  const policy = queue({ reviewDelay: { dist: 'uniform', min: 10, max: 20 } });
  expect(policy.decide(0, failure({ random: these(0.5, 0.5, 0.3) }), 0)).toBeCloseTo(13, 9);
});

test('a task comes back so often and not more', () => {
  const policy = queue({ automatic: 1, maxReentries: 2 });
  const answers = [1, 2, 3].map(() => policy.decide(0, failure({ random: these(0.5) }), 0));
  expect(answers).toEqual([60, 60, GIVE_UP]);
  expect(policy.why?.(0, 0)).toEqual({ reason: 'reentries-used-up', numbers: { reentries: 2 } });
});

test('a task that has got the number of one that is gone is counted anew', () => {
  const tasks = [{ serial: 0 }];
  const policy = queue({ automatic: 1 }, { tasks });
  expect(policy.decide(0, failure({ random: these(0.5) }), 0)).toBe(60);
  tasks[0] = { serial: 7 };
  expect(policy.decide(0, failure({ random: these(0.5) }), 0)).toBe(60);
  expect(policy.decide(0, failure({ random: these() }), 0)).toBe(GIVE_UP);
});

test('only errors come here unless told otherwise; the rest passes and draws nothing', () => {
  expect(queue({}).decide(0, failure({ kind: 'rejected', random: these() }), 0)).toBe(PASS);
  const policy = queue({ on: ['rejected'] });
  expect(policy.decide(0, failure({ kind: 'rejected', random: these(0.5, 0.5, 0.5) }), 0)).toBe(7200);
});

test('nobody can do without knowing how long a review takes', () => {
  expect(deadLetterQueue.parameters.safeParse({}).error?.issues[0]?.path).toEqual(['reviewDelay']);
});
