/**
 * Circuit breaker: states, sliding windows and thresholds of resilience4j-circuitbreaker 2.3.0
 * (CircuitBreakerStateMachine, CircuitBreakerMetrics). As there, the breaker does not know which call a result belongs
 * to: it goes to the window of the present state. Times are whole nanoseconds and rates float32 per cent inside, so
 * that comparisons at the very threshold come out as the library's.
 */
import type { PolicyRuntime } from '../runtime.js';

const NS_PER_S = 1e9;
const NS_PER_MS = 1e6;
const toNs = (seconds: number): number => Math.round(seconds * NS_PER_S);
const secondOf = (ns: number): number => Math.floor(ns / NS_PER_S);

type BreakerState = 'closed' | 'open' | 'half-open';

/** Names are the library's; shares are fractions, durations seconds. */
export interface BreakerSettings {
  readonly failureRateThreshold: number;
  readonly slowCallRateThreshold: number;
  readonly slowCallDurationThreshold: number;
  readonly slidingWindowType: 'count-based' | 'time-based';
  /** Calls or whole seconds, by type. */
  readonly slidingWindowSize: number;
  readonly minimumNumberOfCalls: number;
  readonly waitDurationInOpenState: number;
  readonly exponentialBackoffMultiplier: number;
  readonly exponentialMaxWaitDurationInOpenState?: number | undefined;
  readonly permittedNumberOfCallsInHalfOpenState: number;
  /** 0: no limit. */
  readonly maxWaitDurationInHalfOpenState: number;
  readonly automaticHalfOpen: boolean;
}

/** Of the calls in a window, in per cent as the library computes it: float32 at every step. */
export const ratePercent = (some: number, calls: number): number =>
  calls === 0 ? 0 : Math.fround(Math.fround(some * 100) / calls);

/** Outcomes of the last `size` slots, where a slot is one call or one whole second of the clock. */
export class SlidingWindow {
  calls = 0;
  failed = 0;
  slow = 0;
  /** Calls, failed and slow ones of each slot. */
  private readonly slots: Int32Array;
  private head = 0;
  private second: number;

  constructor(
    private readonly type: BreakerSettings['slidingWindowType'],
    private readonly size: number,
    nowNs: number,
  ) {
    this.slots = new Int32Array(size * 3);
    this.second = secondOf(nowNs);
  }

  record(nowNs: number, failed: boolean, slow: boolean): void {
    this.moveTo(nowNs);
    this.add(1, failed ? 1 : 0, slow ? 1 : 0);
  }

  private moveTo(nowNs: number): void {
    if (this.type === 'count-based') {
      this.evictNext();
      return;
    }
    const second = secondOf(nowNs);
    for (let left = Math.min(second - this.second, this.size); left > 0; left--) this.evictNext();
    this.second = second;
  }

  private evictNext(): void {
    this.head = (this.head + 3) % this.slots.length;
    const { head, slots } = this;
    this.add(-slots[head]!, -slots[head + 1]!, -slots[head + 2]!);
  }

  private add(calls: number, failed: number, slow: number): void {
    const { head, slots } = this;
    this.calls += calls;
    this.failed += failed;
    this.slow += slow;
    slots[head]! += calls;
    slots[head + 1]! += failed;
    slots[head + 2]! += slow;
  }
}

export class CircuitBreaker {
  state: BreakerState = 'closed';
  window: SlidingWindow;
  /** Times that it went to open, since `beginMeasuring`. */
  timesOpened = 0;
  private readonly failureRatePercent: number;
  private readonly slowCallRatePercent: number;
  private readonly slowCallNs: number;
  private readonly longestWaitNs: number;
  /** Of the next time that it opens, before the maximum. */
  private nextWaitNs: number;
  /** Calls that the present window needs before its rates count. */
  private minimumCalls = 0;
  /** Calls that half-open still permits. */
  private permitsLeft = 0;
  private openUntilNs = 0;
  private openSinceNs = 0;
  private openNs = 0;
  private timer: number | undefined;

  constructor(
    private readonly settings: BreakerSettings,
    private readonly runtime: Pick<PolicyRuntime, 'nowS' | 'after' | 'cancel'>,
  ) {
    this.failureRatePercent = Math.fround(settings.failureRateThreshold * 100);
    this.slowCallRatePercent = Math.fround(settings.slowCallRateThreshold * 100);
    this.slowCallNs = toNs(settings.slowCallDurationThreshold);
    this.nextWaitNs = toNs(settings.waitDurationInOpenState);
    this.longestWaitNs = toNs(settings.exponentialMaxWaitDurationInOpenState ?? Number.POSITIVE_INFINITY);
    this.window = this.closedWindow(toNs(runtime.nowS()));
  }

