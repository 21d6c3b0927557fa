/**
 * The rate limiters' originals written down once more from their sources in the plainest form, in whole nanoseconds or
 * milliseconds as there, and compared with the policies request by request.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { VirtualScheduler } from '../../../src/policies/admission/gcra.js';
import { LeakyBucket, OVERFLOW } from '../../../src/policies/admission/leaky-bucket.js';
import { IMPOSSIBLE, TokenBucket } from '../../../src/policies/admission/token-bucket.js';

const RUNS = 600;
const SECOND = 1_000_000_000;

/** golang.org/x/time/rate: reserveN and advance, with durations as whole nanoseconds. */
class GoLimiter {
  private tokens: number;
  private last = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly limit: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** The wait, or -1 where the reservation is not ok. */
  reserveN(now: number, n: number, maxFutureReserve: number): number {
    const last = now < this.last ? now : this.last;
    // Without a last event the bucket is full.
    const elapsed = Number.isFinite(last) ? now - last : 0;
    const seconds = Math.trunc(elapsed / SECOND) + (elapsed % SECOND) / 1e9;
    let tokens = this.tokens + seconds * this.limit;
    if (tokens > this.burst) tokens = this.burst;
    tokens -= n;
    let wait = 0;
    if (tokens < 0) wait = Math.trunc((-tokens / this.limit) * SECOND);
    if (!(n <= this.burst && wait <= maxFutureReserve)) return -1;
    this.last = now;
    this.tokens = tokens;
    return wait;
  }
}

test('token bucket: AllowN and ReserveN of golang.org/x/time/rate, to the nanosecond', () => {
  const limit = fc.oneof(
    fc.constantFrom(1, 10, 33.3, 1e6),
    fc.integer({ min: 1, max: 100_000 }).map((n) => n / 1000),
  );
  const request = fc.record({
    // Same instant, nanoseconds, fractions of a second, whole seconds, and a day of rest.
    gap: fc.oneof(
      fc.constant(0),
      fc.nat(3),
      fc.nat(SECOND),
      fc.nat(9).map((s) => s * SECOND),
      fc.constant(86_400 * SECOND),
    ),
    backwards: fc.oneof(
      { weight: 30, arbitrary: fc.constant(false) },
      { weight: 1, arbitrary: fc.constant(true) },
    ),
    share: fc.integer({ min: 0, max: 12 }),
    maxWait: fc.constantFrom(0, 1, 570_000_000, 1_100_000_000, 5 * SECOND, Number.POSITIVE_INFINITY),
  });
  fc.assert(
    fc.property(
      limit,
      fc.integer({ min: 1, max: 50 }),
      fc.array(request, { maxLength: 120 }),
      (rateHz, burst, requests) => {
        const bucket = new TokenBucket(rateHz, burst);
        const library = new GoLimiter(rateHz, burst);
        let now = 0;
        for (const { gap, backwards, share, maxWait } of requests) {
          now = backwards ? Math.max(0, now - gap) : now + gap;
          const n = Math.floor((burst * share) / 10);
          const wait = library.reserveN(now, n, maxWait);
          expect(bucket.reserve(now / SECOND, n, maxWait / SECOND)).toBe(
            wait === -1 ? IMPOSSIBLE : wait / SECOND,
          );
        }
      },
    ),
    { numRuns: RUNS },
  );
});

/** redis-cell, src/cell/mod.rs, `rate_limit`: whole nanoseconds. */
class RedisCell {
  private tat: number | undefined;
  private readonly tolerance: number;

  constructor(
    private readonly emissionInterval: number,
    maxBurst: number,
  ) {
    this.tolerance = emissionInterval * (maxBurst + 1);
  }

  rateLimit(now: number, quantity: number): { limited: boolean; retryAfter: number; resetAfter: number } {
    const increment = this.emissionInterval * quantity;
    const tat = this.tat ?? now;
    const newTat = now > tat ? now + increment : tat + increment;
    const difference = now - (newTat - this.tolerance);
    if (difference < 0) {
      const retryAfter = increment <= this.tolerance ? -difference : -1;
      return { limited: true, retryAfter, resetAfter: Math.max(0, tat - now) };
    }
    this.tat = newTat;
    return { limited: false, retryAfter: -1, resetAfter: newTat - now };
  }
}

test('gcra: redis-cell, on requests at whole microseconds', () => {
  const request = fc.record({
    gap: fc.oneof(fc.nat(2_000), fc.nat(3_000_000), fc.constantFrom(0, 250_000, 100_000_000)),
    quantity: fc.nat(12),
    returns: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom(1_000, 50_000, 250_000, 1_000_000, 7_000_000),
      fc.nat(9),
      fc.array(request, { maxLength: 120 }),
      (intervalUs, maxBurst, requests) => {
        const policy = new VirtualScheduler(intervalUs / 1e6, ((maxBurst + 1) * intervalUs) / 1e6);
        const library = new RedisCell(intervalUs * 1000, maxBurst);
        let nowUs = 0;
        let retryUs = 0;
        for (const { gap, quantity, returns } of requests) {
          // Now and then at exactly the moment that the library has named.
          nowUs += returns && retryUs > 0 ? retryUs : gap;
          const { limited, retryAfter, resetAfter } = library.rateLimit(nowUs * 1000, quantity);
          expect(policy.conforms(nowUs / 1e6, quantity)).toBe(!limited);
          expect(policy.resetAfterS(nowUs / 1e6)).toBeCloseTo(resetAfter / 1e9, 9);
          if (retryAfter > 0) expect(policy.earlyS).toBeCloseTo(retryAfter / 1e9, 9);
          retryUs = retryAfter / 1000;
        }
      },
    ),
    { numRuns: RUNS },
  );
});

/** nginx, ngx_http_limit_req_lookup and _account: excess in thousandths of a request, times in milliseconds. */
class NginxLimitReq {
  private excess: number | undefined;
  private last = 0;

  constructor(
    /** Requests per second. */
    private readonly rate: number,
    private readonly burst: number,
  ) {}

  /** The delay, ms, or -1 for a refusal. */
  request(now: number): number {
    let excess = 0;
    if (this.excess !== undefined) {
      excess = this.excess - Math.trunc((this.rate * 1000 * (now - this.last)) / 1000) + 1000;
      if (excess < 0) excess = 0;
    }
    if (excess > this.burst * 1000) return -1;
    this.excess = excess;
    this.last = now;
    return (excess * 1000) / (this.rate * 1000);
  }
}

test('leaky bucket: limit_req of nginx, on requests at whole milliseconds', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 1000 }),
      fc.nat(20),
      fc.array(fc.oneof(fc.nat(5), fc.nat(400), fc.constantFrom(0, 100_000)), { maxLength: 150 }),
      (rate, burst, gaps) => {
        const policy = new LeakyBucket(rate, burst);
        const library = new NginxLimitReq(rate, burst);
        let nowMs = 0;
        for (const gap of gaps) {
          nowMs += gap;
          const delayMs = library.request(nowMs);
          const waitS = policy.offer(nowMs / 1000, 1);
          if (delayMs === -1) expect(waitS).toBe(OVERFLOW);
          else expect(waitS).toBeCloseTo(delayMs / 1000, 9);
        }
      },
    ),
    { numRuns: RUNS },
  );
});
