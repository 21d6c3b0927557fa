import { describe, expect, test } from 'vitest';
import { vegas } from '../../../src/policies/concurrency/vegas.js';
import type { ConcurrencyLimit } from '../../../src/policies/points.js';
import { compareLimits, LIMIT_CONFIGURATIONS, limitVectorFiles } from '../../oracles/limits.js';
import { fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';

const FILES = limitVectorFiles().filter(
  (file) => LIMIT_CONFIGURATIONS[file.split('.')[0]!]?.policy === 'vegas',
);

describe('every limit is that of Netflix VegasLimit', () => {
  test('all of its files are compared', () => {
    expect(FILES).toHaveLength(18);
  });

  test.each(FILES)('%s', (file) => {
    expect(compareLimits(file)).toEqual({ rows: 1000 });
  });
});

/** Feeds the shortest round trip, 1 s, and then one of `roundTripS`, with the limit used up. */
function afterOne(limit: ConcurrencyLimit, roundTripS: number, dropped = false): number {
  limit.onSample(0, 1, limit.limit, false);
  limit.onSample(1, roundTripS, limit.limit, dropped);
  return limit.limit;
}

describe('the estimate of the queue, limit x (1 - shortest / present round trip), moves the limit', () => {
  // Limit 100: the logarithm is 2, so threshold 2, alpha 6, beta 12.
  test.each([
    [1, 0, 112, 'no-queue'],
    [100 / 98, 2, 112, 'no-queue'],
    [100 / 97, 3, 102, 'queue-below-alpha'],
    [100 / 95, 5, 102, 'queue-below-alpha'],
    [100 / 94, 6, 100, 'queue-as-wanted'],
    [100 / 88, 12, 100, 'queue-as-wanted'],
    [100 / 87, 13, 98, 'queue-above-beta'],
  ])('round trip %f s: a queue of %i, limit %i', (roundTripS, queueEstimate, expected, reason) => {
    const limit = make(vegas, { initialLimit: 100 });
    // A nanosecond less keeps the rounding of the round trip from adding one to the estimate.
    expect(afterOne(limit, roundTripS - (roundTripS > 1 ? 1e-9 : 0))).toBe(expected);
    expect(limit.why?.(0, 0)).toMatchObject({ reason, numbers: { queueEstimate } });
  });

  test('a failure takes a step down, whatever the round trip', () => {
    expect(afterOne(make(vegas, { initialLimit: 100 }), 1, true)).toBe(98);
    expect(afterOne(make(vegas, { initialLimit: 100, decrease: 5 }), 1, true)).toBe(95);
  });

  test('the limit stays between 1 and the highest', () => {
    expect(afterOne(make(vegas, { initialLimit: 3, decrease: 9 }), 1, true)).toBe(1);
    expect(afterOne(make(vegas, { initialLimit: 100, maxLimit: 105 }), 1)).toBe(105);
  });

  // The library's table of logarithms ends at 1000, where it takes the logarithm itself: steps are 1, 2, 3 and 4.
  test.each([
    [9, 6],
    [10, 6],
    [99, 6],
    [100, 12],
    [999, 12],
    [1000, 18],
    [9999, 18],
    [10_000, 24],
  ])('without a queue a limit of %i grows by %i', (initialLimit, step) => {
    expect(afterOne(make(vegas, { initialLimit, maxLimit: 100_000 }), 1)).toBe(initialLimit + step);
  });

  test('threshold and increase are numbers where they are given', () => {
    // A queue of 5 of 100 is not above the threshold, and grows by beta.
    expect(afterOne(make(vegas, { initialLimit: 100, threshold: 5 }), 100 / 95 - 1e-9)).toBe(112);
    expect(afterOne(make(vegas, { initialLimit: 100, increase: 7 }), 100 / 95 - 1e-9)).toBe(107);
  });
});

/** Samples between the first no-load round trip and the first that is replaced by a longer one, by a probe. */
function samplesUntilProbe(limit: ConcurrencyLimit): number {
  for (let sample = 1; ; sample++) {
    // Nothing in flight, so that the limit stays.
    limit.onSample(sample, 1, 0, false);
    if (limit.why?.(0, 0).reason === 'probe') return sample;
  }
}

describe('probing', () => {
  test('takes the next round trip as the no-load one after jitter x multiplier x limit samples', () => {
    const limit = make(vegas, { initialLimit: 10, probeMultiplier: 4, probeJitter: 0.5 });
    expect(samplesUntilProbe(limit)).toBe(20);
    limit.onSample(21, 3, 0, false);
    expect(limit.measures?.(0)).toEqual({ no_load_round_trip_s: 1, probes: 1 });
    for (let sample = 22; sample <= 40; sample++) limit.onSample(sample, 3, 0, false);
    expect(limit.measures?.(0)).toEqual({ no_load_round_trip_s: 3, probes: 2 });
  });

  test('is spread over half to all of the multiple, evenly, the same in every run', () => {
    const gaps = (stage: number): number[] => {
      const limit = make(vegas, { initialLimit: 100, probeMultiplier: 10 }, {}, fakeRuntime({ stage }));
      return Array.from({ length: 64 }, () => samplesUntilProbe(limit));
    };
    const own = gaps(0);
    expect(Math.min(...own)).toBeGreaterThanOrEqual(500);
    expect(Math.max(...own)).toBeLessThanOrEqual(1000);
    for (const quarter of [500, 625, 750, 875]) {
      const within = own.filter((gap) => gap > quarter && gap <= quarter + 125);
      expect(Math.abs(within.length - 16), `from ${quarter}`).toBeLessThanOrEqual(2);
    }
    expect(gaps(0)).toEqual(own);
    expect(gaps(1)).not.toEqual(own);
  });
});

test('a step that takes no time leaves everything as it is', () => {
  const limit = make(vegas);
  limit.onSample(0, 0, 20, true);
  expect(limit.limit).toBe(20);
  expect(limit.why?.(0, 0).reason).toBe('no-sample-yet');
});

test('behind windows it moves once a window, and still says why', () => {
  const limit = make(vegas, { window: { size: 2 } });
  for (const startS of [0, 0.1, 0.2, 1.2, 1.3, 2.5]) limit.onSample(startS, 0.5, 20, false);
  // The window up to 0.5 s has too few samples; the next gives the shortest round trip, the third has no queue.
  expect(limit.limit).toBe(26);
  expect(limit.why?.(0, 0)).toMatchObject({ reason: 'no-queue' });
  expect(limit.measures?.(0)).toEqual({ no_load_round_trip_s: 0.5, probes: 0 });
});

test('counts of probes begin again with the measuring', () => {
  const limit = make(vegas, { initialLimit: 1, probeMultiplier: 1, probeJitter: 1 });
  limit.onSample(0, 1, 0, false);
  expect(limit.measures?.(0)).toMatchObject({ probes: 1 });
  limit.beginMeasuring?.(0);
  expect(limit.measures?.(0)).toMatchObject({ probes: 0 });
});

test('alpha above beta, words other than log10 and a jitter of 0 are refused', () => {
  for (const parameters of [{ alpha: 8, beta: 2 }, { alpha: 'sqrt' }, { probeJitter: 0 }])
    expect(vegas.parameters.safeParse(parameters).success).toBe(false);
});
