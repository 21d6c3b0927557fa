/** Whether a run has values enough for a percentile. */
import { describe, expect, test } from 'vitest';
import { isTooFewFor, valuesBehind, valuesBeside, valuesNeeded } from '../../src/experiment/tail.js';

test('ten values beyond the percentile are needed', () => {
  expect(['p50', 'p90', 'p95', 'p99', 'p999'].map(valuesNeeded)).toEqual([20, 100, 200, 1000, 10_000]);
  for (const percentile of ['p50', 'p90', 'p95', 'p99', 'p999']) {
    expect(isTooFewFor(percentile, valuesNeeded(percentile)!)).toBe(false);
    expect(isTooFewFor(percentile, valuesNeeded(percentile)! - 1)).toBe(true);
  }
});

test('what is no percentile needs none', () => {
  for (const key of ['mean', 'max', 'count', 'toString', 'p42']) {
    expect(valuesNeeded(key)).toBeUndefined();
    expect(isTooFewFor(key, 0)).toBe(false);
  }
});

describe('the number of values behind a metric', () => {
  const flat = (mean: number) => ({ mean, ci_low: null, ci_high: null });
  const estimates = {
    total: { latency_s: { count: flat(70), p99: flat(1) } },
    workloads: {
      chat: { latency_s: { count: flat(40), p99: flat(1) }, throughput_hz: flat(2) },
      'chat.latency_s': { latency_s: { count: flat(30), p99: flat(1) } },
    },
  };

  test('is that of the summary it belongs to, names with dots included', () => {
    expect(valuesBeside(estimates, 'total.latency_s.p99')).toBe(70);
    expect(valuesBeside(estimates, 'workloads.chat.latency_s.p99')).toBe(40);
    expect(valuesBeside(estimates, 'workloads.chat.latency_s.latency_s.p99')).toBe(30);
  });

  test('is that of all replications for latencies that are pooled, of one for everything else', () => {
    const measured = { ...estimates, tenants: estimates.workloads };
    expect(valuesBehind(measured, 'total.latency_s.p99', 5)).toBe(350);
    expect(valuesBehind(measured, 'workloads.chat.latency_s.p99', 5)).toBe(200);
    expect(valuesBehind(measured, 'tenants.chat.latency_s.p99', 5)).toBe(40);
    expect(valuesBehind(measured, 'total.throughput_hz', 5)).toBeUndefined();
  });

  test('is unknown for what belongs to no summary', () => {
    for (const metric of ['workloads.chat.throughput_hz', 'workloads.none.latency_s.p99', 'total', ''])
      expect(valuesBeside(estimates, metric)).toBeUndefined();
  });
});
