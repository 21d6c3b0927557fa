import { describe, expect, test } from 'vitest';
import { aimd } from '../../../src/policies/concurrency/aimd.js';
import { compareLimits, LIMIT_CONFIGURATIONS, limitVectorFiles } from '../../oracles/limits.js';
import { make } from '../make.js';

const FILES = limitVectorFiles().filter(
  (file) => LIMIT_CONFIGURATIONS[file.split('.')[0]!]?.policy === 'aimd',
);

describe('every limit is that of Netflix AIMDLimit', () => {
  test('all of its files are compared', () => {
    expect(FILES).toHaveLength(21);
  });

  test.each(FILES)('%s', (file) => {
    expect(compareLimits(file)).toEqual({ rows: 1000 });
  });
});

test('the limit before the first sample is the initial one, even above the highest', () => {
  const limit = make(aimd, { initialLimit: 300, maxLimit: 64 });
  expect(limit.limit).toBe(300);
  limit.onSample(0, 0.01, 1, false);
  expect(limit.limit).toBe(64);
});

test('a ratio outside [0.5, 1) or a lowest limit above the highest is refused', () => {
  for (const parameters of [{ backoffRatio: 0.49 }, { backoffRatio: 1 }, { minLimit: 300 }])
    expect(aimd.parameters.safeParse(parameters).success).toBe(false);
  expect(aimd.parameters.safeParse({ backoffRatio: '50%' }).success).toBe(true);
});
