/**
 * CircuitBreakerStateMachine of resilience4j 2.3.0 written down once more from the Java sources: one object a state,
 * windows as plain lists of results. Compared with the policy's breaker on random settings and sequences, with results
 * that come late, permissions given back, waits that are just over and jumps of time over many buckets. Times are
 * eighths of a second, so that timers on both clocks add up exactly.
 */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CircuitBreaker } from '../../../src/policies/admission/breaker-state.js';
import { circuitBreaker } from '../../../src/policies/admission/circuit-breaker.js';
import { fakeRuntime } from '../fake-runtime.js';

interface Settings {
  readonly failurePercent: number;
  readonly slowPercent: number;
  readonly slowMs: number;
  readonly type: 'count-based' | 'time-based';
  readonly size: number;
  readonly minimum: number;
  readonly waitMs: number;
  readonly multiplier: number;
  readonly maxWaitMs: number | undefined;
  readonly permitted: number;
  readonly halfOpenMs: number;
  readonly automatic: boolean;
}

type Result = 'below-minimum' | 'above' | 'below';

class Metrics {
  private results: { second: number; failed: boolean; slow: boolean }[] = [];
  private readonly minimum: number;

  constructor(
    private readonly s: Settings,
    private readonly type: Settings['type'],
    private readonly size: number,
  ) {
    this.minimum = type === 'count-based' ? Math.min(s.minimum, size) : s.minimum;
  }

  record(nowMs: number, durationMs: number, failed: boolean): Result {
    const second = Math.floor(nowMs / 1000);
    this.results.push({ second, failed, slow: durationMs > this.s.slowMs });
    this.results =
      this.type === 'count-based'
        ? this.results.slice(-this.size)
        : this.results.filter((one) => one.second > second - this.size);
    const calls = this.results.length;
    if (calls < this.minimum) return 'below-minimum';
    const rate = (some: number) => Math.fround(Math.fround(some * 100) / calls);
    const failureRate = rate(this.results.filter((one) => one.failed).length);
    const slowRate = rate(this.results.filter((one) => one.slow).length);
    const isAbove =
      failureRate >= Math.fround(this.s.failurePercent) || slowRate >= Math.fround(this.s.slowPercent);
    return isAbove ? 'above' : 'below';
  }
}

class JavaBreaker {
  state: 'closed' | 'open' | 'half-open' = 'closed';
  private metrics: Metrics;
  private attempts = 0;
  private retryAfterMs = 0;
  private permits = 0;
  private scheduled: { readonly atMs: number; readonly run: () => void } | undefined;

  constructor(private readonly s: Settings) {
    this.metrics = new Metrics(s, s.type, s.size);
  }

  /** What the scheduler does up to now. */
  runScheduled(nowMs: number): void {
    while (this.scheduled !== undefined && this.scheduled.atMs <= nowMs) {
      const { run } = this.scheduled;
      this.scheduled = undefined;
      run();
    }
  }

  tryAcquirePermission(nowMs: number): boolean {
    if (this.state === 'closed') return true;
    if (this.state === 'open') {
      if (!(nowMs > this.retryAfterMs)) return false;
      this.halfOpen(nowMs);
    }
    if (this.permits === 0) return false;
    this.permits--;
    return true;
  }

  releasePermission(): void {
    if (this.state === 'half-open') this.permits++;
  }

  onResult(nowMs: number, durationMs: number, failed: boolean): void {
    const result = this.metrics.record(nowMs, durationMs, failed);
    if (this.state === 'open') return;
    if (result === 'above') this.open(nowMs);
    else if (result === 'below' && this.state === 'half-open') this.close();
  }

  private close(): void {
    this.scheduled = undefined;
    this.state = 'closed';
    this.attempts = 0;
    this.metrics = new Metrics(this.s, this.s.type, this.s.size);
  }

  private open(nowMs: number): void {
    this.attempts++;
    this.state = 'open';
    let waitMs = this.s.waitMs;
    for (let i = 1; i < this.attempts; i++) waitMs = Math.trunc(waitMs * this.s.multiplier);
    if (this.s.maxWaitMs !== undefined) waitMs = Math.min(waitMs, this.s.maxWaitMs);
    this.retryAfterMs = nowMs + waitMs;
    const atMs = this.retryAfterMs;
    this.scheduled = this.s.automatic ? { atMs, run: () => this.halfOpen(atMs) } : undefined;
  }

  private halfOpen(nowMs: number): void {
    this.state = 'half-open';
    this.permits = this.s.permitted;
    this.metrics = new Metrics(this.s, 'count-based', this.s.permitted);
    const atMs = nowMs + this.s.halfOpenMs;
    this.scheduled = this.s.halfOpenMs >= 1 ? { atMs, run: () => this.open(atMs) } : undefined;
  }
}

const percent = fc.oneof(fc.integer({ min: 1, max: 100 }), fc.constantFrom(33.3, 66.6, 100));
const settings = fc
  .record<Settings>({
    failurePercent: percent,
    slowPercent: percent,
    slowMs: fc.constantFrom(100, 2000),
    type: fc.constantFrom('count-based', 'time-based'),
    size: fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 30 })),
    minimum: fc.integer({ min: 1, max: 40 }),
    waitMs: fc.constantFrom(125, 500, 3000, 60_000),
    multiplier: fc.constantFrom(1, 1, 1.5, 2, 1.001),
    maxWaitMs: fc.constantFrom(undefined, 750, 10_000),
    permitted: fc.integer({ min: 1, max: 5 }),
    halfOpenMs: fc.constantFrom(0, 125, 750, 5000),
    automatic: fc.boolean(),
  })
  .map((s) => ({ ...s, multiplier: s.automatic ? Math.round(s.multiplier) : s.multiplier }));

