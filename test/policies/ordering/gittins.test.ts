import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createDistribution, distributionSchema } from '../../../src/kernel/distribution/registry.js';
import { gittins } from '../../../src/policies/ordering/gittins.js';
import { GittinsIndex } from '../../../src/policies/ordering/gittins-index.js';
import { make } from '../make.js';
import { serve } from './serve.js';

const indexOf = (written: unknown): GittinsIndex =>
  new GittinsIndex(createDistribution(distributionSchema.parse(written)));

const attained = (attainedS: number, workload = 0, gpus = 1) => ({
  stepWorkS: attainedS + 1000,
  remainingWorkS: 1000,
  workload,
  gpus,
});

test('exponential sizes: the index is the rate whatever was attained, so the order is that of arrival', () => {
  const index = indexOf({ dist: 'exponential', mean: 4 });
  for (const attainedS of [0, 0.1, 1, 4, 20, 100]) expect(index.at(attainedS)).toBeCloseTo(0.25, 5);
  const tasks = [attained(7), attained(0), attained(30), attained(2)];
  const order = make(gittins, { size: { dist: 'exponential', mean: 4 } }, { tasks });
  expect(serve(order, tasks)).toEqual([0, 1, 2, 3]);
});

test('a known size: what is left to do, so the task nearest to its end goes on', () => {
  const index = indexOf('10s');
  expect(index.at(0)).toBeCloseTo(1 / 10, 9);
  expect(index.at(5)).toBeCloseTo(1 / 5, 2);
  expect(index.at(9)).toBeCloseTo(1, 1);
});

test('sizes of 1 s or 10 s: fresh tasks first, those over 1 s last, until their end is near', () => {
  // G(0) = max(0.9/1, 1/1.9) = 0.9 by stopping after 1 s; G(1) = 1/9, G(6) = 1/4 by going on to the end.
  const size = { dist: 'empirical', values: [1, 10], weights: [9, 1] };
  const index = indexOf(size);
  expect(index.at(0)).toBeCloseTo(0.9, 9);
  expect(index.at(1)).toBeCloseTo(1 / 9, 9);
  expect(index.at(6)).toBeCloseTo(1 / 4, 2);
  // Others are known to take 3 s, which is an index of 1/3: between the two.
  const tasks = [attained(1, 0), attained(0, 1), attained(0, 0), attained(9.5, 0)];
  const system = { tasks, workloads: ['mixed', 'fixed'] };
  expect(serve(make(gittins, { size, sizes: { fixed: '3s' } }, system), tasks)).toEqual([3, 2, 1, 0]);
});

test('what no task of the distribution attains has the index 0', () => {
  expect(indexOf('10s').at(10)).toBe(0);
  expect(indexOf({ dist: 'uniform', min: 1, max: 3 }).at(3)).toBe(0);
});

const service = fc.double({ min: 0, max: 200, noNaN: true });

test('decreasing hazard rate: the order is that of the least attained service', () => {
  // Aalto, Ayesta and Righter (2009). Hyperexponential, p/m1 + (1-p)/m2 at 0: for mean 10 and cv 4 it is 0.18825/s.
  const index = indexOf({ dist: 'hyperexponential', mean: 10, cv: 4 });
  expect(index.at(0)).toBeCloseTo(0.18825, 4);
  fc.assert(
    fc.property(service, service, (a, b) => {
      expect(index.at(Math.min(a, b))).toBeGreaterThanOrEqual(index.at(Math.max(a, b)));
    }),
  );
});

test.each([
  ['erlang', { dist: 'erlang', mean: 10, k: 4 }],
  ['uniform', { dist: 'uniform', min: 0, max: 250 }],
])('increasing hazard rate (%s): a task once begun is never put behind a fresh one', (_, size) => {
  const index = indexOf(size);
  fc.assert(
    fc.property(service, service, (a, b) => {
      expect(index.at(Math.max(a, b))).toBeGreaterThanOrEqual(index.at(Math.min(a, b)));
    }),
  );
});

test('new better than used in expectation: at the beginning the index is one over the mean', () => {
  for (const size of [
    { dist: 'erlang', mean: 8, k: 3 },
    { dist: 'uniform', min: 2, max: 14 },
  ])
    expect(indexOf(size).at(0)).toBeCloseTo(1 / 8, 5);
});

test('for discrete sizes the table has what the definition gives', () => {
  const atoms = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(
      atoms,
      fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 6, maxLength: 6 }),
      (some, w) => {
        const values = some.sort((a, b) => a - b);
        const weights = w.slice(0, values.length);
        const index = indexOf({ dist: 'empirical', values, weights });
        for (const from of [0, ...values.slice(0, -1)]) {
          // Allotments that end between two sizes waste service, so the supremum is over the sizes.
          const rates = values
            .filter((to) => to > from)
            .map((to) => {
              let done = 0;
              let service = 0;
              for (const [i, value] of values.entries()) {
                if (value > from && value <= to) done += weights[i]!;
                if (value > from) service += weights[i]! * (Math.min(value, to) - from);
              }
              return done / service;
            });
          expect(index.at(from) / Math.max(...rates)).toBeCloseTo(1, 5);
        }
      },
    ),
  );
});

test('by GPU-time, service counts once a GPU', () => {
  const size = { dist: 'hyperexponential', mean: 10, cv: 3 };
  const tasks = [attained(4, 0, 8), attained(10, 0, 1)];
  expect(serve(make(gittins, { size }, { tasks }), tasks)).toEqual([0, 1]);
  expect(serve(make(gittins, { size, measure: 'gpu-time' }, { tasks }), tasks)).toEqual([1, 0]);
});

test('the record has the index and what was attained', () => {
  const { reason, numbers } = make(gittins, { size: '10s' }, { tasks: [attained(0)] }).why?.(0, 0) ?? {
    reason: '',
  };
  expect(reason).toBe('highest-index');
  expect(numbers?.indexHz).toBeCloseTo(0.1, 9);
  expect(numbers?.attainedS).toBe(0);
});

test('a size must be given; workloads are named to the scenario; preempted tasks are looked at again', () => {
  expect(gittins.parameters.safeParse({}).success).toBe(false);
  expect(gittins.references?.(gittins.parameters.parse({ size: '1s', sizes: { chat: '2s' } }))).toEqual([
    { kind: 'workload', name: 'chat', path: ['sizes', 'chat'] },
  ]);
  expect(make(gittins, { size: '1s' }).rekeys).toBe(true);
});
