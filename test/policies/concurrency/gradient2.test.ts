import { describe, expect, test } from 'vitest';
import { gradient2 } from '../../../src/policies/concurrency/gradient2.js';
import { compareLimits, LIMIT_CONFIGURATIONS, limitVectorFiles } from '../../oracles/limits.js';
import { make } from '../make.js';

const FILES = limitVectorFiles().filter(
  (file) => LIMIT_CONFIGURATIONS[file.split('.')[0]!]?.policy === 'gradient2',
);

describe('every limit is that of Netflix Gradient2Limit', () => {
  test('all of its files are compared', () => {
    expect(FILES).toHaveLength(30);
  });

  test.each(FILES)('%s', (file) => {
    expect(compareLimits(file)).toEqual({ rows: 1000 });
  });
});

test('with equal round trips the limit settles where smoothing of the queue allowance takes it: the maximum', () => {
  const limit = make(gradient2, { maxLimit: 40 });
  for (let sample = 0; sample < 100; sample++) limit.onSample(sample, 0.5, limit.limit, false);
  expect(limit.limit).toBe(40);
});

test('a step that takes no time leaves the limit as it is', () => {
  const limit = make(gradient2);
  limit.onSample(0, 0, 20, false);
  expect(limit.limit).toBe(20);
});

test('a lowest limit above the highest, or a queue size in words other than sqrt, is refused', () => {
  for (const parameters of [{ minLimit: 300 }, { queueSize: 'log' }, { tolerance: 0.5 }])
    expect(gradient2.parameters.safeParse(parameters).success).toBe(false);
});
