import { expect, test } from 'vitest';
import { arrivals, countPerWindow, epochs, expectWithin4, meanOf, varianceOf } from './counting.js';

const WINDOWS = 20_000;

test('counts have the mean and the variance of a Poisson distribution', () => {
  const counts = countPerWindow(arrivals({ process: 'poisson', rate: '5/s' }), 2, WINDOWS);
  expectWithin4(meanOf(counts), 10, Math.sqrt(10 / WINDOWS));
  // The variance of the sample variance of Poisson(m) is (m + 2 m^2) / n.
  expectWithin4(varianceOf(counts), 10, Math.sqrt(210 / WINDOWS));
});

test('counts in neighbouring windows are uncorrelated', () => {
  const counts = countPerWindow(arrivals({ process: 'poisson', rate: 10 }), 1, WINDOWS);
  let covariance = 0;
  for (let i = 1; i < WINDOWS; i += 1) covariance += ((counts[i] - 10) * (counts[i - 1] - 10)) / WINDOWS;
  expectWithin4(covariance / 10, 0, 1 / Math.sqrt(WINDOWS));
});

test('doubling the rate halves the same intervals, and its mean rate is its rate', () => {
  const slow = epochs(arrivals({ process: 'poisson', rate: 2 }), 50);
  const fast = epochs(arrivals({ process: 'poisson', rate: 4 }), 50);
  slow.forEach((timeS, i) => {
    expect(fast[i]).toBeCloseTo(timeS / 2, 10);
  });
  expect(arrivals({ process: 'poisson', rate: '30/min' }).meanRateHz).toBe(0.5);
});
