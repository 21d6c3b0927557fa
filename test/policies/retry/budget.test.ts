import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GIVE_UP, PASS, type RetryPolicy } from '../../../src/policies/points.js';
import { FinagleBudget, retryBudget } from '../../../src/policies/retry/budget.js';
import { make } from '../make.js';
import { failure } from './failure.js';

const budget = (parameters: object, sent = 1): RetryPolicy =>
  make(retryBudget, { ...parameters }, { tasks: [{ sent }] });
const fails = (policy: RetryPolicy, nowS = 0): boolean => policy.decide(0, failure(), nowS) === PASS;
const succeeds = (policy: RetryPolicy, times: number): void => {
  for (let i = 0; i < times; i++) policy.onAttemptEnd?.(0, 'completed', 0);
};

describe('grpc, by gRFC A6', () => {
  test('of ten tokens four failures leave more than half; the fifth retry is refused, and all until successes', () => {
    const policy = budget({ grpc: {} });
    expect([1, 2, 3, 4].map(() => fails(policy))).toEqual([true, true, true, true]);
    expect([5, 6].map(() => fails(policy))).toEqual([false, false]);
    // 4 tokens. Ten successes are one: 6 and the failure leaves 5, which is not more than half; then 5.1 is.
    succeeds(policy, 20);
    expect(fails(policy)).toBe(false);
    succeeds(policy, 10);
    expect(fails(policy)).toBe(false);
    succeeds(policy, 11);
    expect(fails(policy)).toBe(true);
  });

  test('the bucket neither overflows nor goes below nothing', () => {
    const full = budget({ grpc: {} });
    succeeds(full, 1000);
    expect([1, 2, 3, 4, 5].map(() => fails(full))).toEqual([true, true, true, true, false]);
    const empty = budget({ grpc: { maxTokens: 4, tokenRatio: 1 } });
    for (let i = 0; i < 100; i++) fails(empty);
    succeeds(empty, 4);
    expect(fails(empty)).toBe(true);
  });

  test('a retry by itself costs nothing: the failures do', () => {
    const policy = budget({ grpc: {} });
    for (let i = 0; i < 50; i++) policy.granted?.(0, 0);
    expect(fails(policy)).toBe(true);
  });

  test('what it does not guard is no failure to it', () => {
    const policy = budget({ grpc: {}, on: ['timed-out'] });
    for (let i = 0; i < 50; i++) expect(fails(policy)).toBe(true);
    expect(policy.why?.(0, 0)).toEqual({ reason: 'failure-not-guarded' });
    expect(policy.decide(0, failure({ kind: 'timed-out' }), 0)).toBe(PASS);
  });

  test('it says how many tokens there were, and counts what it refused', () => {
    const policy = budget({ grpc: { maxTokens: 2 } });
    expect(fails(policy)).toBe(false);
    expect(policy.why?.(0, 0)).toEqual({ reason: 'budget-exhausted', numbers: { tokens: 1, threshold: 1 } });
    expect(policy.measures?.(0)).toEqual({ retries_allowed: 0, retries_refused: 1, tokens: 1, threshold: 1 });
    policy.beginMeasuring?.(0);
    expect(policy.measures?.(0)).toMatchObject({ retries_refused: 0 });
  });
});

