import { describe, expect, test } from 'vitest';
import { DiurnalIntensity } from '../../../src/kernel/arrival/diurnal.js';
import { arrivals, countPerWindow, expectWithin4 } from './counting.js';

const HOUR_S = 3600;

describe('a daily rise and fall', () => {
  const spec = { process: 'diurnal', mean: '0.5/s', peakToTrough: 4, peakAt: '14h' };

  test('has in every hour the integral of its sine', () => {
    const days = 20;
    const sums = new Float64Array(24);
    countPerWindow(arrivals(spec), HOUR_S, 24 * days).forEach((count, i) => {
      sums[i % 24] += count;
    });
    // Mean of 1 + A cos(2 pi (t - 14) / 24) over an hour, A = (4 - 1) / (4 + 1).
    const turn = (2 * Math.PI) / 24;
    sums.forEach((sum, hour) => {
      const integral = (Math.sin(turn * (hour + 1 - 14)) - Math.sin(turn * (hour - 14))) / turn;
      const expected = 0.5 * HOUR_S * days * (1 + 0.6 * integral);
      expectWithin4(sum, expected, Math.sqrt(expected));
    });
    expect(arrivals(spec).meanRateHz).toBe(0.5);
  });

  test('peaks when it should, at peakToTrough times the trough, and never exceeds its segments bounds', () => {
    const intensity = new DiurnalIntensity(5, 4, 14 * HOUR_S, 24 * HOUR_S);
    const rateAt = (timeS: number): number => intensity.rateHz(intensity.segmentAt(timeS), timeS);
    expect(rateAt(14 * HOUR_S)).toBeCloseTo(8, 12);
    expect(rateAt(2 * HOUR_S)).toBeCloseTo(2, 12);
    for (let timeS = 0; timeS < 72 * HOUR_S; timeS += 61.7) {
      const segment = intensity.segmentAt(timeS);
      expect(intensity.segmentEndS(segment)).toBeGreaterThan(timeS);
      expect(rateAt(timeS)).toBeLessThanOrEqual(intensity.boundHz(segment) * (1 + 1e-12));
    }
  });

  test('without a difference between peak and trough is a Poisson process', () => {
    const counts = countPerWindow(arrivals({ ...spec, peakToTrough: 1, period: '1h' }), 100, 5000);
    const total = counts.reduce((sum, count) => sum + count, 0);
    expectWithin4(total, 250_000, 500);
  });
});

test('a peak below the trough is refused', () => {
  expect(() => arrivals({ process: 'diurnal', mean: 1, peakToTrough: 0.5, peakAt: 0 })).toThrow(/at least 1/);
});