interface Step {
  readonly gapMs: number;
  /** What becomes of the call: its result at once, later, or never. */
  readonly fate: 'ends' | 'stays' | 'is-released';
  /** Of the calls that stay, how many of the oldest end first. */
  readonly lateEnds: number;
  readonly durationMs: number;
  readonly failed: boolean;
}

/** Mostly failing or mostly succeeding for a while, so that all states are met. */
const steps = fc
  .array(
    fc.record({
      failing: fc.constantFrom(0.05, 0.5, 0.95),
      calls: fc.array(
        fc.record({
          gapMs: fc
            .oneof(fc.nat(3), fc.constantFrom(0, 1, 4, 5, 6, 8, 24, 25), fc.nat(600))
            .map((eighths) => eighths * 125),
          fate: fc.constantFrom<Step['fate']>('ends', 'ends', 'ends', 'stays', 'is-released'),
          lateEnds: fc.constantFrom(0, 0, 0, 1, 3),
          durationMs: fc.constantFrom(0, 99, 100, 101, 2000, 2001),
          luck: fc.integer({ min: 0, max: 99 }),
        }),
        { maxLength: 40 },
      ),
    }),
    { maxLength: 5 },
  )
  .map((phases) =>
    phases.flatMap(({ failing, calls }) =>
      calls.map(({ luck, ...call }): Step => ({ ...call, failed: luck < failing * 100 })),
    ),
  );

const parametersOf = (s: Settings) =>
  circuitBreaker.parameters.parse({
    failureRateThreshold: `${s.failurePercent}%`,
    slowCallRateThreshold: `${s.slowPercent}%`,
    slowCallDurationThreshold: `${s.slowMs}ms`,
    slidingWindowType: s.type,
    slidingWindowSize: s.size,
    minimumNumberOfCalls: s.minimum,
    waitDurationInOpenState: `${s.waitMs}ms`,
    exponentialBackoffMultiplier: s.multiplier,
    ...(s.maxWaitMs === undefined ? {} : { exponentialMaxWaitDurationInOpenState: `${s.maxWaitMs}ms` }),
    permittedNumberOfCallsInHalfOpenState: s.permitted,
    maxWaitDurationInHalfOpenState: `${s.halfOpenMs}ms`,
    automaticHalfOpen: s.automatic,
  });

describe('as written down from the Java sources', () => {
  test('every permission and every state', () => {
    const met = new Set<string>();
    fc.assert(
      fc.property(settings, steps, (s, calls) => {
        const runtime = fakeRuntime();
        const breaker = new CircuitBreaker(parametersOf(s), runtime);
        const library = new JavaBreaker(s);
        const under = [] as Step[];
        let nowMs = 0;
        const end = ({ durationMs, failed }: Step) => {
          breaker.record(nowMs / 1000, durationMs / 1000, failed);
          library.onResult(nowMs, durationMs, failed);
          expect(breaker.state).toBe(library.state);
        };
        for (const call of calls) {
          nowMs += call.gapMs;
          runtime.advanceTo(nowMs / 1000);
          library.runScheduled(nowMs);
          expect(breaker.state).toBe(library.state);
          for (const late of under.splice(0, call.lateEnds)) end(late);
          const permitted = library.tryAcquirePermission(nowMs);
          expect(breaker.permit(nowMs / 1000)).toBe(permitted);
          expect(breaker.state).toBe(library.state);
          met.add(`${library.state}, ${permitted ? 'permitted' : 'refused'}`);
          if (!permitted) continue;
          if (call.fate === 'ends') end(call);
          else if (call.fate === 'stays') under.push(call);
          else {
            breaker.release();
            library.releasePermission();
          }
        }
      }),
      { numRuns: 1200 },
    );
    expect([...met].sort()).toEqual([
      'closed, permitted',
      'half-open, permitted',
      'half-open, refused',
      'open, refused',
    ]);
  });

  test('waits grow by the multiplier while it opens again, up to the maximum, and begin anew when it was closed', () => {
    const breaker = new CircuitBreaker(
      circuitBreaker.parameters.parse({
        slidingWindowSize: 1,
        permittedNumberOfCallsInHalfOpenState: 1,
        waitDurationInOpenState: '1s',
        exponentialBackoffMultiplier: 2,
        exponentialMaxWaitDurationInOpenState: '5s',
      }),
      fakeRuntime(),
    );
    let nowS = 0;
    const waitsS: number[] = [];
    for (const failed of [true, true, true, true, true, false, true, true]) {
      expect(breaker.permit(nowS)).toBe(true);
      breaker.record(nowS, 0, failed);
      waitsS.push(Math.round(breaker.retryAfterS(nowS)));
      nowS += breaker.retryAfterS(nowS);
    }
    expect(waitsS).toEqual([1, 2, 4, 5, 5, 0, 1, 2]);
  });
});
