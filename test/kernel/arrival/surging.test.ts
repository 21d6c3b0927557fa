import { describe, expect, test } from 'vitest';
import { createArrivals } from '../../../src/kernel/arrival/registry.js';
import { type Surge, SurgeAgain, SurgeOnce, SurgingArrivals } from '../../../src/kernel/arrival/surging.js';
import { StreamFactory } from '../../../src/kernel/random/streams.js';

function epochs(spec: object, surges: readonly Surge[], untilS: number, seed = 1): number[] {
  const streams = new StreamFactory(seed);
  const arrivals = new SurgingArrivals(
    surges,
    (source) => createArrivals(spec as Parameters<typeof createArrivals>[0], streams, `a/${source}`),
    (source) => streams.stream(`kept/${source}`),
  );
  const found: number[] = [];
  for (let timeS = arrivals.nextS(); timeS < untilS; timeS = arrivals.nextS())
    for (let i = arrivals.batchSize(); i > 0; i--) found.push(timeS);
  return found;
}

const between = (times: readonly number[], fromS: number, toS: number) =>
  times.filter((timeS) => timeS >= fromS && timeS < toS);
const poisson = { process: 'poisson', rate: 10 };

describe('a surge', () => {
  test.each([
    [3, 3000],
    [2.5, 2500],
    [0.25, 250],
    [0, 0],
  ])(
    'of factor %d for 100 s of 10 a second: %d arrivals, within four standard deviations',
    (factor, mean) => {
      const times = epochs(poisson, [new SurgeOnce(factor, 50, 100)], 200);
      expect(Math.abs(between(times, 50, 150).length - mean)).toBeLessThanOrEqual(4 * Math.sqrt(mean));
    },
  );

  test('of a Poisson process is Poisson: variance and mean of the counts are alike', () => {
    const counts = Array.from(
      { length: 400 },
      (_, seed) => epochs(poisson, [new SurgeOnce(2.5, 0, 9)], 1, seed).length,
    );
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
    // The ratio has a standard deviation of sqrt(2/399).
    expect(Math.abs(variance / mean - 1)).toBeLessThan(4 * Math.sqrt(2 / 399));
  });

  test('leaves what comes outside of it as it is', () => {
    const usual = epochs(poisson, [], 200);
    const surging = epochs(poisson, [new SurgeOnce(3, 50, 100)], 200);
    expect(between(surging, 0, 50)).toEqual(between(usual, 0, 50));
    expect(between(surging, 150, 200)).toEqual(between(usual, 150, 200));
    expect(surging).toEqual([...surging].sort((a, b) => a - b));
    for (const timeS of usual) expect(surging).toContain(timeS);
  });

  test('of a regular process with batches: the batches of every source', () => {
    const regular = { process: 'deterministic', interval: 10, batch: { dist: 'deterministic', value: 3 } };
    const times = epochs(regular, [new SurgeOnce(2, 15, 10)], 45);
    expect(times).toEqual([10, 10, 10, 20, 20, 20, 20, 20, 20, 30, 30, 30, 40, 40, 40]);
  });

  test('again and again, each so long after the last end', () => {
    const surge = new SurgeAgain(0, () => 5, 2);
    const on = [0, 4.9, 5, 6.9, 7, 11.9, 12, 13.9, 14].map((timeS) => surge.isOn(timeS));
    expect(on).toEqual([false, false, true, true, false, false, true, true, false]);
  });

  test('that sends nobody any more ends the process', () => {
    expect(epochs(poisson, [new SurgeOnce(0, 5, Number.POSITIVE_INFINITY)], 1e9).every((t) => t < 5)).toBe(
      true,
    );
  });

  test('two at the same time multiply', () => {
    const both = [new SurgeOnce(2, 0, 100), new SurgeOnce(3, 0, 100)];
    expect(Math.abs(epochs(poisson, both, 100).length - 6000)).toBeLessThan(4 * Math.sqrt(6000));
  });
});
