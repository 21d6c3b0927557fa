import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { envoyGradient } from '../../../src/policies/concurrency/envoy-gradient.js';
import type { ConcurrencyLimit } from '../../../src/policies/points.js';
import { type FakeRuntime, fakeRuntime } from '../fake-runtime.js';
import { make } from '../make.js';

interface Controller {
  readonly limit: ConcurrencyLimit;
  readonly runtime: FakeRuntime;
  /** Requests that begin now and have taken this long. */
  sample(milliseconds: number, times?: number): void;
  /** A request, and then the end of the update interval. */
  updateAfter(milliseconds: number): number;
}

function controller(parameters: Readonly<Record<string, unknown>> = {}, stage = 0): Controller {
  const runtime = fakeRuntime({ stage });
  const limit = make(envoyGradient, parameters, {}, runtime);
  const sample = (milliseconds: number, times = 1) => {
    for (let i = 0; i < times; i++) limit.onSample(runtime.nowS(), milliseconds / 1000, 1, false);
  };
  return {
    limit,
    runtime,
    sample,
    updateAfter: (milliseconds) => {
      sample(milliseconds);
      runtime.advanceTo(runtime.nowS() + 0.1);
      return limit.limit;
    },
  };
}

const reasonOf = ({ limit }: Controller) => limit.why?.(0, 0).reason;

/** A controller that has measured minRTT from requests of 10 ms: 10.5 ms, the middle of the bin from 10 to 11. */
function measured(parameters: Readonly<Record<string, unknown>> = {}): Controller {
  const one = controller(parameters);
  one.sample(10, 50);
  return one;
}

