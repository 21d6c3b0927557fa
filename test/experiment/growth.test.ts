import { describe, expect, it } from 'vitest';
import { growing, quartersInSystem } from '../../src/experiment/growth.js';
import type { RunSeries } from '../../src/metrics/measures.js';
import { resultDocument } from '../fixtures/result.js';

function series(in_system: number[], arrived = in_system.map(() => 1)): RunSeries {
  return { ...resultDocument().series, bin_s: 10, bins: in_system.length, in_system, arrived };
}

describe('the quarters of a run', () => {
  it('leave out the warm-up and the time after the last arrival', () => {
    const inSystem = [9, 9, 1, 1, 2, 2, 3, 3, 4, 4, 0.5, 0.5];
    const arrived = [1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0];
    expect(quartersInSystem(series(inSystem, arrived), 15)).toEqual([1, 2, 3, 4]);
  });

  it('do not exist for a handful of bins', () => {
    expect(quartersInSystem(series([1, 2, 3, 4, 5, 6, 7]), 0)).toBeNull();
  });
});

describe('growth', () => {
  it('is seen where the number in the system rises in every run', () => {
    expect(
      growing([
        [10, 20, 30, 40],
        [12, 21, 33, 42],
        [8, 19, 27, 44],
      ]),
    ).toEqual({
      first: 15,
      second: 36,
    });
  });

  it('is not seen where the runs disagree', () => {
    expect(
      growing([
        [10, 10, 60, 70],
        [30, 30, 5, 5],
        [10, 12, 11, 13],
      ]),
    ).toBeNull();
  });

  it('is not seen where it has ended, or is a task or two', () => {
    expect(
      growing([
        [10, 20, 40, 39],
        [10, 20, 40, 39],
      ]),
    ).toBeNull();
    expect(
      growing([
        [0.1, 0.2, 1, 1.5],
        [0.1, 0.2, 1, 1.5],
      ]),
    ).toBeNull();
  });

  it('takes more in one run alone', () => {
    expect(growing([[10, 14, 20, 21]])).toBeNull();
    expect(growing([[10, 20, 30, 40]])).toEqual({ first: 15, second: 35 });
  });
});
