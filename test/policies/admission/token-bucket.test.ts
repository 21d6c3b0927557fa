import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { IMPOSSIBLE, TokenBucket, tokenBucket } from '../../../src/policies/admission/token-bucket.js';
import { ADMIT, REFUSE } from '../../../src/policies/points.js';
import { compareTokenBucket, tokenBucketVectorFiles } from '../../oracles/token-bucket.js';
import { make } from '../make.js';

describe('every decision is that of golang.org/x/time/rate', () => {
  test('all of its files are compared', () => {
    expect(tokenBucketVectorFiles()).toHaveLength(20);
  });

  test.each(tokenBucketVectorFiles())('%s', (file) => {
    expect(compareTokenBucket(file)).toEqual({ rows: 400 });
  });
});

test('in any interval no more is let in than the burst and the rate times its length', () => {
  const requests = fc.array(
    fc.record({ gapMs: fc.integer({ min: 0, max: 500 }), tokens: fc.integer({ min: 1, max: 12 }) }),
    { minLength: 1, maxLength: 60 },
  );
  fc.assert(
    fc.property(requests, (sequence) => {
      const bucket = new TokenBucket(20, 10);
      const admitted: { timeS: number; tokens: number }[] = [];
      let timeS = 0;
      for (const { gapMs, tokens } of sequence) {
        timeS += gapMs / 1000;
        if (bucket.allow(timeS, tokens)) admitted.push({ timeS, tokens });
      }
      for (let first = 0; first < admitted.length; first++) {
        let total = 0;
        for (const { timeS: lastS, tokens } of admitted.slice(first)) {
          total += tokens;
          expect(total).toBeLessThanOrEqual(10 + 20 * (lastS - admitted[first]!.timeS) + 1e-6);
        }
      }
    }),
  );
});

test('reservations queue up: at 2 per second and burst 1 they wait 0, 0.5 and 1 s', () => {
  const bucket = new TokenBucket(2, 1);
  expect([0, 0, 0].map((nowS) => bucket.reserve(nowS, 1))).toEqual([0, 0.5, 1]);
});

test('a reservation over the longest wait takes nothing', () => {
  const bucket = new TokenBucket(2, 1);
  bucket.reserve(0, 1);
  expect(bucket.reserve(0, 1, 0.4)).toBe(IMPOSSIBLE);
  expect(bucket.reserve(0, 1, 0.5)).toBe(0.5);
});

describe('as an admission policy', () => {
  test('refuse: a refused task is told when its tokens will be there', () => {
    const policy = make(tokenBucket, { rate: '4/s', burst: 2 }, { tasks: [{}] });
    expect([policy.decide(0, 1), policy.decide(0, 1), policy.decide(0, 1)]).toEqual([ADMIT, ADMIT, REFUSE]);
    expect(policy.retryAfterS).toBe(0.25);
    expect(policy.decide(0, 1.25)).toBe(ADMIT);
  });

  test('wait: a task waits for its tokens up to maxWait', () => {
    const policy = make(tokenBucket, { rate: '4/s', mode: 'wait', maxWait: '500ms' }, { tasks: [{}] });
    expect([0, 0, 0, 0].map((nowS) => policy.decide(0, nowS))).toEqual([ADMIT, 0.25, 0.5, REFUSE]);
    expect(policy.retryAfterS).toBe(0.25);
  });

  test('a longest wait is refused where nothing waits', () => {
    expect(tokenBucket.parameters.safeParse({ rate: 1, maxWait: '1s' }).success).toBe(false);
  });

  test('by tokens: what is over the burst can never be, and there is no use in coming back', () => {
    const policy = make(
      tokenBucket,
      { rate: '6000/min', burst: 1000, cost: 'tokens' },
      { tasks: [{ promptTokens: 900, outputTokens: 200 }, { promptTokens: 900 }, { outputTokens: 200 }] },
    );
    expect(policy.decide(0, 0)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(0);
    expect(policy.decide(1, 0)).toBe(ADMIT);
    expect(policy.decide(2, 0)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(1);
  });

  test('per tenant: one tenant’s burst does not cost another', () => {
    const policy = make(
      tokenBucket,
      { rate: '1/s', per: 'tenant' },
      { tasks: [{ tenant: 0 }, { tenant: 1 }], tenants: ['acme', 'zeta'] },
    );
    expect([policy.decide(0, 0), policy.decide(0, 0), policy.decide(1, 0)]).toEqual([ADMIT, REFUSE, ADMIT]);
  });
});