  /** Whether a call may be made now: `tryAcquirePermission`. */
  permit(nowS: number): boolean {
    // Only after the wait, not at its last instant; without `automaticHalfOpen` nothing but a call looks at the clock.
    if (this.state === 'open' && toNs(nowS) > this.openUntilNs) this.toHalfOpen(nowS);
    if (this.state !== 'half-open') return this.state === 'closed';
    if (this.permitsLeft === 0) return false;
    this.permitsLeft--;
    return true;
  }

  /** A permitted call has ended without a result that counts: `releasePermission`. */
  release(): void {
    if (this.state === 'half-open') this.permitsLeft++;
  }

  /** A permitted call has succeeded or failed: `onSuccess`, `onError`. */
  record(nowS: number, durationS: number, failed: boolean): void {
    const { window } = this;
    window.record(toNs(nowS), failed, toNs(durationS) > this.slowCallNs);
    if (this.state === 'open' || window.calls < this.minimumCalls) return;
    const isBad =
      ratePercent(window.failed, window.calls) >= this.failureRatePercent ||
      ratePercent(window.slow, window.calls) >= this.slowCallRatePercent;
    if (isBad) this.toOpen(nowS);
    else if (this.state === 'half-open') this.toClosed(nowS);
  }

  /** Until a call may be permitted again, seconds: a nanosecond more than the rest of the wait. 0 where not open. */
  retryAfterS(nowS: number): number {
    return this.state === 'open' ? Math.max(0, this.openUntilNs + 1 - toNs(nowS)) / NS_PER_S : 0;
  }

  /** Time in the open state since `beginMeasuring`, seconds. */
  openS(nowS: number): number {
    const presentNs = this.state === 'open' ? toNs(nowS) - this.openSinceNs : 0;
    return (this.openNs + presentNs) / NS_PER_S;
  }

  beginMeasuring(nowS: number): void {
    this.timesOpened = 0;
    this.openNs = 0;
    this.openSinceNs = toNs(nowS);
  }

  /** The window of the state before is kept: results of calls permitted then still come. */
  private toOpen(nowS: number): void {
    this.enter('open');
    this.timesOpened++;
    this.openSinceNs = toNs(nowS);
    const waitNs = Math.min(this.nextWaitNs, this.longestWaitNs);
    this.openUntilNs = this.openSinceNs + waitNs;
    if (this.settings.automaticHalfOpen) this.startTimer(waitNs / NS_PER_S, (atS) => this.toHalfOpen(atS));
    this.nextWaitNs = this.grown(this.nextWaitNs);
  }

  /** Whole milliseconds at each step, as IntervalFunction.ofExponentialBackoff. */
  private grown(waitNs: number): number {
    const { exponentialBackoffMultiplier: multiplier } = this.settings;
    if (multiplier === 1) return waitNs;
    const grownMs = Math.trunc((waitNs / NS_PER_MS) * multiplier);
    return Math.min(grownMs * NS_PER_MS, Number.MAX_SAFE_INTEGER);
  }

  private toHalfOpen(nowS: number): void {
    this.openNs += toNs(nowS) - this.openSinceNs;
    this.enter('half-open');
    const {
      permittedNumberOfCallsInHalfOpenState: permitted,
      maxWaitDurationInHalfOpenState: longestS,
      minimumNumberOfCalls,
    } = this.settings;
    this.permitsLeft = permitted;
    this.minimumCalls = Math.min(minimumNumberOfCalls, permitted);
    this.window = new SlidingWindow('count-based', permitted, toNs(nowS));
    if (longestS > 0) this.startTimer(longestS, (atS) => this.toOpen(atS));
  }

  private toClosed(nowS: number): void {
    this.enter('closed');
    this.nextWaitNs = toNs(this.settings.waitDurationInOpenState);
    this.window = this.closedWindow(toNs(nowS));
  }

  private closedWindow(nowNs: number): SlidingWindow {
    const { slidingWindowType: type, slidingWindowSize: size, minimumNumberOfCalls } = this.settings;
    this.minimumCalls = type === 'count-based' ? Math.min(minimumNumberOfCalls, size) : minimumNumberOfCalls;
    return new SlidingWindow(type, size, nowNs);
  }

  /** Leaves the present state, and with it its timer. */
  private enter(state: BreakerState): void {
    if (this.timer !== undefined) this.runtime.cancel(this.timer);
    this.timer = undefined;
    this.state = state;
  }

  private startTimer(inS: number, then: (nowS: number) => void): void {
    this.timer = this.runtime.after(inS, () => {
      this.timer = undefined;
      then(this.runtime.nowS());
    });
  }
}
