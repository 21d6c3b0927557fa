import { expect, test } from 'vitest';
import type { StepEntry } from '../../src/scenario/schema/workload.js';
import { nextOf, reachability, stepNames } from '../../src/scenario/workflow.js';

const step = (given: Partial<StepEntry>): StepEntry => ({ errorRate: 0, idempotent: true, ...given });

test('steps are called after their stage, numbered where the name is taken', () => {
  const steps = [step({ stage: 'plan' }), step({ stage: 'plan' }), step({ stage: 'plan', name: 'plan-2' })];
  expect(stepNames(steps)).toEqual(['plan', 'plan-3', 'plan-2']);
});

test('a given name goes before a default, and no step is called end', () => {
  const steps = [step({ stage: 'plan' }), step({ stage: 'x', name: 'plan' }), step({ stage: 'end' })];
  expect(stepNames(steps)).toEqual(['plan-2', 'plan', 'end-2']);
});

test('without `next` a step leads to the following one, the last to the end', () => {
  const steps = [step({ stage: 'a' }), step({ stage: 'b' })];
  expect(nextOf(steps, ['a', 'b'], 0)).toEqual([{ to: 'b', probability: 1 }]);
  expect(nextOf(steps, ['a', 'b'], 1)).toEqual([{ to: 'end', probability: 1 }]);
});

test('the branch without a probability gets the rest; branches of 0 are none', () => {
  const steps = [
    step({ stage: 'a', next: [{ to: 'a', probability: 0.25 }, { to: 'x', probability: 0 }, { to: 'end' }] }),
  ];
  expect(nextOf(steps, ['a'], 0)).toEqual([
    { to: 'a', probability: 0.25 },
    { to: 'end', probability: 0.75 },
  ]);
});

test('a step behind a loop is not reached, and a loop that is closed does not leave', () => {
  const steps = [step({ stage: 'a' }), step({ stage: 'b', next: 'a' }), step({ stage: 'c' })];
  expect(reachability(steps, ['a', 'b', 'c'])).toEqual({
    reached: [true, true, false],
    leaves: [false, false, true],
  });
});
