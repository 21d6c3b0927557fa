/**
 * Retry budgets and back-offs written down once more from their sources in the plainest form, and compared with the
 * policies on random settings and sequences.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GIVE_UP, PASS } from '../../../src/policies/points.js';
import { FinagleBudget, retryBudget } from '../../../src/policies/retry/budget.js';
import { exponentialRetry } from '../../../src/policies/retry/exponential.js';
import { make } from '../make.js';
import { always, failure } from '../retry/failure.js';

const RUNS = 500;

/** WindowedAdder of twitter/util, line by line. */
class WindowedAdder {
  private writer = 0;
  private readonly buf: number[];
  private i = 0;
  private old = 0;

  constructor(
    private readonly window: number,
    private readonly n: number,
    private readonly now: () => number,
  ) {
    this.buf = new Array<number>(n).fill(0);
  }

  private expired(): void {
    this.buf[this.i] = this.writer;
    this.writer = 0;
    this.i = (this.i + 1) % this.n;
    const skip = Math.min(Math.trunc((this.now() - this.old) / this.window) - 1, this.n);
    if (skip > 0) {
      const r = Math.min(skip, this.n - this.i);
      this.buf.fill(0, this.i, this.i + r);
      this.buf.fill(0, 0, skip - r);
      this.i = (this.i + skip) % this.n;
    }
    this.old = this.now();
  }

  add(x: number): void {
    if (this.now() - this.old >= this.window) this.expired();
    this.writer += x;
  }

  sum(): number {
    if (this.now() - this.old >= this.window) this.expired();
    return this.writer + this.buf.reduce((a, b) => a + b, 0);
  }
}

/** RetryBudget.apply of Finagle with TokenBucket.newLeakyBucket of twitter/util. */
class ScalaBudget {
  private readonly depositAmount: number;
  private readonly withdrawalAmount: number;
  private readonly reserve: number;
  private readonly w: WindowedAdder;

  constructor(ttlMs: number, minRetriesPerSec: number, percentCanRetry: number, now: () => number) {
    this.depositAmount = percentCanRetry === 0 ? 0 : 1000;
    this.withdrawalAmount = percentCanRetry === 0 ? 1 : Math.trunc(1000 / percentCanRetry);
    this.reserve = minRetriesPerSec * Math.trunc(ttlMs / 1000) * this.withdrawalAmount;
    this.w = new WindowedAdder(Math.trunc(ttlMs / 10), 9, now);
  }

  deposit(): void {
    this.w.add(this.depositAmount);
  }

  tryWithdraw(): boolean {
    const ok = this.w.sum() + this.reserve >= this.withdrawalAmount;
    if (ok) this.w.add(-this.withdrawalAmount);
    return ok;
  }
}

test('RetryBudget of Finagle: every request and retry at whole milliseconds', () => {
  const event = fc.record({
    gapMs: fc.oneof(fc.nat(20), fc.nat(900), fc.constantFrom(0, 100, 1000, 2000), fc.nat(70_000)),
    isRetry: fc.boolean(),
    times: fc.integer({ min: 1, max: 5 }),
    isLookedAt: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.oneof(fc.constantFrom(1000, 10_000, 60_000), fc.integer({ min: 1000, max: 60_000 })),
      fc.nat(3),
      fc.constantFrom(0, 0.01, 0.1, 0.2, 0.3, 1, 2, 7.5),
      fc.array(event, { maxLength: 120 }),
      (ttlMs, minRetriesPerSec, percentCanRetry, events) => {
        fc.pre(minRetriesPerSec > 0 || percentCanRetry > 0);
        let nowMs = 0;
        const policy = new FinagleBudget({ ttl: ttlMs / 1000, minRetriesPerSec, percentCanRetry });
        const library = new ScalaBudget(ttlMs, minRetriesPerSec, percentCanRetry, () => nowMs);
        for (const { gapMs, isRetry, times, isLookedAt } of events) {
          nowMs += gapMs;
          const nowS = nowMs / 1000;
          // Looking at the balance for a record changes nothing.
          if (isLookedAt) policy.state(nowS);
          for (let i = 0; i < times; i++) {
            if (!isRetry) {
              policy.requested(nowS);
              library.deposit();
              continue;
            }
            const allows = policy.allows(nowS);
            if (allows) policy.retried(nowS);
            expect(allows).toBe(library.tryWithdraw());
          }
        }
      },
    ),
    { numRuns: RUNS },
  );
});