describe('measuring minRTT', () => {
  test('begins at once with the limit at 3, and takes 50 requests', () => {
    const one = controller();
    expect(one.limit.limit).toBe(3);
    one.sample(10, 49);
    expect(reasonOf(one)).toBe('measuring-min-rtt');
    one.sample(10);
    expect(reasonOf(one)).toBe('no-update-yet');
    expect(one.limit.why?.(0, 0).numbers).toMatchObject({ limit: 3, minRttS: 0.0105 });
  });

  // Of Envoy's own tests: five requests of 1 to 5 ms give 3 ms, cut to whole milliseconds.
  test('takes the percentile of its requests, not their minimum', () => {
    const one = controller({ minRttRequests: 5 });
    for (const milliseconds of [1, 2, 3, 4, 5]) one.sample(milliseconds);
    expect(one.limit.measures?.(0)).toMatchObject({ min_rtt_s: 0.00305 });
  });

  test('begins again after the interval with the limit pinned, and ends with the limit of before', () => {
    const one = measured({ minRttJitter: 0 });
    while (one.runtime.nowS() < 59.85) one.updateAfter(10);
    const before = one.limit.limit;
    expect(before).toBeGreaterThan(20);
    one.runtime.advanceTo(60);
    expect(one.limit.limit).toBe(3);
    expect(one.runtime.done.at(-1)).toBe('wake');
    one.sample(20, 50);
    expect(one.limit.limit).toBe(before);
    expect(one.limit.why?.(0, 0).numbers).toMatchObject({ minRttS: 0.0205 });
  });

  test('ignores requests that began before it, whatever their number', () => {
    const one = measured({ minRttJitter: 0 });
    one.runtime.advanceTo(61);
    for (let i = 0; i < 100; i++) one.limit.onSample(59, 2, 1, false);
    expect(reasonOf(one)).toBe('measuring-min-rtt');
    one.sample(10, 50);
    expect(reasonOf(one)).toBe('no-update-yet');
  });

  test('ignores requests that ended before it, even where no update has taken them', () => {
    const one = measured({ minRttJitter: 0, updateInterval: '7s' });
    one.runtime.advanceTo(59);
    one.sample(10, 30);
    one.runtime.advanceTo(60);
    one.sample(10, 49);
    expect(reasonOf(one)).toBe('measuring-min-rtt');
  });

  test('puts off an update that was to come', () => {
    const one = measured({ minRttJitter: 0, updateInterval: '7s' });
    one.runtime.advanceTo(61);
    one.sample(10, 51);
    one.runtime.advanceTo(64);
    expect(one.limit.limit).toBe(3);
    one.runtime.advanceTo(68);
    expect(one.limit.limit).toBe(5);
  });

  test('stops the updates, which begin again with its end', () => {
    const one = measured({ minRttJitter: 0 });
    one.runtime.advanceTo(60);
    one.sample(10, 30);
    one.runtime.advanceTo(60.95);
    expect(one.limit.limit).toBe(3);
    one.sample(10, 20);
    one.sample(10);
    one.runtime.advanceTo(61.04);
    expect(one.limit.limit).toBe(3);
    one.runtime.advanceTo(61.06);
    expect(one.limit.limit).toBe(5);
  });

  test('is put off by up to the jitter, at every stage by something else', () => {
    const startsOf = (stage: number): number[] => {
      const { limit, runtime, sample } = controller({ minRttRequests: 1, updateInterval: 1e6 }, stage);
      const starts: number[] = [];
      let windows = 1;
      for (let step = 0; step < 4000; step++) {
        if (limit.why?.(0, 0).reason === 'measuring-min-rtt') sample(10);
        runtime.advanceTo((step + 1) / 4);
        if (limit.measures?.(runtime.nowS()).min_rtt_windows === windows) continue;
        windows++;
        starts.push(runtime.nowS());
      }
      return starts;
    };
    const starts = startsOf(0);
    const gaps = starts.map((start, i) => start - (starts[i - 1] ?? 0));
    expect(gaps.length).toBeGreaterThan(10);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(60);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(69 + 0.5);
    expect(new Set(gaps).size).toBeGreaterThan(5);
    expect(startsOf(1)).not.toEqual(starts);
  });

  test('is counted, with its time, from the beginning of the measuring on', () => {
    const one = controller({ minRttJitter: 0 });
    one.runtime.advanceTo(4);
    expect(one.limit.measures?.(4)).toMatchObject({ min_rtt_windows: 1, min_rtt_windows_s: 4 });
    one.limit.beginMeasuring?.(4);
    one.runtime.advanceTo(6);
    one.sample(10, 50);
    expect(one.limit.measures?.(10)).toMatchObject({ min_rtt_windows: 0, min_rtt_windows_s: 2 });
    one.runtime.advanceTo(67);
    expect(one.limit.measures?.(67)).toMatchObject({ min_rtt_windows: 1, min_rtt_windows_s: 3 });
  });
});

