/** Every family: its sampler, cdf, quantile and moments agree with one another. */
import { describe, expect, test } from 'vitest';
import { createDistribution, distributionSchema } from '../../../src/kernel/distribution/registry.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';

interface Row {
  readonly spec: unknown;
  /** Exact or from the literature's formula; checked against what the class says. */
  readonly mean: number;
  readonly variance: number;
  /** Without a finite fourth moment the sample variance has no standard error. */
  readonly hasFourthMoment?: false;
  /** Steps in the cdf: no Kolmogorov-Smirnov test. */
  readonly isDiscrete?: true;
}

const E = Math.exp(1);

const rows: readonly Row[] = [
  { spec: '8s', mean: 8, variance: 0, isDiscrete: true },
  { spec: { dist: 'uniform', min: 2, max: 5 }, mean: 3.5, variance: 0.75 },
  { spec: { dist: 'exponential', mean: '2s' }, mean: 2, variance: 4 },
  { spec: { dist: 'exponential', rate: '0.5/s' }, mean: 2, variance: 4 },
  { spec: { dist: 'erlang', k: 3, mean: '2s' }, mean: 2, variance: 4 / 3 },
  { spec: { dist: 'erlang', k: 20, rate: '2/s' }, mean: 10, variance: 5 },
  { spec: { dist: 'gamma', shape: 0.4, scale: 3 }, mean: 1.2, variance: 3.6 },
  { spec: { dist: 'gamma', shape: 7.5, scale: 2 }, mean: 15, variance: 30 },
  { spec: { dist: 'lognormal', mu: 0, sigma: 1 }, mean: Math.sqrt(E), variance: E * (E - 1) },
  // Weibull of shape 1/2: Gamma(3) = 2, Gamma(5) = 24; of shape 2, Rayleigh: sqrt(pi)/2, 1 - pi/4.
  { spec: { dist: 'weibull', shape: 0.5, scale: 3 }, mean: 6, variance: 9 * 20 },
  { spec: { dist: 'weibull', shape: 2, scale: 1 }, mean: Math.sqrt(Math.PI) / 2, variance: 1 - Math.PI / 4 },
  { spec: { dist: 'pareto', shape: 10, scale: '1s' }, mean: 10 / 9, variance: 10 / (81 * 8) },
  {
    spec: { dist: 'pareto', shape: 2.5, scale: 3 },
    mean: 5,
    variance: (9 * 2.5) / (1.5 ** 2 * 0.5),
    hasFourthMoment: false,
  },
  {
    spec: { dist: 'pareto', shape: 0.9, scale: 3 },
    mean: Infinity,
    variance: Infinity,
    hasFourthMoment: false,
  },
  // Shape 1: mean ln(max/min) min max / (max - min); E[X^2] = min max.
  {
    spec: { dist: 'bounded-pareto', shape: 1, min: 1, max: 10 },
    mean: (Math.log(10) * 10) / 9,
    variance: 10 - ((Math.log(10) * 10) / 9) ** 2,
  },
  // Shape 2: mean 2 min max / (min + max); E[X^2] = 2 ln(max/min) / (1/min^2 - 1/max^2).
  {
    spec: { dist: 'bounded-pareto', shape: 2, min: 1, max: 4 },
    mean: 8 / 5,
    variance: (2 * Math.log(4)) / (1 - 1 / 16) - (8 / 5) ** 2,
  },
  { spec: { dist: 'hyperexponential', mean: 2, cv: 2 }, mean: 2, variance: 16 },
  {
    spec: { dist: 'hyperexponential', probabilities: [0.5, 0.3, 0.2], means: [1, 2, 5] },
    mean: 2.1,
    variance: 2 * (0.5 + 1.2 + 5) - 2.1 ** 2,
  },
  {
    spec: { dist: 'empirical', values: [3, 1, 2], weights: [1, 2, 1] },
    mean: 1.75,
    variance: 11 / 16,
    isDiscrete: true,
  },
  { spec: { dist: 'empirical', values: ['1s', '2s', '6s'] }, mean: 3, variance: 14 / 3, isDiscrete: true },
  // Two straight lines: means 2 and 31.5, second moments 13/3 and 3789/3.
  {
    spec: { dist: 'empirical', quantiles: { p0: '1s', p50: '3s', p100: '60s' } },
    mean: 16.75,
    variance: (13 / 3 + 3789 / 3) / 2 - 16.75 ** 2,
  },
  {
    spec: {
      dist: 'mixture',
      of: [
        { weight: 7, value: { dist: 'exponential', mean: 1 } },
        { weight: 3, value: { dist: 'uniform', min: 2, max: 4 } },
      ],
    },
    mean: 1.6,
    variance: 0.7 * 2 + 0.3 * (9 + 1 / 3) - 1.6 ** 2,
  },
  { spec: { dist: 'exponential', mean: 2, shift: '3s' }, mean: 5, variance: 4 },
  // Exponential(1) on [0, 1]: mean 1 - 1/(e - 1); E[X^2] = 2 - 3/(e - 1)... by parts (2e - 5)/(e - 1).
  {
    spec: { dist: 'exponential', mean: 1, max: 1 },
    mean: 1 - 1 / (E - 1),
    variance: (2 * E - 5) / (E - 1) - (1 - 1 / (E - 1)) ** 2,
  },
];

