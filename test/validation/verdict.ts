/** Whether replications agree with an expected figure. */
import quantile from '@stdlib/stats-base-dists-t-quantile';
import type { ExpectedMeasure } from './case.js';

const CONFIDENCE = 0.99;
/** Intervals wider than this share of the expected figure would prove little. */
export const PRECISION = 0.02;

export interface Verdict {
  readonly measured: number;
  readonly ciLow: number;
  readonly ciHigh: number;
  readonly ok: boolean;
  /** Empty where it is ok. */
  readonly reason: string;
}

/** Mean and half-width of the Student-t interval of independent replications. */
export function interval(values: readonly number[]): { mean: number; halfWidth: number } {
  const n = values.length;
  if (n < 2) throw new RangeError(`an interval needs at least 2 replications, got ${n}`);
  const mean = values.reduce((sum, value) => sum + value, 0) / n;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const standardError = Math.sqrt(squares / (n - 1) / n);
  return { mean, halfWidth: quantile((1 + CONFIDENCE) / 2, n - 1) * standardError };
}

/** Agreement: the expected figure (or its own interval) meets the 99% interval, and that interval is narrow. */
export function judge(
  { expected, expectedHalfWidth = 0 }: ExpectedMeasure,
  values: readonly number[],
  precision = PRECISION,
): Verdict {
  const { mean, halfWidth } = interval(values);
  const ciLow = mean - halfWidth;
  const ciHigh = mean + halfWidth;
  const meets = Math.abs(mean - expected) <= halfWidth + expectedHalfWidth;
  const narrow = halfWidth <= precision * Math.abs(expected);
  const reason = !meets
    ? 'not in the interval'
    : narrow
      ? ''
      : `the interval is wider than ±${(100 * precision).toFixed(0)}%`;
  return { measured: mean, ciLow, ciHigh, ok: meets && narrow, reason };
}
