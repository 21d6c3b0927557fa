import { describe, expect, test } from 'vitest';
import { createDistribution, distributionSchema } from '../../../src/kernel/distribution/registry.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';

const make = (spec: unknown) => createDistribution(distributionSchema.parse(spec));

describe('a truncated distribution', () => {
  test('has the exact mean and variance where they have a formula', () => {
    // Memoryless: an exponential above 3 is one shifted by 3.
    const above = make({ dist: 'exponential', mean: 2, min: 3 });
    expect(above.mean).toBeCloseTo(5, 9);
    expect(above.variance).toBeCloseTo(4, 8);
    // A Pareto above 4 is a Pareto with scale 4: mean 4 * 3/2, variance 16 * 3/(4 * 1).
    const pareto = make({ dist: 'pareto', shape: 3, scale: 1, min: 4 });
    expect(pareto.mean).toBeCloseTo(6, 8);
    expect(pareto.variance).toBeCloseTo(12, 7);
    // A Pareto below 10 is the bounded one.
    const bounded = make({ dist: 'bounded-pareto', shape: 1.5, min: 2, max: 10 });
    const cut = make({ dist: 'pareto', shape: 1.5, scale: 2, max: 10 });
    expect(cut.mean).toBeCloseTo(bounded.mean, 8);
    expect(cut.variance).toBeCloseTo(bounded.variance, 8);
    // A uniform stays uniform.
    const uniform = make({ dist: 'empirical', quantiles: { p0: 0, p100: 10 }, min: 2, max: 5 });
    expect(uniform.mean).toBeCloseTo(3.5, 9);
    expect(uniform.variance).toBeCloseTo(0.75, 9);
  });

  test('keeps an infinite mean above its minimum and gets a finite one below its maximum', () => {
    expect(make({ dist: 'pareto', shape: 0.5, scale: 1, min: 2 }).mean).toBe(Infinity);
    // Below 100 the density is x^-1.5 / (2 * 0.9): mean (10 - 1) / 0.9.
    expect(make({ dist: 'pareto', shape: 0.5, scale: 1, max: 100 }).mean).toBeCloseTo(10, 8);
  });

  test('is not moved by a bound far beyond its values', () => {
    const far = make({ dist: 'lognormal', mean: 1, cv: 1, max: '1d' });
    expect(far.mean).toBeCloseTo(1, 9);
    expect(far.variance).toBeCloseTo(1, 5);
  });

  test('keeps the atoms of discrete values, also on its bounds', () => {
    const values = make({ dist: 'empirical', values: [1, 2, 3, 4, 5], min: 2, max: 4 });
    expect(values.mean).toBeCloseTo(3, 6);
    expect(values.variance).toBeCloseTo(2 / 3, 6);
    expect([values.cdf(1.9), values.cdf(4)]).toEqual([0, 1]);
    expect(values.cdf(2)).toBeCloseTo(1 / 3, 12);
    const random = new StreamFactory(1).stream('atoms');
    const seen = new Set(Array.from({ length: 1000 }, () => values.sample(random)));
    expect([...seen].sort()).toEqual([2, 3, 4]);
  });

  test('never leaves its bounds, also when shifted', () => {
    const random = new StreamFactory(1).stream('bounds');
    const distribution = make({ dist: 'gamma', shape: 0.5, scale: 4, shift: 1, min: 2, max: 3 });
    for (let i = 0; i < 2000; i += 1) {
      const x = distribution.sample(random);
      expect(x >= 2 && x <= 3).toBe(true);
    }
    expect(distribution.mean > 2 && distribution.mean < 3).toBe(true);
  });
});
