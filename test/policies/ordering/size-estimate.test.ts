import { expect, test } from 'vitest';
import { ln, normalQuantile } from '../../../src/kernel/math.js';
import { SizeEstimate } from '../../../src/policies/ordering/size-estimate.js';
import { fakeRuntime } from '../fake-runtime.js';
import { fakeView } from '../fake-view.js';

/** P(Z <= 1) of the standard normal distribution. */
const ONE_SIGMA = 0.8413447460685429;

const estimateOf = (errorCv: number, uniform: number, task = { stepWorkS: 10, remainingWorkS: 10 }) =>
  new SizeEstimate(fakeView({ tasks: [task] }), fakeRuntime({ uniform: () => uniform }), errorCv);

test('without error the estimate is the size, and what is left is what is left', () => {
  const estimate = estimateOf(0, 0.99, { stepWorkS: 10, remainingWorkS: 3 });
  expect([estimate.sizeS(0), estimate.remainingS(0), estimate.remainingNowS(0)]).toEqual([10, 3, 3]);
});

test('the error has median 1, and the coefficient of variation asked for', () => {
  // A lognormal of cv 1 has sigma² = ln 2, so one sigma up is a factor of e^sqrt(ln 2) = 2.2990.
  expect(estimateOf(1, 0.5).sizeS(0)).toBeCloseTo(10, 9);
  expect(estimateOf(1, ONE_SIGMA).sizeS(0)).toBeCloseTo(10 * Math.exp(Math.sqrt(Math.LN2)), 6);
  expect(estimateOf(1, 1 - ONE_SIGMA).sizeS(0)).toBeCloseTo(10 / Math.exp(Math.sqrt(Math.LN2)), 6);
});

test('over many tasks the error varies as much as was asked for', () => {
  const count = 20_000;
  const tasks = Array.from({ length: count }, () => ({ stepWorkS: 1 }));
  const runtime = fakeRuntime({ uniform: (task) => (task + 0.5) / count });
  const estimate = new SizeEstimate(fakeView({ tasks }), runtime, 0.5);
  const sizes = tasks.map((_, task) => estimate.sizeS(task));
  const mean = sizes.reduce((sum, size) => sum + size, 0) / count;
  const variance = sizes.reduce((sum, size) => sum + (size - mean) ** 2, 0) / count;
  expect(Math.sqrt(variance) / mean).toBeCloseTo(0.5, 2);
});

test('what is left is the estimate less what is done, and never below 0', () => {
  const sigma = Math.sqrt(ln(2));
  const half = estimateOf(1, 0.2, { stepWorkS: 10, remainingWorkS: 8 });
  expect(half.remainingS(0)).toBeCloseTo(10 * Math.exp(sigma * normalQuantile(0.2)) - 2, 9);
  expect(estimateOf(1, 0.2, { stepWorkS: 10, remainingWorkS: 1 }).remainingS(0)).toBe(0);
});

test('the numbers belong to the task and the stage, whoever asks', () => {
  const asked: string[] = [];
  const runtime = {
    ...fakeRuntime(),
    random: (purpose: string) => ({
      of: (task: number, draw = 0) => {
        asked.push(`${purpose} ${task} ${draw}`);
        return { next: () => 0.5 };
      },
    }),
  };
  const tasks = [{ stage: 0 }, { stage: 2 }];
  const estimate = new SizeEstimate(fakeView({ tasks }), runtime, 1);
  estimate.sizeS(0);
  estimate.remainingS(1);
  expect(asked).toEqual(['size-estimate 0 0', 'size-estimate 1 2']);
});
