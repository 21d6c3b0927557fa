/** What users ask for is what they get: quantiles, mean and cv. */
import { describe, expect, test } from 'vitest';
import { createDistribution, distributionSchema } from '../../../src/kernel/distribution/registry.js';

const make = (spec: unknown) => createDistribution(distributionSchema.parse(spec));

describe.each([
  { spec: { p50: '8s', p99: '110s' } },
  { spec: { p10: '2s', 'p99.9': '1h' } },
  { spec: { dist: 'lognormal', p50: '8s', p95: '1m' } },
  { spec: { dist: 'weibull', p50: '8s', p99: '110s' } },
  { spec: { dist: 'weibull', p25: 90, p75: 110 } },
  { spec: { dist: 'gamma', p50: '8s', p99: '110s' } },
  { spec: { dist: 'gamma', p50: 100, 'p99.99': 180 } },
  { spec: { dist: 'gamma', p5: 0.001, p95: 40 } },
  { spec: { dist: 'pareto', p50: '8s', p99: '110s' } },
  { spec: { dist: 'uniform', p50: '8s', p90: '12s' } },
  { spec: { dist: 'exponential', p99: '3s' } },
  { spec: { dist: 'exponential', 'p0.5': 0.01 } },
])('$spec', ({ spec }) => {
  test('passes through the quantiles to 1e-9', () => {
    const distribution = make(spec);
    const parsed = distributionSchema.parse(spec);
    const keys = Object.keys(spec).filter((key) => key !== 'dist');
    expect(keys.length).toBeGreaterThan(0);
    for (const key of keys) {
      const [p, value] = [Number(key.slice(1)) / 100, parsed[key] as number];
      expect(Math.abs(distribution.quantile(p) / value - 1)).toBeLessThan(1e-9);
      expect(Math.abs(distribution.cdf(value) - p)).toBeLessThan(1e-9);
    }
  });
});

describe.each([
  { dist: undefined, mean: 20, cv: 2 },
  { dist: 'lognormal', mean: 20, cv: 0.01 },
  { dist: 'weibull', mean: 3, cv: 0.1 },
  { dist: 'weibull', mean: 3, cv: 1 },
  { dist: 'weibull', mean: 3, cv: 6 },
  { dist: 'gamma', mean: 5, cv: 0.3 },
  { dist: 'gamma', mean: 5, cv: 3 },
  { dist: 'pareto', mean: 5, cv: 0.2 },
  { dist: 'pareto', mean: 5, cv: 7 },
  { dist: 'uniform', mean: 5, cv: 0.5 },
  { dist: 'hyperexponential', mean: 5, cv: 1 },
  { dist: 'hyperexponential', mean: 5, cv: 10 },
  { dist: 'exponential', mean: 5, cv: 1 },
  { dist: 'erlang', mean: 5, cv: 0.5 },
])('$dist with mean $mean and cv $cv', ({ dist, mean, cv }) => {
  test('has them to 1e-9', () => {
    const distribution = make(dist === undefined ? { mean, cv } : { dist, mean, cv });
    expect(Math.abs(distribution.mean / mean - 1)).toBeLessThan(1e-9);
    expect(Math.abs(Math.sqrt(distribution.variance) / distribution.mean / cv - 1)).toBeLessThan(1e-9);
  });
});

test('a Weibull of shape 1, a gamma of shape 1 and an Erlang of one phase are the exponential', () => {
  const exponential = make({ dist: 'exponential', mean: 2 });
  for (const spec of [
    { dist: 'weibull', shape: 1, scale: 2 },
    { dist: 'gamma', shape: 1, scale: 2 },
    { dist: 'erlang', k: 1, mean: 2 },
    { dist: 'hyperexponential', probabilities: [1], means: [2] },
  ])
    for (const x of [0.01, 1, 2, 7, 30]) expect(make(spec).cdf(x)).toBeCloseTo(exponential.cdf(x), 14);
});

test('two phases with balanced means contribute equally to the mean', () => {
  // Whitt's H2 with mean 1 and cv^2 = 4: p = (1 + sqrt(3/5)) / 2, so P(X > 1) follows by hand.
  const p = (1 + Math.sqrt(3 / 5)) / 2;
  const survival = p * Math.exp(-2 * p) + (1 - p) * Math.exp(-2 * (1 - p));
  expect(1 - make({ dist: 'hyperexponential', mean: 1, cv: 2 }).cdf(1)).toBeCloseTo(survival, 14);
});
