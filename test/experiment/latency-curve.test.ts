import { describe, expect, it } from 'vitest';
import { latencyCurve } from '../../src/experiment/latency-curve.js';
import { StreamFactory } from '../../src/kernel/random/streams.js';
import { Histogram } from '../../src/metrics/histogram.js';

function exponential(count: number): Histogram {
  const histogram = new Histogram();
  const stream = new StreamFactory('curve').stream('latency');
  for (let i = 0; i < count; i++) histogram.record(-Math.log(stream.next()));
  return histogram;
}

describe('the latency curve', () => {
  const histogram = exponential(200_000);
  const { fraction, latency_s } = latencyCurve(histogram);

  it('has at most 200 of the points, ascending, up to the very maximum', () => {
    expect(histogram.curve().fraction.length).toBeGreaterThan(1000);
    expect(fraction.length).toBeGreaterThan(50);
    expect(fraction.length).toBeLessThanOrEqual(200);
    expect(latency_s).toHaveLength(fraction.length);
    for (let i = 1; i < fraction.length; i++) {
      expect(fraction[i]!).toBeGreaterThan(fraction[i - 1]!);
      expect(latency_s[i]!).toBeGreaterThanOrEqual(latency_s[i - 1]!);
    }
    expect(fraction.at(-1)).toBe(1);
    expect(latency_s.at(-1)).toBe(histogram.max);
  });

  it("keeps the tail: near p99, p99.9 and p99.99 it is the exponential's −ln(1 − p)", () => {
    for (const p of [0.5, 0.9, 0.99, 0.999, 0.9999]) {
      const index = fraction.findIndex((value) => value >= p);
      const exact = -Math.log(1 - fraction[index]!);
      expect(1 - fraction[index]!).toBeGreaterThan((1 - p) * 0.6);
      expect(Math.abs(latency_s[index]! / exact - 1)).toBeLessThan(p > 0.999 ? 0.15 : 0.03);
    }
  });

  it('keeps all points of a small histogram, and none of an empty one', () => {
    const small = new Histogram();
    for (const value of [0, 1, 1, 4]) small.record(value);
    expect(latencyCurve(small).fraction).toEqual([0.25, 0.75, 1]);
    expect(latencyCurve(small).latency_s.at(-1)).toBe(4);
    expect(latencyCurve(new Histogram())).toEqual({ fraction: [], latency_s: [] });
  });
});
