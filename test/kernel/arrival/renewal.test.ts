import { expect, test } from 'vitest';
import { arrivals, epochs, expectWithin4 } from './counting.js';

test('intervals have the distribution that was asked for', () => {
  const process = arrivals({ process: 'renewal', interval: { dist: 'erlang', k: 4, mean: '2s' } });
  expect(process.meanRateHz).toBe(0.5);
  const times = epochs(process, 20_000);
  const last = times[times.length - 1];
  expectWithin4(last / 20_000, 2, 1 / Math.sqrt(20_000));
  let square = 0;
  times.forEach((timeS, i) => {
    square += (timeS - (i === 0 ? 0 : times[i - 1]) - 2) ** 2;
  });
  // Erlang-4 with mean 2: variance 1, kurtosis 3 + 6/4, so the sample variance has variance 3.5 / n.
  expectWithin4(square / 20_000, 1, Math.sqrt(3.5 / 20_000));
});

test('constant intervals arrive like clockwork', () => {
  expect(epochs(arrivals({ process: 'renewal', interval: '3s' }), 4)).toEqual([3, 6, 9, 12]);
});

test('an interval that is always 0 is refused', () => {
  expect(() => arrivals({ process: 'renewal', interval: 0 })).toThrow(/more than 0 on average/);
});
