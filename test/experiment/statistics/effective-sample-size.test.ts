import { describe, expect, it } from 'vitest';
import {
  effectiveForMean,
  effectiveForQuantile,
  tooShortForTail,
} from '../../../src/experiment/statistics/effective-sample-size.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';
import { Histogram } from '../../../src/metrics/histogram.js';
import { sojourns } from './lindley.js';

const random = new StreamFactory('effective sample sizes').stream('uniform');

function histogramOf(values: readonly number[]): Histogram {
  const histogram = new Histogram();
  for (const value of values) histogram.record(value);
  return histogram;
}

const independent = (count: number): Histogram =>
  histogramOf(Array.from({ length: count }, () => -Math.log(random.next())));

describe('the effective sample size', () => {
  it('of independent values is about their number', () => {
    const runs = Array.from({ length: 400 }, () => independent(50));
    // The variance of 400 means is known to ±14% (95%).
    expect(effectiveForMean(runs)! / 20_000).toBeGreaterThan(0.82);
    expect(effectiveForQuantile(runs, 0.9)! / 20_000).toBeGreaterThan(0.82);
  });

  it('of runs in which every value is the same is the number of runs', () => {
    const runs = Array.from({ length: 300 }, () => histogramOf(new Array(40).fill(1 + random.next())));
    expect(effectiveForMean(runs)! / 300).toBeCloseTo(1, 1);
    expect(effectiveForQuantile(runs, 0.5)! / 300).toBeCloseTo(1, 1);
  });

  it('by hand: four values of variance 2 in two runs whose mean has the variance 1 are worth 2', () => {
    // Values 0, 2 and 2, 4 about 2: (4 + 0 + 0 + 4) / 4 = 2. Means 1 and 3: variance 2, of their mean 2 / 2 = 1.
    expect(effectiveForMean([histogramOf([0, 2]), histogramOf([2, 4])])).toBeCloseTo(2, 1);
  });

  it('of an M/M/1 queue is far smaller at high load than at low', () => {
    // Daley (1968): the sum of the correlations of successive waits grows like 1/(1−ρ)².
    const worth = (load: number) => {
      const runs = Array.from({ length: 60 }, () => sojourns(load, 2000, 500, random));
      return effectiveForMean(runs)! / 120_000;
    };
    const [low, high] = [worth(0.3), worth(0.8)];
    expect(low).toBeGreaterThan(0.15);
    expect(high).toBeLessThan(0.04);
  });

  it('needs two runs with values, and leaves empty ones out', () => {
    expect(effectiveForMean([independent(10)])).toBeNull();
    expect(effectiveForMean([independent(10), new Histogram()])).toBeNull();
    expect(effectiveForQuantile([histogramOf([1, 2]), histogramOf([1, 2]), new Histogram()], 0.5)).toBe(4);
  });
});

describe('a tail asked of too few tasks', () => {
  it('is told with how many it takes', () => {
    expect(tooShortForTail(500, null, 0.999)).toBe('p99.9 from 500 tasks: it takes about 10,000');
    expect(tooShortForTail(999, null, 0.99)).toBe('p99 from 999 tasks: it takes about 1,000');
    expect(tooShortForTail(1000, null, 0.99)).toBeNull();
  });

  it('counts what the tasks are worth, where that is known', () => {
    expect(tooShortForTail(40_000, 812.3, 0.99)).toBe(
      'p99 from 40,000 tasks that are worth about 812 independent ones: it takes about 1,000 such',
    );
    expect(tooShortForTail(40_000, 5000, 0.99)).toBeNull();
    expect(tooShortForTail(500, 480, 0.99)).toBe('p99 from 500 tasks: it takes about 1,000');
  });
});
