/** A number with its uncertainty: the mean over replications and its two-sided 95% Student-t interval. */
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { Estimate } from './document.js';
import { twoSidedFactor } from './statistics/student.js';

const CONFIDENCE = 0.95;

/**
 * mean ± t(0.975, n−1)·s/√n (A. M. Law, "Simulation Modeling and Analysis", 5th ed., eq. 4.12): exact for normal
 * values, good for means over long runs. One value has no bounds.
 */
export function estimate(values: readonly number[]): Estimate {
  const [first] = values;
  if (first === undefined) throw new RangeError('an estimate needs at least one value');
  if (values.length === 1) return { mean: first, ci_low: null, ci_high: null };
  // The mean of equal numbers can differ from them in the last digit.
  if (values.every((value) => value === first)) return { mean: first, ci_low: first, ci_high: first };
  const numbers = [...values];
  const middle = mean(numbers);
  const half =
    (twoSidedFactor(CONFIDENCE, values.length - 1) * sampleStandardDeviation(numbers)) /
    Math.sqrt(values.length);
  return { mean: middle, ci_low: middle - half, ci_high: middle + half };
}
