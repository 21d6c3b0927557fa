import { expect, test } from 'vitest';
import { arrivals, epochs } from './counting.js';

test('arrivals come at equal intervals, the first after one', () => {
  expect(epochs(arrivals({ process: 'deterministic', interval: '2s' }), 3)).toEqual([2, 4, 6]);
  expect(epochs(arrivals({ process: 'deterministic', rate: '4/s' }), 3)).toEqual([0.25, 0.5, 0.75]);
});

test('rounding does not add up: the millionth arrival at 10/s is at 100 000 s', () => {
  expect(epochs(arrivals({ process: 'deterministic', interval: 0.1 }), 1_000_000).at(-1)).toBe(100_000);
});

test('it takes an interval or a rate, not both and not none', () => {
  expect(() => arrivals({ process: 'deterministic', interval: 1, rate: 1 })).toThrow(/either/);
  expect(() => arrivals({ process: 'deterministic' })).toThrow(/either/);
});
