import { describe, expect, test } from 'vitest';
import {
  type SampledLimit,
  WindowedLimit,
  windowParameter,
} from '../../../src/policies/concurrency/windowed.js';

/** Records what a window hands on. */
class Recorder implements SampledLimit {
  readonly limit = 5;
  readonly fed: [number, number, boolean][] = [];
  onSample(): void {
    throw new Error('a window feeds through update');
  }
  update(roundTripNs: number, inFlight: number, dropped: boolean): void {
    this.fed.push([roundTripNs, inFlight, dropped]);
  }
}

function windowed(parameters: Record<string, unknown>): { recorder: Recorder; limit: WindowedLimit } {
  const recorder = new Recorder();
  return { recorder, limit: new WindowedLimit(recorder, windowParameter().parse(parameters)!) };
}

// The sequences of the library through whole limits are in the tests of aimd and gradient2.
describe('a window', () => {
  test('hands on the average round trip, the most in flight and whether any failed', () => {
    const { recorder, limit } = windowed({ size: 3 });
    limit.onSample(0, 0.01, 1, false); // Ends the first window, which is too small.
    limit.onSample(0.1, 0.02, 4, false);
    limit.onSample(0.2, 0.03, 9, true);
    limit.onSample(1.5, 0.04, 2, false);
    expect(recorder.fed).toEqual([[30_000_000, 9, true]]);
    expect(limit.limit).toBe(5);
  });

  test('ignores round trips under the threshold', () => {
    const { recorder, limit } = windowed({ size: 1, threshold: '1ms' });
    limit.onSample(0, 0.000_999, 50, true);
    limit.onSample(0, 0.001, 3, false);
    expect(recorder.fed).toEqual([[1_000_000, 3, false]]);
  });

  test('lasts twice its shortest round trip, between the shortest and the longest window', () => {
    const { recorder, limit } = windowed({ size: 1, min: '1s', max: '10s' });
    limit.onSample(0, 2, 1, false); // Ends at 2: the next is open until 6.
    limit.onSample(3, 3, 1, false); // Ends at 6, not after.
    expect(recorder.fed).toHaveLength(1);
    limit.onSample(3, 3.1, 1, false);
    expect(recorder.fed).toHaveLength(2);
  });

  test('with a percentile hands on that of the samples kept', () => {
    const { recorder, limit } = windowed({ size: 4, samples: 4, percentile: 0.5 });
    limit.onSample(0, 0.01, 1, false);
    for (const roundTripS of [0.04, 0.01, 0.03, 0.02]) limit.onSample(0.1, roundTripS, 1, false);
    limit.onSample(5, 9, 80, true); // Over the samples kept: ends the window, and is not in it.
    expect(recorder.fed).toEqual([[20_000_000, 1, false]]);
  });

  test('whose shortest time is over its longest is refused', () => {
    expect(windowParameter().safeParse({ min: '5s' }).success).toBe(false);
  });

  test('that could never be complete is refused', () => {
    expect(windowParameter().safeParse({ size: 20, samples: 10, percentile: 0.9 }).success).toBe(false);
    expect(windowParameter().safeParse({ size: 20, samples: 10 }).success).toBe(true);
  });
});
