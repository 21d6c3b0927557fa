import { describe, expect, test } from 'vitest';
import { arrivals, countPerWindow, epochs, expectWithin4 } from './counting.js';

const rates = [
  { at: '0s', rate: '2/s' },
  { at: '10m', rate: '8/s' },
  { at: '15m', rate: 0 },
  { at: '20m', rate: '1/s' },
];

/** Sums the counts of the same minute of every cycle. */
function perMinute(spec: unknown, minutes: number, cycles: number): Float64Array {
  const sums = new Float64Array(minutes);
  countPerWindow(arrivals(spec), 60, minutes * cycles).forEach((count, i) => {
    sums[i % minutes] += count;
  });
  return sums;
}

describe('a rate in steps', () => {
  test('has in every minute the rate of its segment', () => {
    const cycles = 40;
    const sums = perMinute({ process: 'piecewise', rates, repeat: '30m' }, 30, cycles);
    sums.forEach((sum, minute) => {
      const rate = minute < 10 ? 2 : minute < 15 ? 8 : minute < 20 ? 0 : 1;
      const expected = rate * 60 * cycles;
      if (rate === 0) expect(sum).toBe(0);
      else expectWithin4(sum, expected, Math.sqrt(expected));
    });
  });

  test('has as mean rate that of its cycle, or in the end the last', () => {
    const cycle = arrivals({ process: 'piecewise', rates, repeat: '30m' });
    expect(cycle.meanRateHz).toBeCloseTo((2 * 600 + 8 * 300 + 600) / 1800, 14);
    expect(arrivals({ process: 'piecewise', rates }).meanRateHz).toBe(1);
  });

  test('goes on at the last rate, or ends where that is 0', () => {
    const counts = countPerWindow(arrivals({ process: 'piecewise', rates }), 1200, 50);
    expectWithin4(counts[0], 3600, 60);
    expectWithin4(
      counts.slice(1).reduce((sum, count) => sum + count, 0),
      49 * 1200,
      Math.sqrt(49 * 1200),
    );
    const ending = arrivals({ process: 'piecewise', rates: rates.slice(0, 3) });
    const times = epochs(ending, 6000);
    expect(times.at(-1)).toBe(Infinity);
    expect(Math.max(...times.filter((timeS) => timeS < Infinity))).toBeLessThan(900);
  });
});

describe('a rate in straight lines', () => {
  test('has in every minute the mean of its line', () => {
    const cycles = 60;
    const ramp = [
      { at: 0, rate: 1 },
      { at: '10m', rate: 6 },
    ];
    const sums = perMinute(
      { process: 'piecewise', rates: ramp, repeat: '15m', interpolate: 'linear' },
      15,
      cycles,
    );
    sums.forEach((sum, minute) => {
      const rate = minute < 10 ? 1 + (minute + 0.5) / 2 : 6 - (minute - 9.5);
      expectWithin4(sum, rate * 60 * cycles, Math.sqrt(rate * 60 * cycles));
    });
    const process = arrivals({ process: 'piecewise', rates: ramp, repeat: '15m', interpolate: 'linear' });
    expect(process.meanRateHz).toBeCloseTo(3.5, 14);
  });

  test('stays at the last rate where it is not repeated', () => {
    const ramp = [
      { at: 0, rate: 0 },
      { at: 100, rate: 4 },
    ];
    const counts = countPerWindow(
      arrivals({ process: 'piecewise', rates: ramp, interpolate: 'linear' }),
      100,
      30,
    );
    expectWithin4(counts[0], 200, Math.sqrt(200));
    expectWithin4(
      counts.slice(1).reduce((sum, count) => sum + count, 0),
      29 * 400,
      Math.sqrt(29 * 400),
    );
  });
});

test('a start in a later cycle begins in the right segment', () => {
  const process = arrivals({ process: 'piecewise', rates, repeat: '30m', start: '105m', stop: '110m' });
  // 15 minutes into the fourth cycle: rate 0 until 110 min.
  expect(process.nextS()).toBe(Infinity);
});

test.each([
  [{ rates: [{ at: 5, rate: 1 }] }, /first rate is at 0s/],
  [{ rates: [...rates, { at: '12m', rate: 1 }] }, /in order of time/],
  [{ rates, repeat: '20m' }, /after the last rate/],
  [{ rates: [{ at: 0, rate: 0 }] }, /above 0/],
])('%j is refused', (parameters, message) => {
  expect(() => arrivals({ process: 'piecewise', ...parameters })).toThrow(message);
});
