import { expect, test } from 'vitest';
import type { RunMeasures } from '../../src/metrics/measures.js';
import { measureAt, verdictOf } from './measure.js';

const figures = (ci_low: number, ci_high: number) => ({
  without: 0,
  with: 0,
  difference: (ci_low + ci_high) / 2,
  ci_low,
  ci_high,
  replications: 10,
});

test('a verdict needs the whole interval on one side of 0', () => {
  expect(verdictOf(figures(-2, -1), 'lower')).toBe('improves');
  expect(verdictOf(figures(-2, -1), 'higher')).toBe('harms');
  expect(verdictOf(figures(1, 2), 'lower')).toBe('harms');
  expect(verdictOf(figures(1, 2), 'higher')).toBe('improves');
  expect(verdictOf(figures(-1, 2), 'lower')).toBe('unclear');
  expect(verdictOf(figures(0, 2), 'higher')).toBe('unclear');
});

test('a path leads through names with dots to a number, and says what there is where it does not', () => {
  const measures = { stages: { a: 1, 'a.b': { c: 2 } } } as unknown as RunMeasures;
  expect(measureAt(measures, 'stages.a')).toBe(1);
  expect(measureAt(measures, 'stages.a.b.c')).toBe(2);
  expect(() => measureAt(measures, 'stages.x')).toThrow('no `x`; there are a, a.b');
  expect(() => measureAt(measures, 'stages')).toThrow();
  expect(() => measureAt(measures, 'stages.a.d')).toThrow('nothing can follow');
});
