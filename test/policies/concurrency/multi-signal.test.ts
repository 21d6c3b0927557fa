import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { multiSignal } from '../../../src/policies/concurrency/multi-signal.js';
import type { ConcurrencyLimit } from '../../../src/policies/points.js';
import { type FakeRuntime, fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';

const MODEL = 0;
const SEARCH = 1;
const MAIL = 2;

interface Stage {
  readonly limit: ConcurrencyLimit;
  readonly runtime: FakeRuntime;
  readonly pool: { name: string; units: number; memoryBytes: number; memoryTakenBytes: number };
  readonly busy: number[];
  /** Requests that began at the present limit a moment ago and end now. */
  requests(times: number, roundTripS?: number, dropped?: boolean): void;
  calls(stage: number, times: number, failed: boolean): void;
  /** The limit after the next decision. */
  next(): number;
}

/** The limit of the stage `model` in a pool of 100 bytes; `search` and `mail` are services. */
function stage(parameters: Readonly<Record<string, unknown>>): Stage {
  const runtime = fakeRuntime({ stage: MODEL });
  const pool = { name: 'gpu', units: 8, memoryBytes: 100, memoryTakenBytes: 0 };
  const other = { name: 'other', units: 8, memoryBytes: 100, memoryTakenBytes: 100 };
  const busy = [0, 0, 0];
  const system = { stages: ['model', 'search', 'mail'], poolOf: [0, -1, -1], pools: [pool, other], busy };
  const limit = make(multiSignal, { initialLimit: 100, ...parameters }, system, runtime);
  return {
    limit,
    runtime,
    pool,
    busy,
    requests: (times, roundTripS = 0.5, dropped = false) => {
      for (let i = 0; i < times; i++) limit.onSample(runtime.nowS(), roundTripS, limit.limit, dropped);
    },
    calls: (at, times, failed) => {
      for (let i = 0; i < times; i++) limit.onServiceEnd?.(0, at, 0, failed, runtime.nowS());
    },
    next: () => {
      runtime.advanceTo(runtime.nowS() + 1);
      return limit.limit;
    },
  };
}

const LATENCY = { latency: { threshold: '2s', percentile: '90%' } };
const why = ({ limit }: Stage) => limit.why?.(0, 0);

describe('while no signal is over its threshold', () => {
  test('the limit grows by the step once an interval, up to the highest', () => {
    const one = stage({ ...LATENCY, increase: 3, maxLimit: 105 });
    one.requests(50);
    expect(one.next()).toBe(103);
    expect(why(one)).toEqual({ reason: 'increase', numbers: { limit: 103 } });
    one.requests(50);
    expect(one.next()).toBe(105);
    expect(one.runtime.done).toEqual(['wake', 'wake']);
  });

  test('it stays where less than half of it is in use', () => {
    const one = stage(LATENCY);
    for (let i = 0; i < 20; i++) one.limit.onSample(0, 0.5, 49, false);
    expect(one.next()).toBe(100);
    expect(why(one)?.reason).toBe('unchanged');
    for (let i = 0; i < 20; i++) one.limit.onSample(1, 0.5, i === 7 ? 50 : 1, false);
    expect(one.next()).toBe(101);
  });

  test('it waits until enough requests have ended, over several intervals', () => {
    const one = stage(LATENCY);
    one.requests(6);
    expect(one.next()).toBe(100);
    one.requests(4);
    expect(one.next()).toBe(101);
    expect(one.next()).toBe(101);
  });
});

describe('each signal over its threshold multiplies the limit, and says so', () => {
  test('latency: more than the share beyond the percentile is slower', () => {
    const one = stage(LATENCY);
    one.requests(9, 2);
    one.requests(1, 2.001);
    expect(one.next()).toBe(101);
    one.requests(8);
    one.requests(2, 2.001);
    expect(one.next()).toBe(90);
    expect(why(one)).toMatchObject({ reason: 'latency', numbers: { limit: 90, share: 0.2 } });
    expect(why(one)?.numbers?.allowedShare).toBeCloseTo(0.1, 12);
  });

  test('error rate', () => {
    const one = stage({ errorRate: { threshold: '10%' } });
    one.requests(18);
    one.requests(2, 0.5, true);
    expect(one.next()).toBe(101);
    one.requests(17);
    one.requests(3, 0.5, true);
    expect(one.next()).toBe(90);
    expect(why(one)).toEqual({
      reason: 'error-rate',
      numbers: { limit: 90, share: 0.15, allowedShare: 0.1 },
    });
  });

  test('failures of tools at every service, of which the engine must tell', () => {
    const one = stage({ toolFailureRate: { threshold: '20%' } });
    expect(one.limit).toHaveProperty('observesAll', true);
    one.calls(SEARCH, 9, false);
    one.calls(MAIL, 3, true);
    expect(one.next()).toBe(90);
    expect(why(one)).toMatchObject({ reason: 'tool-failure-rate', numbers: { share: 0.25 } });
  });

  test('failures of the named tools only, and none of a pool', () => {
    const one = stage({ toolFailureRate: { stages: ['search'] } });
    one.calls(MAIL, 50, true);
    one.calls(MODEL, 50, true);
    one.calls(SEARCH, 10, false);
    expect(one.next()).toBe(100);
    const all = stage({ toolFailureRate: {} });
    all.calls(MODEL, 50, true);
    all.calls(SEARCH, 10, false);
    expect(all.next()).toBe(100);
  });

  test('memory of the pool of the stage, without any sample, but not while the last decrease is at work', () => {
    const one = stage({ memoryPressure: {} });
    one.pool.memoryTakenBytes = 90;
    expect(one.next()).toBe(100);
    one.pool.memoryTakenBytes = 95;
    one.busy[MODEL] = 100;
    expect(one.next()).toBe(90);
    expect(why(one)).toEqual({
      reason: 'memory-pressure',
      numbers: { limit: 90, share: 0.95, allowedShare: 0.9 },
    });
    expect(one.next()).toBe(90);
    one.busy[MODEL] = 90;
    expect(one.next()).toBe(81);
  });

  test('memory of a named pool; a pool without a stated size has no pressure', () => {
    expect(stage({ memoryPressure: { pool: 'other' } }).next()).toBe(90);
    const one = stage({ memoryPressure: {} });
    one.pool.memoryTakenBytes = 1e12;
    one.pool.memoryBytes = Number.POSITIVE_INFINITY;
    expect(one.next()).toBe(100);
  });

  test('once an interval, whichever and however many there are', () => {
    const one = stage({ ...LATENCY, errorRate: {}, memoryPressure: {}, backoffRatio: 0.5 });
    one.pool.memoryTakenBytes = 100;
    one.requests(50, 9, true);
    expect(one.next()).toBe(50);
    expect(why(one)?.reason).toBe('latency');
    expect(one.limit.measures?.(1)).toMatchObject({
      decreases_by_latency: 1,
      decreases_by_memory_pressure: 0,
    });
  });
});

test('what began before a decrease does not cause another', () => {
  const one = stage({ ...LATENCY, toolFailureRate: {}, minSamples: 1 });
  one.requests(20, 9);
  expect(one.next()).toBe(90);
  for (let i = 0; i < 20; i++) one.limit.onSample(0.9, 9, 100, false);
  one.runtime.advanceTo(1.5);
  one.limit.onServiceEnd?.(0, SEARCH, 0.6, true, 1.5);
  expect(one.next()).toBe(90);
  one.limit.onSample(1.1, 9, 90, false);
  expect(one.next()).toBe(81);
});

test('a decrease for one signal ends what was gathered for the others', () => {
  const one = stage({ ...LATENCY, toolFailureRate: {} });
  one.requests(5, 9);
  one.calls(SEARCH, 10, true);
  expect(one.next()).toBe(90);
  one.requests(5, 0.5);
  expect(one.next()).toBe(90);

  const other = stage({ ...LATENCY, toolFailureRate: {} });
  other.calls(SEARCH, 5, true);
  other.requests(10, 9);
  expect(other.next()).toBe(90);
  other.calls(SEARCH, 5, false);
  expect(other.next()).toBe(90);
});

test('the limit stays between the lowest and the highest, and moves by one rule at each decision', () => {
  const intervals = fc.array(
    fc.record({ fast: fc.nat(12), slow: fc.nat(12), failed: fc.nat(3), taken: fc.nat(100) }),
    { maxLength: 40 },
  );
  fc.assert(
    fc.property(
      intervals,
      fc.integer({ min: 1, max: 9 }),
      fc.integer({ min: 9, max: 12 }),
      (list, min, max) => {
        const one = stage({
          ...LATENCY,
          errorRate: {},
          memoryPressure: {},
          initialLimit: 9,
          minLimit: min,
          maxLimit: max,
          backoffRatio: 0.6,
        });
        for (const { fast, slow, failed, taken } of list) {
          const before = one.limit.limit;
          one.pool.memoryTakenBytes = taken;
          one.requests(fast);
          one.requests(slow, 3);
          one.requests(failed, 0.5, true);
          const after = one.next();
          expect([before, Math.min(max, before + 1), Math.max(min, Math.floor(before * 0.6))]).toContain(
            after,
          );
          expect(after).toBeGreaterThanOrEqual(min);
          expect(after).toBeLessThanOrEqual(max);
        }
      },
    ),
  );
});

test('increases and decreases are counted from the beginning of the measuring on', () => {
  const one = stage(LATENCY);
  one.requests(20, 9);
  one.next();
  one.limit.beginMeasuring?.(1);
  one.requests(20);
  one.next();
  expect(one.limit.measures?.(2)).toEqual({
    increases: 1,
    decreases_by_latency: 0,
    decreases_by_error_rate: 0,
    decreases_by_tool_failure_rate: 0,
    decreases_by_memory_pressure: 0,
  });
});

test('names of stages and of the pool are told; calls of tools are listened to only where they matter', () => {
  const parameters = multiSignal.parameters.parse({
    toolFailureRate: { stages: ['search', 'mail'] },
    memoryPressure: { pool: 'gpu' },
  });
  expect(multiSignal.references?.(parameters)).toEqual([
    { kind: 'stage', name: 'search', path: ['toolFailureRate', 'stages', 0] },
    { kind: 'stage', name: 'mail', path: ['toolFailureRate', 'stages', 1] },
    { kind: 'pool', name: 'gpu', path: ['memoryPressure', 'pool'] },
  ]);
  expect(stage(LATENCY).limit).toHaveProperty('observesAll', false);
});

test('no signal at all, a threshold that nothing is over and a lowest limit above the highest are refused', () => {
  expect(multiSignal.parameters.safeParse({}).error?.issues[0]?.message).toMatch(/at least one of `latency`/);
  for (const parameters of [
    { errorRate: { threshold: 1 } },
    { memoryPressure: { threshold: '100%' } },
    { latency: {} },
    { toolFailureRate: { stages: [] } },
    { ...LATENCY, minLimit: 300 },
    { ...LATENCY, backoffRatio: 1 },
  ])
    expect(multiSignal.parameters.safeParse(parameters).success).toBe(false);
});
