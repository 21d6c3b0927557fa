import { expect, test } from 'vitest';
import { HeldBudget, PredictionError, RefilledBudget } from '../../../src/policies/admission/budgets.js';

test('a refilled budget: what was taken too much comes back, but never over the capacity', () => {
  const budget = new RefilledBudget(10, 100);
  budget.take(100, 0);
  expect(budget.fits(50, 4)).toBe(false);
  expect(budget.refillS(50, 4)).toBe(1);
  budget.settle(100, 70, 4);
  expect(budget.left(4)).toBe(70);
  budget.settle(100, 20, 4);
  expect(budget.left(4)).toBe(100);
});

test('a refilled budget: what was taken too little is a debt that the refill pays first', () => {
  const budget = new RefilledBudget(10, 100);
  budget.take(20, 0);
  budget.settle(20, 150, 0);
  expect(budget.left(0)).toBe(-50);
  expect(budget.refillS(10, 0)).toBe(6);
  expect([5.9, 6].map((nowS) => budget.fits(10, nowS))).toEqual([false, true]);
});

test('a wait that is over is over, however far the clock has come', () => {
  for (const nowS of [0, 0.1, 1e3, 1e7]) {
    const budget = new RefilledBudget(1 / 3, 10);
    budget.take(10, nowS);
    expect(budget.fits(0.7, nowS + budget.refillS(0.7, nowS))).toBe(true);
  }
});

test('what is spent is what was really used, counted from the beginning of the measurement', () => {
  const budget = new RefilledBudget(1, 100);
  budget.take(50, 0);
  budget.beginMeasuring();
  budget.take(20, 1);
  budget.settle(20, 30, 2);
  expect(budget.figure()).toBe(30);
});

test('a held budget gives back what was taken, whatever was used; its figure is the mean over time', () => {
  const budget = new HeldBudget(4);
  budget.take(3, 0);
  expect([budget.fits(1), budget.fits(2)]).toEqual([true, false]);
  budget.settle(3, 17, 10);
  expect(budget.left()).toBe(4);
  expect(budget.figure(30)).toBe(1);
  budget.beginMeasuring(30);
  budget.take(2, 35);
  expect(budget.figure(40)).toBe(1);
});

test('sums of fractions leave nothing behind', () => {
  const budget = new HeldBudget(1);
  for (const part of [0.1, 0.2, 0.3]) budget.take(part, 0);
  for (const part of [0.1, 0.2, 0.3]) budget.settle(part, 0, 1);
  expect(budget.left()).toBe(1);
});

test('the mean error tells a bias, the mean size does not cancel', () => {
  const errors = new PredictionError();
  for (const error of [3, -1]) errors.add(error);
  expect([errors.count, errors.mean(), errors.meanAbsolute()]).toEqual([2, 1, 2]);
  errors.clear();
  expect([errors.count, errors.mean(), errors.meanAbsolute()]).toEqual([0, 0, 0]);
});

test('a budget of next to nothing still says a finite share of what was used', () => {
  const budget = new RefilledBudget(1, 5e-324);
  budget.take(5e-324, 0);
  budget.settle(5e-324, 100, 1);
  expect(0 * budget.usedShare).toBe(0);
});
