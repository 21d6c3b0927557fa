import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CircuitBreaker, SlidingWindow } from '../../../src/policies/admission/breaker-state.js';
import { circuitBreaker } from '../../../src/policies/admission/circuit-breaker.js';
import { breakerVectorFiles, compareBreaker } from '../../oracles/circuit-breaker.js';
import { fakeRuntime } from '../fake-runtime.js';

describe('every permission and state is that of resilience4j', () => {
  test('all of its files are compared', () => {
    expect(breakerVectorFiles()).toHaveLength(8);
  });

  test.each(breakerVectorFiles())('%s', (file) => {
    expect(compareBreaker(file)).toEqual({ rows: 600 });
  });
});

function breakerWith(parameters: Readonly<Record<string, unknown>>, runtime = fakeRuntime()): CircuitBreaker {
  return new CircuitBreaker(circuitBreaker.parameters.parse(parameters), runtime);
}

/** A call that is permitted and ends at once. */
function call(breaker: CircuitBreaker, nowS: number, failed: boolean, durationS = 0): void {
  expect(breaker.permit(nowS)).toBe(true);
  breaker.record(nowS, durationS, failed);
}

/** Opens at 0 s and is half-open after the wait of 5 s, with one of its trial calls permitted. */
const SMALL = { slidingWindowSize: 2, minimumNumberOfCalls: 2, waitDurationInOpenState: '5s' };
function halfOpen(parameters: Readonly<Record<string, unknown>>, runtime = fakeRuntime()): CircuitBreaker {
  const breaker = breakerWith({ ...SMALL, ...parameters }, runtime);
  call(breaker, 0, true);
  call(breaker, 0, true);
  expect(breaker.state).toBe('open');
  expect(breaker.permit(6)).toBe(true);
  expect(breaker.state).toBe('half-open');
  return breaker;
}

describe('the examples of the library’s own CircuitBreakerStateMachineTest', () => {
  const CONFIGURATION = {
    failureRateThreshold: '50%',
    slowCallRateThreshold: '50%',
    slowCallDurationThreshold: '4s',
    slidingWindowType: 'time-based',
    slidingWindowSize: 5,
    minimumNumberOfCalls: 5,
    waitDurationInOpenState: '5s',
    permittedNumberOfCallsInHalfOpenState: 4,
  };

  test('three failures in five calls open it, at the fifth', () => {
    const breaker = breakerWith(CONFIGURATION);
    for (const failed of [true, true, true, false]) call(breaker, 0, failed);
    expect(breaker.state).toBe('closed');
    call(breaker, 0, false);
    expect(breaker.state).toBe('open');
    expect(breaker.permit(0)).toBe(false);
  });

  test('three slow calls in five open it, whether they failed or not', () => {
    const breaker = breakerWith(CONFIGURATION);
    call(breaker, 0, true, 5);
    call(breaker, 0, false, 5);
    call(breaker, 0, true, 0.1);
    call(breaker, 0, false, 0.1);
    expect(breaker.state).toBe('closed');
    call(breaker, 0, false, 5);
    expect(breaker.state).toBe('open');
  });

  test('only four calls are permitted half-open, and one that is released is permitted again', () => {
    const breaker = breakerWith(CONFIGURATION);
    for (let i = 0; i < 5; i++) call(breaker, 0, true);
    expect([1, 2, 3, 4, 5, 6].map(() => breaker.permit(6))).toEqual([true, true, true, true, false, false]);
    breaker.release();
    expect([breaker.permit(6), breaker.permit(6)]).toEqual([true, false]);
  });
});

describe('thresholds', () => {
  test('a share of exactly the threshold opens, a duration of exactly the threshold is not slow', () => {
    const failing = breakerWith({ slidingWindowSize: 10, failureRateThreshold: '30%' });
    for (let i = 0; i < 10; i++) call(failing, 0, i < 3);
    expect(failing.state).toBe('open');

    const slow = breakerWith({ ...SMALL, slowCallDurationThreshold: '2s' });
    for (let i = 0; i < 4; i++) call(slow, 0, false, 2);
    expect(slow.state).toBe('closed');
    call(slow, 0, false, 2.000000001);
    call(slow, 0, false, 2.000000001);
    expect(slow.state).toBe('open');
  });

  test('no number of failures opens it below the minimum of calls', () => {
    const breaker = breakerWith({ slidingWindowType: 'time-based', minimumNumberOfCalls: 50 });
    for (let i = 0; i < 49; i++) call(breaker, 0, true);
    expect(breaker.state).toBe('closed');
    call(breaker, 0, true);
    expect(breaker.state).toBe('open');
  });

  test('the minimum of a count-based window is at most its size', () => {
    const breaker = breakerWith({ slidingWindowSize: 3 });
    for (let i = 0; i < 3; i++) call(breaker, 0, true);
    expect(breaker.state).toBe('open');
  });

  test('rates are float32 as in the library: 1 of 3 reaches 33.3333335%, but not 33.333334%, the next float32', () => {
    const stateAt = (failureRateThreshold: number) => {
      const breaker = breakerWith({ slidingWindowSize: 3, failureRateThreshold });
      for (let i = 0; i < 3; i++) call(breaker, 0, i === 0);
      return breaker.state;
    };
    expect(stateAt(0.333333335)).toBe('open');
    expect(stateAt(0.33333334)).toBe('closed');
  });
});