describe('updates', () => {
  // minRTT 10.5 ms and a quarter: 13.125 ms. Samples stand for the middle of their bin.
  test('follow gradient x limit + its root, rounded down, by hand', () => {
    const one = measured();
    // 13.125 / 10.5 = 1.25: 3.75 + 1.94, then 6.25 + 2.5, then 10 + 3.16.
    expect(one.updateAfter(10)).toBe(5);
    expect(one.updateAfter(10)).toBe(8);
    expect(one.updateAfter(10)).toBe(13);
    // 13.125 / 20.5 = 0.6402: 8.32 + 2.89.
    expect(one.updateAfter(20)).toBe(11);
    expect(one.limit.why?.(0, 0)).toMatchObject({ reason: 'gradient', numbers: { sampleRttS: 0.0205 } });
    expect(one.limit.why?.(0, 0).numbers?.gradient).toBeCloseTo(13.125 / 20.5, 12);
    // 13.125 / 105 is below a half: 5.5 + 2.35.
    expect(one.updateAfter(100)).toBe(7);
    // 13.125 / 1.05 is above 2: 14 + 3.74.
    expect(one.updateAfter(1)).toBe(17);
    expect(one.runtime.done).toEqual(Array(6).fill('wake'));
  });

  test('need a sample, and keep their times', () => {
    const one = measured();
    one.runtime.advanceTo(0.55);
    expect(one.limit.limit).toBe(3);
    one.sample(10);
    one.runtime.advanceTo(0.59);
    expect(one.limit.limit).toBe(3);
    one.runtime.advanceTo(0.61);
    expect(one.limit.limit).toBe(5);
  });

  test('take the percentile of the interval', () => {
    const one = measured({ percentile: 0.9, minRttRequests: 50 });
    one.sample(10, 8);
    one.sample(100, 2);
    one.runtime.advanceTo(0.1);
    // Nine tenths of ten: half of the two in the bin from 100 to 110.
    expect(one.limit.why?.(0, 0).numbers).toMatchObject({ sampleRttS: 0.105 });
  });

  test('that leave the limit at the lowest five times in a row measure minRTT anew', () => {
    const one = measured({ minRttJitter: 0 });
    for (let update = 1; update <= 4; update++) one.updateAfter(50);
    expect(reasonOf(one)).toBe('gradient');
    one.updateAfter(50);
    expect(reasonOf(one)).toBe('measuring-min-rtt');
    one.sample(50, 50);
    // 50 ms are now what the server takes: the limit grows.
    expect(one.updateAfter(50)).toBe(5);
    // The next measurement comes an interval after this one, not after the first.
    one.runtime.advanceTo(60.4);
    expect(reasonOf(one)).toBe('gradient');
    one.runtime.advanceTo(60.6);
    expect(reasonOf(one)).toBe('measuring-min-rtt');
  });

  test('keep the limit between the lowest and the highest, and change it by no more than the gradient allows', () => {
    const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 3_600_000 }), fc.integer({ min: 0, max: 3 })), {
      maxLength: 60,
    });
    fc.assert(
      fc.property(
        steps,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 20, max: 40 }),
        (list, min, max) => {
          const one = controller({ minRttRequests: 2, minLimit: min, maxLimit: max, minRttInterval: 3 });
          for (const [milliseconds, times] of list) {
            const before = one.limit.limit;
            one.sample(milliseconds, times);
            one.runtime.advanceTo(one.runtime.nowS() + 0.1);
            const after = one.limit.limit;
            expect(after).toBeGreaterThanOrEqual(Math.max(min, Math.floor(before / 2)));
            expect(after).toBeLessThanOrEqual(Math.min(max, 2 * before + Math.sqrt(2 * before)));
            expect(Number.isInteger(after)).toBe(true);
          }
        },
      ),
    );
  });
});

test('with a lowest limit of its own the limit is not pinned while minRTT is measured', () => {
  const one = controller({ minLimit: 8, minRttJitter: 0 });
  expect(one.limit.limit).toBe(8);
  one.sample(10, 50);
  const grown = one.updateAfter(10);
  expect(grown).toBe(13);
  one.runtime.advanceTo(61);
  expect(reasonOf(one)).toBe('measuring-min-rtt');
  expect(one.limit.limit).toBe(grown);
});

test('with a given minRTT nothing is measured, not even at the lowest limit', () => {
  const one = controller({ minRtt: '10.5ms' });
  expect(one.updateAfter(10)).toBe(5);
  for (let update = 0; update < 10; update++) one.updateAfter(500);
  expect(one.limit.limit).toBe(3);
  one.runtime.advanceTo(1000);
  expect(one.limit.measures?.(1000)).toEqual({ min_rtt_s: 0.0105, min_rtt_windows: 0, min_rtt_windows_s: 0 });
});

test('a step that takes no time counts for nothing', () => {
  const one = controller();
  one.sample(0, 100);
  expect(reasonOf(one)).toBe('measuring-min-rtt');
});

test('a lowest limit above the highest is refused', () => {
  for (const parameters of [{ minLimit: 9, maxLimit: 8 }, { maxLimit: 2 }, { updateInterval: 0 }])
    expect(envoyGradient.parameters.safeParse(parameters).success).toBe(false);
});
