import { describe, expect, it } from 'vitest';
import type { Comparison } from '../../../src/experiment/statistics/looks.js';
import { verdict } from '../../../src/experiment/statistics/verdict.js';

const P99 = { setup: 'B', metric: 'p99 latency', unit: 's' };

function comparison(fields: Partial<Comparison>): Comparison {
  return {
    pairs: 10,
    baselineMean: 10,
    otherMean: 6.9,
    difference: -3.1,
    interval: { low: -3.7, high: -2.4 },
    confidence: 0.95,
    pValue: 0.001,
    relative: { change: -0.31, low: -0.37, high: -0.24 },
    varianceReduction: 3,
    decision: 'b-lower',
    adjustedP: 0.001,
    ...fields,
  };
}

describe('the verdict in words', () => {
  it('says how much lower, with the interval, the smaller end first', () => {
    expect(verdict(comparison({}), P99)).toBe("B's p99 latency is 31% lower (95% CI 24 to 37%)");
  });

  it('names the confidence that the interval has', () => {
    expect(verdict(comparison({ confidence: 1 - 0.025 / 7 }), P99)).toContain('(99.64% CI 24');
    expect(verdict(comparison({ confidence: 0.975 }), P99)).toContain('(97.5% CI 24');
  });

  it('says how much higher, and how many times as high where that reads better', () => {
    const relative = { change: 0.0123, low: 0.0104, high: 0.0142 };
    expect(verdict(comparison({ decision: 'a-lower', relative }), P99)).toBe(
      "B's p99 latency is 1.23% higher (95% CI 1.04 to 1.42%)",
    );
    const large = { change: 4.21, low: 3.5, high: 5.1 };
    expect(verdict(comparison({ decision: 'a-lower', relative: large }), P99)).toBe(
      "B's p99 latency is 5.2 times as high (95% CI 4.5 to 6.1)",
    );
  });

  it('never rounds a bound to zero that the interval leaves out', () => {
    const relative = { change: -0.2, low: -0.4, high: -0.00004 };
    expect(verdict(comparison({ relative }), P99)).toBe("B's p99 latency is 20% lower (95% CI 0.004 to 40%)");
  });

  it('gives the difference itself where there is no share of the baseline', () => {
    const rejected = comparison({
      decision: 'a-lower',
      relative: null,
      difference: 12.3,
      interval: { low: 8.12, high: 16.5 },
    });
    expect(verdict(rejected, { setup: 'B', metric: 'rejected', unit: 'tasks' })).toBe(
      "B's rejected is 12 tasks higher (95% CI 8 to 17)",
    );
  });

  it('says what was not found, with how large it might be', () => {
    const relative = { change: 0.002, low: -0.0123, high: 0.0161 };
    const nothing = comparison({ decision: 'no-difference-found', relative });
    expect(verdict(nothing, { setup: 'B', metric: 'throughput' })).toBe(
      'throughput: no difference found (95% CI -1.2 to +1.6%)',
    );
    expect(verdict(comparison({ ...nothing, interval: null, relative: null }), P99)).toBe(
      'p99 latency: no difference found (one run: nothing says what is chance)',
    );
    expect(verdict(comparison({ ...nothing, relative: null, interval: { low: -2, high: 8 } }), P99)).toBe(
      'p99 latency: no difference found (95% CI -2 to +8 s)',
    );
  });

  it('tells what is the same, what hardly differs, and what is still open', () => {
    const same = comparison({ decision: 'equivalent', interval: { low: 0, high: 0 } });
    expect(verdict(same, P99)).toBe('p99 latency: the same in every run');
    const relative = { change: 0.001, low: -0.002, high: 0.004 };
    expect(verdict(comparison({ decision: 'equivalent', relative }), P99)).toBe(
      'p99 latency: no difference that matters (95% CI -0.2 to +0.4%)',
    );
    expect(verdict(comparison({ decision: 'open', relative }), P99)).toBe(
      'p99 latency: not decided yet (95% CI -0.2 to +0.4%)',
    );
  });
});
