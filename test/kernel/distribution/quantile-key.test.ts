import { expect, test } from 'vitest';
import { probabilityOfKey, quantilesOf } from '../../../src/kernel/distribution/quantile-key.js';

test('a key names the float64 nearest to its decimal', () => {
  expect(['p50', 'p99', 'p99.9', 'p99.99', 'p0', 'p100', 'p2.5'].map(probabilityOfKey)).toEqual([
    0.5, 0.99, 0.999, 0.9999, 0, 1, 0.025,
  ]);
});

test('other keys name none', () => {
  expect(['p', 'p101', 'p5.', 'P50', 'p-1', 'q50', 'p1e1', 'max'].map(probabilityOfKey)).toEqual(
    Array(8).fill(undefined),
  );
});

test('quantiles come by rising probability', () => {
  expect(quantilesOf({ p99: 3, dist: 'x', p5: 1, mean: 4 }).map(({ key }) => key)).toEqual(['p5', 'p99']);
});
