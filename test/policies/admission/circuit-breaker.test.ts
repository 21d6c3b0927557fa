import { describe, expect, test } from 'vitest';
import { circuitBreaker } from '../../../src/policies/admission/circuit-breaker.js';
import { ADMIT, type AdmissionPolicy, REFUSE } from '../../../src/policies/points.js';
import { observe, oneStage, times } from '../../simulation/observe.js';
import { fakeRuntime } from '../fake-runtime.js';
import type { FakeSystem } from '../fake-view.js';
import { make } from '../make.js';

const TASKS: FakeSystem = {
  tasks: Array.from({ length: 6 }, (_, row) => ({
    workload: row % 2,
    tenant: row < 3 ? 0 : 1,
    serial: Math.floor(row / 2),
  })),
  workloads: ['chat', 'batch'],
  tenants: ['acme', 'zeta'],
  stages: ['model', 'tools'],
};

/** Two failures open it for ten seconds; one trial call decides. */
const SMALL = {
  slidingWindowSize: 2,
  waitDurationInOpenState: '10s',
  permittedNumberOfCallsInHalfOpenState: 1,
};

const make2 = (parameters: Readonly<Record<string, unknown>> = {}): AdmissionPolicy =>
  make(circuitBreaker, { ...SMALL, ...parameters }, TASKS);

function fail(policy: AdmissionPolicy, task: number, nowS: number): void {
  expect(policy.decide(task, nowS)).toBe(ADMIT);
  policy.onAttemptEnd?.(task, 'error', nowS);
}

/** As the engine does when it asks for a task's admission and the policy is open. */
function open(policy: AdmissionPolicy, nowS = 0): void {
  fail(policy, 0, nowS);
  fail(policy, 0, nowS);
}

describe('around what a client sends', () => {
  test('opens after errors and time-outs, and says when it may be tried again', () => {
    const policy = make2();
    fail(policy, 0, 0);
    expect(policy.decide(1, 0)).toBe(ADMIT);
    policy.onAttemptEnd?.(1, 'timed-out', 2);
    expect(policy.decide(2, 5)).toBe(REFUSE);
    expect(policy.retryAfterS).toBeCloseTo(7, 8);
    expect(policy.decide(2, 5 + policy.retryAfterS)).toBe(ADMIT);
  });

  test('whoever comes back after Retry-After is let in, wherever in time that is', () => {
    for (const openedS of [0.1, 1 / 3, 12345.678, 2e6 + 0.7]) {
      const policy = make2();
      open(policy, openedS);
      expect(policy.decide(1, openedS + 0.3)).toBe(REFUSE);
      expect(policy.decide(1, openedS + 0.3 + policy.retryAfterS)).toBe(ADMIT);
    }
  });

  test('a completed task that took too long is slow: sending to completion counts', () => {
    const policy = make(
      circuitBreaker,
      { ...SMALL, slowCallDurationThreshold: '3s' },
      { tasks: [{ arrivalS: 0, sentAtS: 10 }] },
    );
    for (let i = 0; i < 2; i++) {
      expect(policy.decide(0, 10)).toBe(ADMIT);
      policy.onAttemptEnd?.(0, 'completed', 12.9);
    }
    for (let i = 0; i < 2; i++) {
      expect(policy.decide(0, 10)).toBe(ADMIT);
      policy.onAttemptEnd?.(0, 'completed', 13.1);
    }
    expect(policy.decide(0, 13.1)).toBe(REFUSE);
  });

  test('its own refusals are no failures: a task that it did not let in has no result', () => {
    const policy = make2();
    open(policy);
    expect(policy.decide(1, 1)).toBe(REFUSE);
    policy.onAttemptEnd?.(1, 'rejected', 1);
    expect(policy.decide(0, 11)).toBe(ADMIT);
    // The trial is under way; the end of an attempt that was refused tells nothing about it.
    policy.onAttemptEnd?.(1, 'error', 11);
    expect(policy.decide(1, 11)).toBe(REFUSE);
    policy.onAttemptEnd?.(0, 'completed', 12);
    expect(policy.decide(1, 12)).toBe(ADMIT);
  });

  test.each(['rejected', 'cancelled'] as const)(
    'a trial call that is %s gives its place to another',
    (how) => {
      const policy = make2();
      open(policy);
      expect(policy.decide(0, 11)).toBe(ADMIT);
      expect(policy.decide(1, 11)).toBe(REFUSE);
      expect(policy.retryAfterS).toBe(0);
      policy.onAttemptEnd?.(0, how, 12);
      expect(policy.decide(1, 12)).toBe(ADMIT);
    },
  );

  test('per tenant and per workload: the failures of one do not shut out the other', () => {
    const admittedWith = (per: string) => {
      const policy = make2({ per });
      open(policy);
      return [0, 1, 2, 3, 4, 5].filter((task) => policy.decide(task, 1) === ADMIT);
    };
    expect(admittedWith('global')).toEqual([]);
    expect(admittedWith('workload')).toEqual([1, 3, 5]);
    expect(admittedWith('tenant')).toEqual([3, 4, 5]);
  });
});

