import { expect, test } from 'vitest';
import { GIVE_UP } from '../../../src/policies/points.js';
import { noRetry } from '../../../src/policies/retry/none.js';
import { make } from '../make.js';
import { failure } from './failure.js';

test('a failure of any kind is final', () => {
  const policy = make(noRetry);
  for (const kind of ['error', 'rejected', 'timed-out'] as const)
    expect(policy.decide(0, failure({ kind }), 0)).toBe(GIVE_UP);
});
