import { describe, expect, it } from 'vitest';
import type { Estimate, Mapped } from '../../src/experiment/document.js';
import { estimateAt, judge } from '../../src/experiment/slos.js';
import type { RunMeasures } from '../../src/metrics/measures.js';
import { resultDocument } from '../fixtures/result.js';

const path = ['workloads', 'chat', 'latency_s', 'p99'];

function outcome(comparison: 'at_most' | 'at_least', threshold: number, estimate: Estimate) {
  const estimates: Mapped<RunMeasures, Estimate> = structuredClone(resultDocument().estimates);
  estimates.workloads.chat!.latency_s.p99 = estimate;
  const { met, certain } = judge(
    { name: 'quick', metric: path.join('.'), path, comparison, threshold },
    estimates,
  );
  return { met, certain };
}

const interval = { mean: 10, ci_low: 8, ci_high: 12 };

describe('an SLO', () => {
  it.each([
    ['at_most', 12, true, true],
    ['at_most', 11, true, false],
    ['at_most', 10, true, false],
    ['at_most', 9, false, false],
    ['at_most', 7.9, false, true],
    ['at_least', 8, true, true],
    ['at_least', 9, true, false],
    ['at_least', 11, false, false],
    ['at_least', 12.1, false, true],
  ] as const)('%s %d of 10 [8, 12]: met %s, certain %s', (comparison, threshold, met, certain) => {
    expect(outcome(comparison, threshold, interval)).toEqual({ met, certain });
  });

  it('is never certain from one replication', () => {
    expect(outcome('at_most', 100, { mean: 10, ci_low: null, ci_high: null })).toEqual({
      met: true,
      certain: false,
    });
  });

  it('about a measure that is not there is a mistake of the program', () => {
    const { estimates } = resultDocument();
    expect(() => estimateAt(estimates, ['workloads', 'nobody', 'arrived'])).toThrow(
      /no measure workloads.nobody/,
    );
    expect(() => estimateAt(estimates, ['workloads', 'chat'])).toThrow(/no measure/);
    expect(() => estimateAt(estimates, [...path, 'mean'])).toThrow(/no measure/);
  });
});
