/** An estimate as charts draw it: a mean, and the ends of its interval where it has one. */
import type { Estimate } from '../../experiment/document.js';

export interface Interval {
  readonly mean: number;
  /** The mean itself where there is no interval. */
  readonly low: number;
  readonly high: number;
}

/** Of what is measured, which is not negative unless its mean is. */
export function intervalOf({ mean, ci_low, ci_high }: Estimate): Interval {
  const low = ci_low ?? mean;
  return { mean, low: mean >= 0 ? Math.max(0, low) : low, high: ci_high ?? mean };
}

/** Of a difference, which may have either sign. */
export const differenceOf = ({ mean, ci_low, ci_high }: Estimate): Interval => ({
  mean,
  low: ci_low ?? mean,
  high: ci_high ?? mean,
});

/** Every number that an axis has to hold. */
export const endsOf = (intervals: readonly Interval[]): number[] =>
  intervals.flatMap(({ mean, low, high }) => [mean, low, high]);
