/** A number with its uncertainty: the mean over replications and its two-sided 95% Student-t interval. */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import { mean, sampleStandardDeviation } from 'simple-statistics';
import type { Estimate } from './document.js';

/** Two-sided 95%. */
const UPPER_QUANTILE = 0.975;

const factors = new Map<number, number>();

/** The t quantile by degrees of freedom; every leaf of a document asks for the same one. */
function studentFactor(degrees: number): number {
  let factor = factors.get(degrees);
  if (factor === undefined) {
    factor = tQuantile(UPPER_QUANTILE, degrees);
    factors.set(degrees, factor);
  }
  return factor;
}

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
    (studentFactor(values.length - 1) * sampleStandardDeviation(numbers)) / Math.sqrt(values.length);
  return { mean: middle, ci_low: middle - half, ci_high: middle + half };
}