describe('finagle, by the tests of RetryBudget', () => {
  /** Ten thousand requests at once, each retried if it may be. */
  const retriesOf = (ttl: number, minRetriesPerSec: number, percentCanRetry: number): number => {
    const one = new FinagleBudget({ ttl, minRetriesPerSec, percentCanRetry });
    let retries = 0;
    for (let i = 0; i < 10_000; i++) {
      one.requested(0);
      if (!one.allows(0)) continue;
      one.retried(0);
      retries++;
    }
    return retries;
  };

  test.each([0.1, 0.5, 0.25, 0.75, 0.99, 0.999, 0.01, 0.001])('%d of the requests are retried', (share) => {
    // One more or fewer, or what rounding the cost of a retry to a thousandth of a deposit makes.
    const rounding = (10_000 * share * share) / 1000;
    expect(Math.abs(retriesOf(60, 0, share) - 10_000 * share)).toBeLessThanOrEqual(1 + rounding);
  });

  test('the reserve is for so many retries per second of the ttl', () => {
    expect(retriesOf(1, 10, 0)).toBe(10);
    expect(retriesOf(2, 5, 0)).toBe(10);
    expect(retriesOf(1, 10, 0.1)).toBe(1010);
    expect(retriesOf(2, 5, 0.5)).toBe(5010);
    expect(retriesOf(60, 0, 0)).toBe(0);
  });

  test('deposits and retries are forgotten after the ttl, so the reserve comes back', () => {
    const one = new FinagleBudget({ ttl: 10, minRetriesPerSec: 1, percentCanRetry: 1 });
    for (let i = 0; i < 5; i++) one.requested(0);
    expect(one.state(0)).toEqual({ balance: 15 });
    for (let i = 0; i < 15; i++) one.retried(4);
    expect(one.allows(4)).toBe(false);
    // At 10 s the requests are gone and the retries are not yet; at 14 s these are gone too.
    expect(one.state(9.9)).toEqual({ balance: 0 });
    expect(one.state(10)).toEqual({ balance: -5 });
    expect(one.state(13.9)).toEqual({ balance: -5 });
    expect(one.state(14)).toEqual({ balance: 10 });
  });

  test('within any ttl there are no more retries than the reserve and the share of the requests', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ gap: fc.integer({ min: 0, max: 30 }), isRetry: fc.boolean() }), {
          maxLength: 200,
        }),
        fc.integer({ min: 0, max: 2 }),
        fc.constantFrom(0.1, 0.5, 1),
        (events, minRetriesPerSec, percentCanRetry) => {
          const one = new FinagleBudget({ ttl: 10, minRetriesPerSec, percentCanRetry });
          const made: { atS: number; isRetry: boolean }[] = [];
          let nowS = 0;
          for (const { gap, isRetry } of events) {
            nowS += gap / 10;
            if (isRetry && !one.allows(nowS)) continue;
            if (isRetry) one.retried(nowS);
            else one.requested(nowS);
            made.push({ atS: nowS, isRetry });
            // Slices are a second long: what is older than the ttl is gone, what is younger by one slice is not.
            const retries = made.filter((past) => past.isRetry && past.atS > nowS - 9).length;
            const requests = made.filter((past) => !past.isRetry && past.atS > nowS - 19).length;
            const allowed = 10 * minRetriesPerSec + percentCanRetry * requests;
            expect(retries).toBeLessThanOrEqual(allowed + 1e-9);
          }
        },
      ),
    );
  });

  test('a request is deposited once, however often the client sends it', () => {
    const parameters = { finagle: { minRetriesPerSec: 0, percentCanRetry: 1 } };
    const [first, again] = [budget(parameters), budget(parameters, 2)];
    first.onAttemptEnd?.(0, 'error', 0);
    again.onAttemptEnd?.(0, 'error', 0);
    expect([fails(first), fails(again)]).toEqual([true, false]);
  });

  test('only a retry that is granted is paid for', () => {
    const policy = budget({ finagle: { minRetriesPerSec: 1, ttl: 1, percentCanRetry: 0 } });
    expect([fails(policy), fails(policy)]).toEqual([true, true]);
    policy.granted?.(0, 0);
    expect(policy.decide(0, failure(), 0)).toBe(GIVE_UP);
    expect(policy.measures?.(0)).toEqual({ retries_allowed: 1, retries_refused: 1, balance: 0 });
  });

  test('it is the budget where none is named: a hundred retries in reserve, and then a fifth of the requests', () => {
    const policy = budget({});
    expect(policy.measures?.(0)).toMatchObject({ balance: 100 });
    succeeds(policy, 5);
    expect(policy.measures?.(0)).toMatchObject({ balance: 101 });
  });
});

test('two budgets at once, or a ttl that Finagle refuses, are refused with the reason', () => {
  const error = (parameters: object) =>
    retryBudget.parameters.safeParse(parameters).error?.issues[0]?.message;
  expect(error({ grpc: {}, finagle: {} })).toContain('not both');
  expect(error({ finagle: { ttl: '2m' } })).toBe('expected a duration between 1s and 60s');
  expect(error({ grpc: { maxTokens: 1001 } })).toBe('expected a whole number of at most 1000');
});

test('a retry that costs more than a whole number can hold costs the most that one can', () => {
  const budget = new FinagleBudget({ ttl: 10, minRetriesPerSec: 10, percentCanRetry: 5e-324 });
  budget.requested(0);
  for (const value of Object.values(budget.state(0))) expect(Number.isFinite(value)).toBe(true);
});
