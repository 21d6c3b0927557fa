import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LeakyBucket, leakyBucket, OVERFLOW } from '../../../src/policies/admission/leaky-bucket.js';
import { ADMIT, REFUSE } from '../../../src/policies/points.js';
import { make } from '../make.js';

test('nginx’s rate=10r/s burst=5: of 8 requests at once, 6 go 100 ms apart and 2 are refused', () => {
  const bucket = new LeakyBucket(10, 5);
  const waits = Array.from({ length: 8 }, () => bucket.offer(3, 1));
  expect(waits).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5, OVERFLOW, OVERFLOW]);
});

test('a slot that has passed makes room for one more', () => {
  const bucket = new LeakyBucket(10, 2);
  expect([0, 0, 0, 0].map((nowS) => bucket.offer(nowS, 1))).toEqual([0, 0.1, 0.2, OVERFLOW]);
  expect(bucket.overflowS).toBeCloseTo(0.1, 12);
  expect(bucket.offer(0.1, 1)).toBeCloseTo(0.2, 12);
  expect(bucket.offer(0.1, 1)).toBe(OVERFLOW);
});

test('capacity 0: a request passes only when the slot before it is over', () => {
  const bucket = new LeakyBucket(3, 0);
  expect([0, 0.3, 1 / 3, 2 / 3, 0.9].map((nowS) => bucket.offer(nowS, 1) === OVERFLOW)).toEqual([
    false,
    true,
    false,
    false,
    true,
  ]);
});

test('whatever comes in, requests leave at least 1/rate apart and in order', () => {
  const gapsMs = fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 2, maxLength: 80 });
  fc.assert(
    fc.property(gapsMs, (gaps) => {
      const bucket = new LeakyBucket(7, 4);
      let nowS = 0;
      let lastOutS = Number.NEGATIVE_INFINITY;
      for (const gapMs of gaps) {
        nowS += gapMs / 1000;
        const waitS = bucket.offer(nowS, 1);
        if (waitS === OVERFLOW) continue;
        expect(waitS).toBeLessThanOrEqual(4 / 7 + 1e-9);
        expect(nowS + waitS - lastOutS).toBeGreaterThanOrEqual(1 / 7 - 1e-9);
        lastOutS = nowS + waitS;
      }
    }),
  );
});

test('as an admission policy: waits are seconds, and a refusal says when there is room', () => {
  const policy = make(leakyBucket, { rate: '2/s', capacity: 1 }, { tasks: [{}] });
  expect([0, 0, 0].map((nowS) => policy.decide(0, nowS))).toEqual([ADMIT, 0.5, REFUSE]);
  expect(policy.retryAfterS).toBe(0.5);
});

test('by tokens: a long request delays the next by its length', () => {
  const policy = make(
    leakyBucket,
    { rate: '100/s', capacity: 1000, cost: 'tokens' },
    { tasks: [{ promptTokens: 400, outputTokens: 100 }, { outputTokens: 50 }] },
  );
  expect([policy.decide(0, 0), policy.decide(1, 0), policy.decide(1, 0)]).toEqual([ADMIT, 5, 5.5]);
});
