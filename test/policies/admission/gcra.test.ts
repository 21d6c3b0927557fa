import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { gcra, VirtualScheduler } from '../../../src/policies/admission/gcra.js';
import { TokenBucket } from '../../../src/policies/admission/token-bucket.js';
import { ADMIT, REFUSE } from '../../../src/policies/points.js';
import { make } from '../make.js';

/**
 * The table of redis-cell's test `it_rate_limits` (github.com/brandur/redis-cell, commit 109e616, src/cell/mod.rs),
 * itself that of throttled/throttled: limit 5, one per second. Columns: time s, quantity, reset after s, retry after
 * s (-1: none), limited.
 */
const REDIS_CELL: readonly (readonly [number, number, number, number, boolean])[] = [
  [0, 6, 0, -1, true],
  [0, 1, 1, -1, false],
  [0, 1, 2, -1, false],
  [0, 1, 3, -1, false],
  [0, 1, 4, -1, false],
  [0, 1, 5, -1, false],
  [0, 1, 5, 1, true],
  [3, 1, 3, -1, false],
  [3.1, 1, 3.9, -1, false],
  [4, 1, 4, -1, false],
  [8, 1, 1, -1, false],
  [9.5, 1, 1, -1, false],
  [9.5, 0, 1, -1, false],
  [9.5, 2, 3, -1, false],
  [9.5, 5, 3, 3, true],
];

test('decisions, resets and retries are those of redis-cell’s own table', () => {
  const scheduler = new VirtualScheduler(1, 5);
  for (const [nowS, quantity, resetS, retryS, limited] of REDIS_CELL) {
    expect(scheduler.conforms(nowS, quantity)).toBe(!limited);
    expect(scheduler.resetAfterS(nowS)).toBeCloseTo(resetS, 9);
    if (retryS > 0) expect(scheduler.earlyS).toBeCloseTo(retryS, 9);
  }
});

/** Quarters of a second and powers of two: all arithmetic is exact, so equal means equal. */
const requests = fc.array(
  fc.record({
    gapS: fc.integer({ min: 0, max: 12 }).map((n) => n / 4),
    cost: fc.integer({ min: 1, max: 6 }),
  }),
  { minLength: 1, maxLength: 80 },
);
const settings = fc.record({ rateHz: fc.constantFrom(0.5, 1, 2, 4), burst: fc.integer({ min: 1, max: 8 }) });

/** The other description of the algorithm in I.371: a bucket of X that drains while cells fill it. */
class ContinuousStateLeakyBucket {
  private x = 0;
  private lastConformanceS = 0;

  constructor(
    private readonly rateHz: number,
    private readonly capacity: number,
  ) {}

  conforms(nowS: number, cost: number): boolean {
    const drained = Math.max(0, this.x - (nowS - this.lastConformanceS) * this.rateHz);
    if (drained + cost > this.capacity) return false;
    this.x = drained + cost;
    this.lastConformanceS = nowS;
    return true;
  }
}

test.each([
  ['a continuous-state leaky bucket as a meter', ContinuousStateLeakyBucket],
  [
    'a token bucket of the same rate and burst',
    class {
      private readonly bucket: TokenBucket;
      constructor(rateHz: number, burst: number) {
        this.bucket = new TokenBucket(rateHz, burst);
      }
      conforms(nowS: number, cost: number): boolean {
        return this.bucket.allow(nowS, cost);
      }
    },
  ],
] as const)('decides as %s', (_, Other) => {
  fc.assert(
    fc.property(settings, requests, ({ rateHz, burst }, sequence) => {
      const scheduler = new VirtualScheduler(1 / rateHz, burst / rateHz);
      const other = new Other(rateHz, burst);
      let nowS = 0;
      for (const { gapS, cost } of sequence) {
        nowS += gapS;
        expect(scheduler.conforms(nowS, cost)).toBe(other.conforms(nowS, cost));
      }
    }),
  );
});

test('whoever comes back after exactly the Retry-After is let in, and a moment before is not', () => {
  const load = fc.array(fc.integer({ min: 0, max: 900 }), { minLength: 1, maxLength: 40 });
  fc.assert(
    fc.property(load, fc.integer({ min: 1, max: 5 }), (gapsMs, burst) => {
      const attempt = (afterRetryAfterS: number) => {
        const policy = make(gcra, { rate: '3/s', burst }, { tasks: [{}] });
        let nowS = 0;
        for (const gapMs of gapsMs) {
          nowS += gapMs / 1000;
          if (policy.decide(0, nowS) === REFUSE)
            return policy.decide(0, nowS + policy.retryAfterS + afterRetryAfterS);
        }
        return undefined;
      };
      fc.pre(attempt(0) !== undefined);
      expect(attempt(0)).toBe(ADMIT);
      expect(attempt(-1e-6)).toBe(REFUSE);
    }),
  );
});

describe('as an admission policy', () => {
  test('by tokens: what is over the burst can never be, and there is no use in coming back', () => {
    const policy = make(
      gcra,
      { rate: '6000/min', burst: 1000, cost: 'tokens' },
      { tasks: [{ promptTokens: 900, outputTokens: 200 }, { promptTokens: 900 }, { outputTokens: 200 }] },
    );
    expect(policy.decide(0, 0)).toBe(REFUSE);
    expect(policy.retryAfterS).toBe(0);
    expect(policy.why?.(0, 0).reason).toBe('over-burst');
    expect(policy.decide(1, 0)).toBe(ADMIT);
    expect(policy.decide(2, 0)).toBe(REFUSE);
    expect(policy.retryAfterS).toBeCloseTo(1, 9);
    expect(policy.why?.(2, 0)).toMatchObject({
      reason: 'too-early',
      numbers: { cost: 200, earlyS: policy.retryAfterS },
    });
  });

  test('per user: one user’s burst does not cost another', () => {
    const policy = make(gcra, { rate: '1/s', per: 'user' }, { tasks: [{ user: 0 }, { user: 1 }] });
    expect([policy.decide(0, 0), policy.decide(0, 0), policy.decide(1, 0)]).toEqual([ADMIT, REFUSE, ADMIT]);
  });
});