describe('around a stage', () => {
  test('is asked at that stage only and learns from its services', () => {
    const policy = make2({ stage: 'tools' });
    expect(policy.gates).toEqual([1]);
    for (const task of [0, 1]) {
      expect(policy.decide(task, 0, 1)).toBe(ADMIT);
      policy.onServiceEnd?.(task, 0, 1, true, 0);
      policy.onServiceEnd?.(task, 1, 1, task === 0, 0);
      policy.onServiceEnd?.(task, 1, 1, true, 0);
    }
    // One of two has failed: half, the threshold.
    expect(policy.decide(2, 1, 1)).toBe(REFUSE);
    expect(make2({ stage: 'tools', failureRateThreshold: 0.51 }).decide(2, 1, 1)).toBe(ADMIT);
  });

  test('slow is what the service took, not the wait before it', () => {
    const policy = make2({ stage: 'model', slowCallDurationThreshold: '3s' });
    for (const serviceS of [3, 3, 3.1, 3.1]) {
      expect(policy.decide(0, 100, 0)).toBe(ADMIT);
      policy.onServiceEnd?.(0, 0, serviceS, false, 200);
    }
    expect(policy.decide(0, 200, 0)).toBe(REFUSE);
  });

  test('a task that leaves before it was served gives all its places back, its hedge’s as well', () => {
    const policy = make2({ stage: 'model', permittedNumberOfCallsInHalfOpenState: 2 });
    for (const task of [0, 0]) {
      policy.decide(task, 0, 0);
      policy.onServiceEnd?.(task, 0, 1, true, 0);
    }
    expect([0, 0, 1].map((task) => policy.decide(task, 11, 0))).toEqual([ADMIT, ADMIT, REFUSE]);
    policy.onAttemptEnd?.(0, 'timed-out', 12);
    expect([1, 1, 1].map((task) => policy.decide(task, 12, 0))).toEqual([ADMIT, ADMIT, REFUSE]);
  });

  test('the stage must exist: its name is checked before the run', () => {
    const parameters = circuitBreaker.parameters.parse({ stage: 'tools' });
    expect(circuitBreaker.references?.(parameters)).toEqual([
      { kind: 'stage', name: 'tools', path: ['stage'] },
    ]);
  });
});

test('measures count openings, refusals and the share of time open, per breaker and since measuring began', () => {
  const policy = make2({ per: 'workload' });
  open(policy);
  policy.decide(0, 5);
  policy.decide(1, 5);
  expect(policy.measures?.(8)).toEqual({ times_opened: 1, refused: 1, open_fraction: 0.5 });
  policy.beginMeasuring?.(8);
  expect(policy.measures?.(8)).toEqual({ times_opened: 0, refused: 0, open_fraction: 0 });
  policy.decide(0, 12);
  policy.onAttemptEnd?.(0, 'completed', 12);
  expect(policy.measures?.(16)).toEqual({ times_opened: 0, refused: 0, open_fraction: 0.25 });
});

test('tells why: the state and the rates of its window', () => {
  const policy = make2();
  expect(policy.decide(0, 0)).toBe(ADMIT);
  expect(policy.why?.(0, 0)).toEqual({
    reason: 'closed',
    numbers: { calls: 0, failureRatePercent: 0, slowCallRatePercent: 0 },
  });
  policy.onAttemptEnd?.(0, 'error', 0);
  fail(policy, 0, 0);
  policy.decide(0, 4);
  expect(policy.why?.(0, 4).reason).toBe('open');
  expect(policy.why?.(0, 4).numbers?.openForS).toBeCloseTo(6, 8);
  expect(policy.why?.(0, 4).numbers?.failureRatePercent).toBe(100);
  policy.decide(0, 11);
  expect(policy.why?.(0, 11).reason).toBe('half-open-trial');
  policy.decide(1, 11);
  expect(policy.why?.(1, 11).reason).toBe('half-open-trials-used-up');
});

test('half-open by itself: the timer of the engine does it', () => {
  const runtime = fakeRuntime();
  const policy = make(circuitBreaker, { ...SMALL, automaticHalfOpen: true }, TASKS, runtime);
  open(policy);
  runtime.advanceTo(10);
  expect(policy.measures?.(20)).toMatchObject({ open_fraction: 0.5 });
});

test('thresholds of 0, and percentages without their sign, are refused with a reason', () => {
  const messageOf = (parameters: object) =>
    circuitBreaker.parameters.safeParse(parameters).error?.issues[0]?.message;
  expect(messageOf({ failureRateThreshold: 0 })).toMatch(/above 0/);
  expect(messageOf({ failureRateThreshold: 50 })).toMatch(/at most 1/);
  expect(messageOf({ waitDurationInOpenState: 0 })).toMatch(/more than 0/);
  expect(messageOf({ slidingWindowSize: 0 })).toMatch(/at least 1/);
});

describe('in a run where every task fails', () => {
  /** A task a second, each done, and failed, after half a second. */
  const runWith = (parameters: object) =>
    observe(
      oneStage({
        workloads: { w: { workflow: [{ stage: 's', work: 'trace', errorRate: 1 }] } },
        policies: { admission: { policy: 'circuit-breaker', ...SMALL, ...parameters } },
      }),
      { rows: { w: Array.from({ length: 25 }, (_, at) => ({ at, work: 0.5 })) } },
    );
  // Open from 1.5 to 11.5 s, tried again at 12 s, and open from 12.5 to 22.5 s.
  const TRIED = ['w/0@0', 'w/1@1', 'w/12@12', 'w/23@23'];

  test.each([
    ['around tasks', {}],
    ['around the stage', { stage: 's' }],
  ])('%s: two fail, and then one in each open wait', (_, parameters) => {
    const run = runWith(parameters);
    expect(times(run, 'in-progress')).toEqual(TRIED);
    expect(run.measures.total.rejected).toBe(21);
    expect(run.measures.policies['admission/circuit-breaker']).toMatchObject({
      times_opened: 3,
      refused: 21,
    });
  });
});