/** The balance for the record is what the next reading of the clock would find. */
test('the balance that is shown is the one that decides', () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ gapMs: fc.nat(2500), deposits: fc.nat(4) }), { maxLength: 40 }),
      (events) => {
        const policy = new FinagleBudget({ ttl: 10, minRetriesPerSec: 0, percentCanRetry: 0.5 });
        let nowS = 0;
        for (const { gapMs, deposits } of events) {
          nowS += gapMs / 1000;
          for (let i = 0; i < deposits; i++) policy.requested(nowS);
          const shown = policy.state(nowS).balance! >= 1;
          expect(policy.allows(nowS)).toBe(shown);
          if (shown) policy.retried(nowS);
        }
      },
    ),
  );
});

test('retry throttling of gRPC, gRFC A6: thousandths of tokens', () => {
  const settings = fc.record({
    maxTokens: fc.integer({ min: 1, max: 1000 }),
    // In ten-thousandths: the fourth digit is ignored, 0.5466 is treated as 0.546.
    ratio: fc.oneof(fc.integer({ min: 10, max: 30_000 }), fc.constantFrom(5466, 1000, 5700, 2900)),
  });
  const events = fc.array(fc.record({ succeeds: fc.boolean(), times: fc.integer({ min: 1, max: 60 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(settings, events, ({ maxTokens, ratio }, outcomes) => {
      const policy = make(
        retryBudget,
        { grpc: { maxTokens, tokenRatio: ratio / 10_000 } },
        { tasks: [{ sent: 1 }] },
      );
      const most = maxTokens * 1000;
      let tokenCount = most;
      for (const { succeeds, times } of outcomes)
        for (let i = 0; i < times; i++) {
          if (succeeds) {
            policy.onAttemptEnd?.(0, 'completed', 0);
            tokenCount = Math.min(most, tokenCount + Math.trunc(ratio / 10));
          } else {
            tokenCount = Math.max(0, tokenCount - 1000);
            expect(policy.decide(0, failure(), 0)).toBe(tokenCount > most / 2 ? PASS : GIVE_UP);
          }
        }
    }),
    { numRuns: RUNS },
  );
});

describe('the back-offs of "Exponential Backoff And Jitter", with random_between(a, b) = a + (b - a) u', () => {
  const between = (a: number, b: number, u: number) => a + (b - a) * u;
  const settings = fc.record({
    base: fc.integer({ min: 1, max: 400 }).map((n) => n / 64),
    cap: fc.integer({ min: 0, max: 4000 }).map((n) => n / 64),
    attempts: fc.integer({ min: 1, max: 40 }),
    u: fc.integer({ min: 0, max: 1023 }).map((n) => n / 1024),
  });
  const formulas = {
    none: (window: number) => window,
    full: (window: number, u: number) => between(0, window, u),
    equal: (window: number, u: number) => window / 2 + between(0, window / 2, u),
  };

  test.each(['none', 'full', 'equal'] as const)('%s', (jitter) => {
    fc.assert(
      fc.property(settings, ({ base, cap, attempts, u }) => {
        const policy = make(exponentialRetry, { base, cap, jitter, maxAttempts: 100 });
        for (let attempt = 0; attempt < attempts; attempt++) {
          const waitS = policy.decide(0, failure({ attempt: attempt + 1, random: always(u) }), 0);
          expect(waitS).toBeCloseTo(formulas[jitter](Math.min(cap, base * 2 ** attempt), u), 9);
        }
      }),
      { numRuns: RUNS },
    );
  });

  test('decorrelated', () => {
    fc.assert(
      fc.property(settings, ({ base, cap, attempts, u }) => {
        fc.pre(cap >= base);
        const policy = make(exponentialRetry, { base, cap, jitter: 'decorrelated', maxAttempts: 100 });
        let sleep = base;
        let previousS = 0;
        for (let attempt = 1; attempt <= attempts; attempt++) {
          sleep = Math.min(cap, between(base, sleep * 3, u));
          previousS = policy.decide(0, failure({ attempt, previousS, random: always(u) }), 0);
          expect(previousS).toBeCloseTo(sleep, 9);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
