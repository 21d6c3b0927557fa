import { describe, expect, test } from 'vitest';
import { meanBatchSize } from '../../../src/kernel/arrival/batched.js';
import { createDistribution, distributionSchema } from '../../../src/kernel/distribution/registry.js';
import { arrivals, epochs, expectWithin4 } from './counting.js';

const base = { process: 'poisson', rate: 2 };

describe('batches', () => {
  test('are single tasks unless said otherwise', () => {
    const process = arrivals(base);
    expect([process.batchSize(), process.batchSize(), process.meanRateHz]).toEqual([1, 1, 2]);
  });

  test('are whole numbers of at least 1 with the mean that the rate counts', () => {
    const process = arrivals({ ...base, batch: { dist: 'exponential', mean: 3 } });
    // 1 + sum over k >= 1 of e^(-(k + 1/2) / 3), a geometric series.
    const mean = 1 + Math.exp(-0.5) / (1 - Math.exp(-1 / 3));
    expect(process.meanRateHz).toBeCloseTo(2 * mean, 10);
    const sizes = Array.from({ length: 20_000 }, () => process.batchSize());
    expect(sizes.every((size) => Number.isInteger(size) && size >= 1)).toBe(true);
    expectWithin4(sizes.reduce((sum, size) => sum + size, 0) / 20_000, mean, 3 / Math.sqrt(20_000));
  });

  test('round halves up, and count them so', () => {
    const sizes = createDistribution(
      distributionSchema.parse({ dist: 'empirical', values: [0, 1.5, 2.5, 4] }),
    );
    expect(meanBatchSize(sizes)).toBeCloseTo((1 + 2 + 3 + 4) / 4, 12);
  });

  test('do not move the epochs', () => {
    const batched = arrivals({ ...base, batch: { dist: 'uniform', min: 1, max: 9 } });
    const times = Array.from({ length: 20 }, () => {
      batched.batchSize();
      return batched.nextS();
    });
    expect(times).toEqual(epochs(arrivals(base), 20));
  });
});

describe('start and stop', () => {
  test('bound the epochs', () => {
    const process = arrivals({ ...base, start: '100s', stop: '200s' });
    const times = epochs(process, 400);
    const finite = times.filter((timeS) => timeS < Infinity);
    expect(Math.min(...finite)).toBeGreaterThan(100);
    expect(Math.max(...finite)).toBeLessThan(200);
    expectWithin4(finite.length, 200, Math.sqrt(200));
    expect(process.nextS()).toBe(Infinity);
  });

  test('a stop before the start is refused at the stop', () => {
    expect(() => arrivals({ ...base, start: 5, stop: 5 })).toThrow(/stop \(5\) must be after start \(5\)/);
  });
});
