/**
 * Two setups compared replication by replication. Replication i of both runs on the same seed (common random numbers),
 * so the differences vary less than the values, and the paired-t interval is exact for normal differences (A. M. Law,
 * "Simulation Modeling and Analysis", 5th ed., 10.2.1 and 11.2). With independent seeds it holds as well, only wider.
 */
import { twoSidedFactor, twoSidedP } from './student.js';

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** A change as a share of the baseline: 0.1 is a tenth more. */
export interface RelativeChange extends Interval {
  readonly change: number;
}

export interface PairedDifference {
  readonly pairs: number;
  readonly baselineMean: number;
  readonly otherMean: number;
  /** Mean of other − baseline. */
  readonly difference: number;
  /** Of the difference, two-sided; null for one pair. */
  readonly interval: Interval | null;
  readonly confidence: number;
  /** Two-sided, of no difference in the mean; 1 for one pair. */
  readonly pValue: number;
  /** Null where the baseline's sign is not certain at this confidence, and for one pair. */
  readonly relative: RelativeChange | null;
  /**
   * (var baseline + var other) / var (other − baseline): how many times as many replications independent seeds would
   * have taken (Law, 11.2). Null where the difference does not vary.
   */
  readonly varianceReduction: number | null;
}

/** Sums of the same numbers in another order differ by so much of their value; that is no difference. */
const ROUNDING = 1e-12;

/** @param confidence of the intervals; the p value does not depend on it */
export function pairedDifference(
  baseline: readonly number[],
  other: readonly number[],
  confidence = 0.95,
): PairedDifference {
  const pairs = baseline.length;
  if (pairs === 0 || other.length !== pairs)
    throw new RangeError(`expected pairs, got ${pairs} and ${other.length} values`);
  const differences = other.map((value, i) => differenceOf(baseline[i]!, value));
  const means = { baselineMean: meanOf(baseline), otherMean: meanOf(other) };
  const difference = meanOf(differences);
  const shared = { pairs, ...means, difference, confidence };
  if (pairs === 1) return { ...shared, interval: null, pValue: 1, relative: null, varianceReduction: null };
  const variance = covariance(differences, differences);
  const standardError = Math.sqrt(variance / pairs);
  const factor = twoSidedFactor(confidence, pairs - 1);
  const half = factor * standardError;
  return {
    ...shared,
    interval: { low: difference - half, high: difference + half },
    pValue: pValueOf(difference, standardError, pairs),
    relative: fieller(baseline, differences, means.baselineMean, difference, half, factor),
    varianceReduction:
      variance === 0 ? null : (covariance(baseline, baseline) + covariance(other, other)) / variance,
  };
}

function differenceOf(baseline: number, other: number): number {
  const difference = other - baseline;
  const size = Math.max(Math.abs(baseline), Math.abs(other));
  return Math.abs(difference) <= ROUNDING * size ? 0 : difference;
}

/** A difference that is the same in every pair is no chance; none in any pair is no difference. */
function pValueOf(difference: number, standardError: number, pairs: number): number {
  if (difference === 0) return 1;
  return standardError === 0 ? 0 : twoSidedP(difference / standardError, pairs - 1);
}

/**
 * The relative changes r for which a paired test does not reject mean(d − r·a) = 0 (E. C. Fieller, "Some problems in
 * interval estimation", JRSS B 16, 1954), a the baseline and d the difference. They lie between the roots of
 * (ā² − t²·saa/n)·r² − 2(ād̄ − t²·sad/n)·r + (d̄² − t²·sdd/n). The last term is negative exactly where the paired test
 * accepts "no difference", so that the two never contradict each other.
 */
function fieller(
  baseline: readonly number[],
  differences: readonly number[],
  a: number,
  d: number,
  half: number,
  factor: number,
): RelativeChange | null {
  const scale = (factor * factor) / baseline.length;
  const square = a * a - scale * covariance(baseline, baseline);
  if (!(square > 0)) return null;
  const linear = a * d - scale * covariance(baseline, differences);
  const constant = (Math.abs(d) - half) * (Math.abs(d) + half);
  // Rounding can make a double root's discriminant negative.
  const root = Math.sqrt(Math.max(0, linear * linear - square * constant));
  // The larger root first; the other from the product of both, so that neither loses its digits.
  const numerator = linear < 0 ? linear - root : linear + root;
  const one = numerator / square;
  const two = numerator === 0 ? 0 : constant / numerator;
  // A share of the baseline's size: with a negative baseline, more is still more.
  const sign = a < 0 ? -1 : 1;
  return {
    change: (sign * d) / a,
    low: Math.min(sign * one, sign * two),
    high: Math.max(sign * one, sign * two),
  };
}

/** The mean of equal numbers is that number, which their sum over their count need not be. */
function meanOf(values: readonly number[]): number {
  const [first] = values as readonly [number];
  return first + values.reduce((sum, value) => sum + (value - first), 0) / values.length;
}

function covariance(x: readonly number[], y: readonly number[]): number {
  const xMean = meanOf(x);
  const yMean = meanOf(y);
  const sum = x.reduce((total, value, i) => total + (value - xMean) * (y[i]! - yMean), 0);
  return sum / (x.length - 1);
}