describe('open', () => {
  test('lasts through the last instant of the wait, to the nanosecond', () => {
    const breaker = breakerWith(SMALL);
    call(breaker, 0.304, true);
    call(breaker, 0.304, true);
    expect(breaker.permit(5.304)).toBe(false);
    expect(breaker.retryAfterS(5.304)).toBe(1e-9);
    expect(breaker.permit(5.304000001)).toBe(true);
  });

  test('a late result of a call permitted before changes nothing', () => {
    const breaker = breakerWith(SMALL);
    breaker.permit(0);
    call(breaker, 0, true);
    call(breaker, 0, true);
    breaker.record(1, 0, false);
    breaker.record(1, 0, true);
    expect(breaker.state).toBe('open');
    expect(breaker.permit(5)).toBe(false);
    expect(breaker.permit(5.1)).toBe(true);
  });

  test('without a call it stays open for ever, unless it goes half-open by itself', () => {
    const idle = fakeRuntime();
    const waiting = breakerWith(SMALL, idle);
    const automatic = breakerWith({ ...SMALL, automaticHalfOpen: true }, idle);
    for (const breaker of [waiting, waiting, automatic, automatic]) call(breaker, 0, true);
    idle.advanceTo(100);
    expect([waiting.state, automatic.state]).toEqual(['open', 'half-open']);
    expect(waiting.openS(100)).toBe(100);
    expect(automatic.openS(100)).toBe(5);
  });
});

describe('half-open', () => {
  test('closes on results below the thresholds, with an empty window', () => {
    const breaker = halfOpen({ permittedNumberOfCallsInHalfOpenState: 2 });
    breaker.record(6, 0, false);
    call(breaker, 6, false);
    expect(breaker.state).toBe('closed');
    call(breaker, 6, true);
    expect(breaker.state).toBe('closed');
  });

  test('opens again on results that reach a threshold, for the whole wait', () => {
    const breaker = halfOpen({ permittedNumberOfCallsInHalfOpenState: 2 });
    breaker.record(6, 0, true);
    call(breaker, 7, false);
    expect(breaker.state).toBe('open');
    expect(breaker.permit(12)).toBe(false);
    expect(breaker.permit(12.1)).toBe(true);
    expect(breaker.timesOpened).toBe(2);
  });

  test('decides on fewer results than it permits calls where the minimum is smaller', () => {
    const breaker = halfOpen({ permittedNumberOfCallsInHalfOpenState: 10 });
    breaker.record(6, 0, false);
    expect(breaker.state).toBe('half-open');
    call(breaker, 6, false);
    expect(breaker.state).toBe('closed');
  });

  test('counts calls even where the window of the closed state counts seconds', () => {
    const breaker = halfOpen({
      slidingWindowType: 'time-based',
      permittedNumberOfCallsInHalfOpenState: 2,
    });
    breaker.record(6, 0, false);
    call(breaker, 600, false);
    expect(breaker.state).toBe('closed');
  });

  test('takes the late result of a call permitted while closed for one of its own', () => {
    const breaker = halfOpen({ permittedNumberOfCallsInHalfOpenState: 2 });
    breaker.record(6, 0, false);
    breaker.record(6, 0, false);
    expect(breaker.state).toBe('closed');
  });

  test('does not wait longer than it may', () => {
    const runtime = fakeRuntime();
    runtime.advanceTo(6);
    const breaker = halfOpen({ maxWaitDurationInHalfOpenState: '3s' }, runtime);
    runtime.advanceTo(8.9);
    expect(breaker.state).toBe('half-open');
    runtime.advanceTo(9);
    expect(breaker.state).toBe('open');
    expect(breaker.permit(14)).toBe(false);
    expect(breaker.permit(14.1)).toBe(true);
  });

  test('the limit on its time is off once it has decided', () => {
    const runtime = fakeRuntime();
    runtime.advanceTo(6);
    const breaker = halfOpen(
      { maxWaitDurationInHalfOpenState: '3s', permittedNumberOfCallsInHalfOpenState: 1 },
      runtime,
    );
    breaker.record(7, 0, false);
    runtime.advanceTo(100);
    expect(breaker.state).toBe('closed');
  });
});

test('a window counts the outcomes of its last calls, or of its last whole seconds', () => {
  const outcome = fc.record({
    gapMs: fc.oneof(fc.nat(400), fc.nat(9000)),
    failed: fc.boolean(),
    slow: fc.boolean(),
  });
  fc.assert(
    fc.property(
      fc.constantFrom('count-based' as const, 'time-based' as const),
      fc.integer({ min: 1, max: 6 }),
      fc.nat(5000),
      fc.array(outcome, { maxLength: 60 }),
      (type, size, startMs, outcomes) => {
        const window = new SlidingWindow(type, size, startMs * 1e6);
        const all: { second: number; failed: boolean; slow: boolean }[] = [];
        let timeMs = startMs;
        for (const { gapMs, failed, slow } of outcomes) {
          timeMs += gapMs;
          const second = Math.floor(timeMs / 1000);
          all.push({ second, failed, slow });
          window.record(timeMs * 1e6, failed, slow);
          const inside =
            type === 'count-based' ? all.slice(-size) : all.filter((one) => one.second > second - size);
          expect([window.calls, window.failed, window.slow]).toEqual([
            inside.length,
            inside.filter((one) => one.failed).length,
            inside.filter((one) => one.slow).length,
          ]);
        }
      },
    ),
  );
});
