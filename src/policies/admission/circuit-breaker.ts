/**
 * Circuit breaker around what a client sends, or around the calls of one stage: when too many of the last calls
 * failed or were slow, the rest are refused for a while without being tried; then a few trial calls decide. The state
 * machine and its defaults are those of resilience4j-circuitbreaker 2.3.0, see breaker-state.ts. A result counts only
 * where this breaker permitted the call.
 */
import { z } from 'zod';
import { count, durationS, fraction, positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { ADMIT, type AdmissionPolicy, type AttemptOutcome, REFUSE, type Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import { taskKey } from '../task-key.js';
import type { SystemView, TaskView } from '../view.js';
import { type BreakerSettings, CircuitBreaker, ratePercent } from './breaker-state.js';

/** Calls or seconds: the window takes memory for each. */
const WINDOW_MAX = 1_000_000;

const thresholdParameter = () =>
  fraction().refine((share) => share > 0, { error: 'expected a share above 0: 0 would always be reached' });

/** Permissions given and not yet answered for, by task: a task has two where it and its hedge are at one stage. */
class Permissions {
  private readonly counts = new Map<number, number>();

  constructor(private readonly tasks: TaskView) {}

  give(task: number): void {
    const key = taskKey(this.tasks, task);
    this.counts.set(key, (this.counts.get(key) ?? 0) + 1);
  }

  /** Takes one back; false where there is none. */
  take(task: number): boolean {
    const key = taskKey(this.tasks, task);
    const held = this.counts.get(key);
    if (held === undefined) return false;
    if (held === 1) this.counts.delete(key);
    else this.counts.set(key, held - 1);
    return true;
  }
}

interface BreakerParameters extends BreakerSettings {
  readonly per: 'global' | 'workload' | 'tenant';
}

abstract class BreakerAdmission implements AdmissionPolicy {
  retryAfterS = 0;
  protected readonly tasks: TaskView;
  protected readonly permissions: Permissions;
  /** By workload or tenant; made when the first call comes. */
  private readonly breakers: (CircuitBreaker | undefined)[] = [];
  private refused = 0;
  private sinceS = 0;
  private permitted = true;

  constructor(
    private readonly parameters: BreakerParameters,
    view: SystemView,
    private readonly runtime: PolicyRuntime,
  ) {
    this.tasks = view.tasks;
    this.permissions = new Permissions(view.tasks);
  }

  decide(task: number, nowS: number): number {
    const breaker = this.breakerOf(task);
    this.permitted = breaker.permit(nowS);
    if (this.permitted) {
      this.permissions.give(task);
      return ADMIT;
    }
    this.refused++;
    this.retryAfterS = breaker.retryAfterS(nowS);
    return REFUSE;
  }

  abstract onAttemptEnd(task: number, outcome: AttemptOutcome, nowS: number): void;

  measures(nowS: number): Readonly<Record<string, number>> {
    let timesOpened = 0;
    let openS = 0;
    const made = this.breakers.filter((breaker) => breaker !== undefined);
    for (const breaker of made) {
      timesOpened += breaker.timesOpened;
      openS += breaker.openS(nowS);
    }
    const measuredS = made.length * (nowS - this.sinceS);
    return {
      times_opened: timesOpened,
      refused: this.refused,
      open_fraction: measuredS > 0 ? openS / measuredS : 0,
    };
  }

  beginMeasuring(nowS: number): void {
    this.refused = 0;
    this.sinceS = nowS;
    for (const breaker of this.breakers) breaker?.beginMeasuring(nowS);
  }

  why(task: number, nowS: number): Why {
    const breaker = this.breakerOf(task);
    const { calls, failed, slow } = breaker.window;
    const half = this.permitted ? 'half-open-trial' : 'half-open-trials-used-up';
    return {
      reason: breaker.state === 'half-open' ? half : breaker.state,
      numbers: {
        calls,
        failureRatePercent: ratePercent(failed, calls),
        slowCallRatePercent: ratePercent(slow, calls),
        ...(breaker.state === 'open' ? { openForS: breaker.retryAfterS(nowS) } : {}),
      },
    };
  }

  protected breakerOf(task: number): CircuitBreaker {
    const key = this.keyOf(task);
    this.breakers[key] ??= new CircuitBreaker(this.parameters, this.runtime);
    return this.breakers[key];
  }

  private keyOf(task: number): number {
    switch (this.parameters.per) {
      case 'global':
        return 0;
      case 'workload':
        return this.tasks.workload(task);
      case 'tenant':
        return this.tasks.tenant(task);
    }
  }
}

/** A call is what the client sends, from sending to its end. */
class AttemptBreaker extends BreakerAdmission {
  override onAttemptEnd(task: number, outcome: AttemptOutcome, nowS: number): void {
    if (!this.permissions.take(task)) return;
    const breaker = this.breakerOf(task);
    // Refused behind the breaker or withdrawn: nothing was learnt about what it guards.
    if (outcome === 'rejected' || outcome === 'cancelled') breaker.release();
    else breaker.record(nowS, nowS - this.tasks.sentAtS(task), outcome !== 'completed');
  }
}

/** A call is a service at one stage, which is asked for at the stage's entrance. */
class StageBreaker extends BreakerAdmission {
  readonly gates: readonly number[];

  constructor(
    private readonly stage: number,
    parameters: BreakerParameters,
    view: SystemView,
    runtime: PolicyRuntime,
  ) {
    super(parameters, view, runtime);
    this.gates = [stage];
  }

  onServiceEnd(task: number, stage: number, serviceS: number, failed: boolean, nowS: number): void {
    if (stage !== this.stage || !this.permissions.take(task)) return;
    this.breakerOf(task).record(nowS, serviceS, failed);
  }

  /** What was let in and left before it was served has no result. */
  override onAttemptEnd(task: number): void {
    while (this.permissions.take(task)) this.breakerOf(task).release();
  }
}

export const circuitBreaker = definePolicy({
  point: 'admission',
  name: 'circuit-breaker',
  summary:
    'Refuses everything for a while when too many of the last calls failed or were slow, then lets a few trial calls decide.',
  source:
    'resilience4j-circuitbreaker 2.3.0 (CircuitBreakerStateMachine); Nygard, Release It! (2007), Circuit Breaker.',
  helps:
    'When what is behind has failed and every call would wait for its time-out: refusals are instant, and it can recover without load.',
  hurts:
    'When only a part of the calls fail, or slowness comes from load alone: everybody is refused, and the load comes back at once when it closes.',
  parameters: z.strictObject({
    failureRateThreshold: thresholdParameter()
      .default(0.5)
      .describe('Share of failed calls in the window from which on it opens.'),
    slowCallRateThreshold: thresholdParameter()
      .default(1)
      .describe('Share of slow calls in the window from which on it opens.'),
    slowCallDurationThreshold: positiveDurationS().default(60).describe('A call that takes longer is slow.'),
    slidingWindowType: z
      .enum(['count-based', 'time-based'])
      .default('count-based')
      .describe('Whether the window holds the last calls or those of the last seconds of the clock.'),
    slidingWindowSize: count()
      .max(WINDOW_MAX)
      .default(100)
      .describe('Size of the window while closed: calls (count-based) or whole seconds (time-based).'),
    minimumNumberOfCalls: count()
      .default(100)
      .describe(
        'Calls in the window before its rates count; at most the size of a count-based window, and while half-open the permitted calls.',
      ),
    waitDurationInOpenState: positiveDurationS()
      .default(60)
      .describe('Time that it stays open; the first call after it makes it half-open.'),
    exponentialBackoffMultiplier: z
      .number({ error: 'expected a number of at least 1' })
      .min(1, { error: 'expected a number of at least 1' })
      .default(1)
      .describe(
        'Factor on that time whenever it opens again without having been closed. 1: always the same.',
      ),
    exponentialMaxWaitDurationInOpenState: positiveDurationS()
      .optional()
      .describe('Longest time that it stays open, where that grows. Omitted: no limit.'),
    permittedNumberOfCallsInHalfOpenState: count()
      .max(WINDOW_MAX)
      .default(10)
      .describe('Trial calls while half-open, whose rates close or open it; what comes beyond is refused.'),
    maxWaitDurationInHalfOpenState: durationS()
      .default(0)
      .describe('Longest time half-open, after which it opens again. 0: until the trial calls have ended.'),
    automaticHalfOpen: z
      .boolean()
      .default(false)
      .describe('Whether it becomes half-open as soon as the wait is over, without a call.'),
    stage: z
      .string()
      .optional()
      .describe(
        'Guards the calls of this stage, at its entrance. Omitted: whole tasks, as the client sends them.',
      ),
    per: z
      .enum(['global', 'workload', 'tenant'])
      .default('global')
      .describe('Who has a breaker: all together, each workload, or each tenant.'),
  }),
  references: ({ stage }) => (stage === undefined ? [] : [{ kind: 'stage', name: stage, path: ['stage'] }]),
  create: ({ stage, ...parameters }, view, runtime): AdmissionPolicy =>
    stage === undefined
      ? new AttemptBreaker(parameters, view, runtime)
      : new StageBreaker(view.stageNames.indexOf(stage), parameters, view, runtime),
});