const SAMPLES = 20_000;
/** Kolmogorov's 0.999 quantile, 1.949 / sqrt(n). */
const KS_CRITICAL = 1.949 / Math.sqrt(SAMPLES);

const make = (spec: unknown) => createDistribution(distributionSchema.parse(spec));

describe.each(rows.map((row) => ({ ...row, name: JSON.stringify(row.spec) })))('$name', (row) => {
  const distribution = make(row.spec);
  const random = new StreamFactory('sampling').stream(row.name);
  const samples = Float64Array.from({ length: SAMPLES }, () => distribution.sample(random)).sort();
  const moment = (k: number): number => samples.reduce((sum, x) => sum + (x - row.mean) ** k, 0) / SAMPLES;

  test('has the mean and variance of its formulas', () => {
    if (row.mean === Infinity) expect(distribution.mean).toBe(Infinity);
    else expect(Math.abs(distribution.mean / row.mean - 1)).toBeLessThan(1e-9);
    if (row.variance === 0 || row.variance === Infinity) expect(distribution.variance).toBe(row.variance);
    else expect(Math.abs(distribution.variance / row.variance - 1)).toBeLessThan(1e-9);
  });

  test('has a sample mean and variance within 4 standard errors', () => {
    if (row.variance < Infinity)
      expect(Math.abs(moment(1))).toBeLessThanOrEqual(4 * Math.sqrt(row.variance / SAMPLES));
    if (row.hasFourthMoment === false) return;
    const standardError = Math.sqrt((moment(4) - moment(2) ** 2) / SAMPLES);
    expect(Math.abs(moment(2) - row.variance)).toBeLessThanOrEqual(4 * standardError);
  });

  test('is sampled by its own cdf (Kolmogorov-Smirnov)', () => {
    let distance = 0;
    samples.forEach((x, i) => {
      const p = distribution.cdf(x);
      if (row.isDiscrete) {
        if (samples[i + 1] !== x) distance = Math.max(distance, Math.abs((i + 1) / SAMPLES - p));
      } else distance = Math.max(distance, (i + 1) / SAMPLES - p, p - i / SAMPLES);
    });
    expect(distance).toBeLessThan(KS_CRITICAL);
  });

  test('has a quantile that inverts its cdf', () => {
    for (let i = 0; i < SAMPLES; i += 97) {
      const x = samples[i];
      const p = distribution.cdf(x);
      expect(Math.abs(distribution.quantile(p) - x)).toBeLessThan(
        (1e-8 * Math.max(x, 1e-6)) / Math.max(1 - p, 1e-6) + 1e-12,
      );
    }
    for (const p of [1e-4, 0.1, 0.5, 0.9, 0.9999])
      expect(distribution.cdf(distribution.quantile(p) * (1 + 1e-12))).toBeGreaterThanOrEqual(p - 1e-10);
  });

  test('starts at its smallest value, ends at 1 and never falls', () => {
    expect(distribution.cdf(distribution.quantile(0) - 1e-9)).toBe(0);
    expect(distribution.cdf(distribution.quantile(1))).toBeCloseTo(1, 12);
    let last = -1;
    for (let p = 0; p <= 1; p += 1 / 64) {
      const x = distribution.quantile(p);
      expect(x).toBeGreaterThanOrEqual(last);
      last = x;
    }
  });
});
