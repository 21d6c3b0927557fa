import { describe, expect, it } from 'vitest';
import { BatchMeans, findWarmup, mserTruncation } from '../../src/experiment/warmup.js';
import { StreamFactory } from '../../src/kernel/random/streams.js';

/** Noise without a trend, uniform on (−1, 1), from a seed. */
function noise(seed: string, count: number): number[] {
  const stream = new StreamFactory(seed).stream('noise');
  return Array.from({ length: count }, () => 2 * stream.next() - 1);
}

/** White's definition, word for word: the sum over the means from d on, over the square of their number. */
function mserByDefinition(means: readonly number[]): number {
  const statistic = (d: number): number => {
    const rest = means.slice(d);
    const mean = rest.reduce((sum, value) => sum + value, 0) / rest.length;
    return rest.reduce((sum, value) => sum + (value - mean) ** 2, 0) / rest.length ** 2;
  };
  let best = 0;
  for (let d = 1; d <= means.length - 5; d++) if (statistic(d) < statistic(best)) best = d;
  return best;
}

function batched(values: readonly number[], stepS: number): BatchMeans {
  const batches = new BatchMeans();
  for (const [index, value] of values.entries()) batches.add(value, (index + 1) * stepS);
  return batches;
}

describe('MSER', () => {
  it('cuts exactly the transient off a series that jumps once', () => {
    const means = noise('jump', 300).map((value, index) => value + (index < 60 ? 20 : 0));
    expect(mserTruncation(means, means.length)).toBe(60);
  });

  it('cuts nothing off a series without a transient', () => {
    const alternating = Array.from({ length: 200 }, (_, index) => (index % 2 === 0 ? 1 : -1));
    expect(mserTruncation(alternating, alternating.length)).toBeLessThanOrEqual(1);
  });

  it.each(['a', 'b', 'c', 'd'])('finds the minimum of its definition (seed %s)', (seed) => {
    const means = noise(seed, 150).map((value, index) => value + 8 * 0.9 ** index);
    expect(mserTruncation(means, means.length)).toBe(mserByDefinition(means));
  });

  it('cuts an exponential transient off where it has sunk below the noise', () => {
    // 8·0.9^i falls below 0.1, a sixth of the noise's standard deviation of 0.58, at i = 42.
    const means = noise('decay', 400).map((value, index) => value + 8 * 0.9 ** index);
    const truncation = mserTruncation(means, means.length);
    expect(truncation).toBeGreaterThan(10);
    expect(truncation).toBeLessThan(45);
  });
});

describe('batch means', () => {
  it('averages five values a batch and notes when each batch ended', () => {
    const batches = batched([1, 2, 3, 4, 5, 10, 10, 10, 10, 20, 7], 2);
    expect(batches.batches).toBe(2);
    expect([...batches.means.slice(0, 2)]).toEqual([3, 12]);
    expect([...batches.endsS.slice(0, 2)]).toEqual([10, 20]);
  });

  it('holds a million values in bounded memory, with the means that larger batches have', () => {
    const count = 1_000_000;
    const batches = new BatchMeans();
    for (let i = 1; i <= count; i++) batches.add(i, i);
    expect(batches.means.length).toBe(8192);
    expect(batches.batchSize).toBe(5 * 2 ** 5);
    expect(batches.batches).toBe(Math.floor(count / 160));
    expect(batches.means[0]).toBe(80.5);
    expect(batches.endsS[0]).toBe(160);
    expect(batches.endsS[batches.batches - 1]).toBe(count);
  });
});

describe('the warm-up found', () => {
  /** Completions every half second; the first `length` of them took longer. */
  const transient = (values: number, length: number): BatchMeans =>
    batched(
      Array.from({ length: values }, (_, index) => (index < length ? 21 : 1)),
      0.5,
    );

  it('ends with the last batch that is cut off', () => {
    expect(findWarmup(transient(2000, 300), 1000)).toEqual({ lengthS: 150 });
  });

  it('is half of the run with a warning where the transient goes on beyond', () => {
    const { lengthS, warning } = findWarmup(transient(2000, 1500), 1000);
    expect(lengthS).toBe(500);
    expect(warning).toMatch(/no steady state was found/);
  });

  it('is at most half of the time, too, where most tasks completed late', () => {
    const { lengthS, warning } = findWarmup(transient(2000, 300), 200);
    expect(lengthS).toBe(100);
    expect(warning).toMatch(/half of the run was cut off/);
  });

  it('is nothing with a warning where hardly anything completed', () => {
    const { lengthS, warning } = findWarmup(transient(99, 20), 50);
    expect(lengthS).toBe(0);
    expect(warning).toMatch(/fewer than 100 tasks/);
  });
});
