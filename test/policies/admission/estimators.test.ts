import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  type EstimatorName,
  makeEstimator,
  RollingWindow,
} from '../../../src/policies/admission/estimators.js';
import type { PolicyRuntime } from '../../../src/policies/runtime.js';
import { fakeRuntime } from '../fake-runtime.js';
import { fakeView } from '../fake-view.js';

const TASKS = [{ workload: 0 }, { workload: 1 }];

interface Given {
  readonly quantile?: number;
  readonly window?: number;
  readonly cv?: number;
  readonly truth?: (task: number) => number;
  readonly runtime?: PolicyRuntime;
}

/** One quantity; workload 0 declares 7 and workload 1 nothing. */
function estimator(name: EstimatorName, given: Given = {}) {
  const { quantile = 0.9, window = 100, cv = 0.3, truth = () => Number.NaN, runtime = fakeRuntime() } = given;
  return makeEstimator({
    parameters: { estimator: name, quantile, window, cv },
    quantities: { count: 1, declared: (workload) => (workload === 0 ? 7 : 0), truth },
    workloads: 2,
    tasks: fakeView({ tasks: TASKS }).tasks,
    runtime,
  });
}

test('declared: what the scenario says, whatever attempts have taken', () => {
  const estimates = estimator('declared');
  estimates.learn(0, 0, 100);
  expect([estimates.estimate(0, 0), estimates.estimate(1, 0)]).toEqual([7, 0]);
});

test('class-mean: the declared number until the first attempt, then the mean of the workload’s own', () => {
  const estimates = estimator('class-mean');
  expect(estimates.estimate(0, 0)).toBe(7);
  for (const actual of [1, 2, 9]) estimates.learn(0, 0, actual);
  expect([estimates.estimate(0, 0), estimates.estimate(1, 0)]).toEqual([4, 0]);
});

test('rolling-quantile: the declared number until the first attempt, then p90 of the workload’s own', () => {
  const estimates = estimator('rolling-quantile');
  expect(estimates.estimate(0, 0)).toBe(7);
  for (let actual = 1; actual <= 10; actual++) estimates.learn(0, 0, actual);
  // Nearest rank: 9 of the numbers 1 to 10 are at most 9.
  expect([estimates.estimate(0, 0), estimates.estimate(1, 0)]).toEqual([9, 0]);
});

test('rolling-quantile: what has left the window is forgotten', () => {
  const estimates = estimator('rolling-quantile', { quantile: 1, window: 2 });
  for (const actual of [50, 3, 4]) estimates.learn(0, 0, actual);
  expect(estimates.estimate(0, 0)).toBe(4);
});

test('any quantile of any window is the nearest-rank quantile of its last numbers', () => {
  const numbers = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(
      numbers,
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 0, max: 20 }),
      (all, length, p) => {
        const window = new RollingWindow(length);
        for (const value of all) window.add(value);
        const last = all.slice(-length);
        const smallest = last
          .toSorted((a, b) => a - b)
          .find((value) => last.filter((other) => other <= value).length * 20 >= p * last.length);
        expect(window.quantile(p / 20)).toBe(smallest);
      },
    ),
  );
});

test('noisy-oracle: the truth on average, with an error of the stated spread', () => {
  const cv = 0.5;
  const draws = 20_000;
  let draw = 0;
  // The midpoints of equally likely parts, so that averages are those of the distribution.
  const runtime = fakeRuntime({ uniform: () => (draw++ + 0.5) / draws });
  const estimates = estimator('noisy-oracle', { cv, truth: () => 200, runtime });
  const errors = Array.from({ length: draws }, () => estimates.estimate(0, 0) / 200);
  const mean = errors.reduce((sum, error) => sum + error, 0) / draws;
  const variance = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0) / draws;
  expect(mean).toBeCloseTo(1, 3);
  expect(Math.sqrt(variance)).toBeCloseTo(cv, 2);
});

test('noisy-oracle: a task’s error is its own and always the same; without spread it is none', () => {
  const runtime = fakeRuntime({ uniform: (task) => (task === 0 ? 0.2 : 0.8) });
  const estimates = estimator('noisy-oracle', { truth: () => 10, runtime });
  const [first, second] = [estimates.estimate(0, 0), estimates.estimate(1, 0)];
  expect(first).toBeLessThan(second);
  expect([estimates.estimate(0, 0), estimates.estimate(1, 0)]).toEqual([first, second]);
  expect(estimator('noisy-oracle', { cv: 0, truth: () => 10, runtime }).estimate(0, 0)).toBe(10);
});

test('noisy-oracle: what nobody knows beforehand is the mean of the past, with the error', () => {
  const estimates = estimator('noisy-oracle', { cv: 0 });
  expect(estimates.estimate(0, 0)).toBe(7);
  for (const actual of [4, 6]) estimates.learn(0, 0, actual);
  expect(estimates.estimate(0, 0)).toBe(5);
});
