/**
 * Effects of a factor in designs that scatter their points (random, Latin hypercube, Sobol, grids with gaps): the points
 * are put into bins by the factor's value, and what of the variance lies between the bins is the factor's. With many
 * points this is the first-order index of A. Saltelli et al., "Global Sensitivity Analysis: The Primer" (2008), section
 * 1.2.5, V(E(Y|X))/V(Y); what a curve does within a bin is missed.
 *
 * Whatever varies besides the factor is chance here, the other factors included, so intervals resample the points.
 * Values come less their mean, which keeps their digits.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { RandomStream } from '../../kernel/random/stream.js';
import type { Estimate } from '../document.js';

/** Which bin each point is in. Every bin has points. */
export interface Bins {
  readonly count: number;
  readonly of: Int32Array;
}

const RESAMPLES = 499;
/** Fewer points in all are too few to resample. */
const RESAMPLED_MIN = 12;
/** Two-sided 95%. */
const TAIL = 0.025;

interface Sums {
  /** Bins that have points. */
  readonly count: number;
  /** Squares between the bins, and of all. */
  readonly between: number;
  readonly total: number;
}

/** Of the points picked, with repetitions. */
function sums({ count, of }: Bins, values: Float64Array, picked: Int32Array): Sums {
  const sumOf = new Float64Array(count);
  const countOf = new Float64Array(count);
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < picked.length; i++) {
    const point = picked[i]!;
    const value = values[point]!;
    const bin = of[point]!;
    sumOf[bin] = sumOf[bin]! + value;
    countOf[bin] = countOf[bin]! + 1;
    sum += value;
    squares += value * value;
  }
  let between = 0;
  let used = 0;
  for (let bin = 0; bin < count; bin++) {
    if (countOf[bin] === 0) continue;
    used++;
    between += (sumOf[bin]! * sumOf[bin]!) / countOf[bin]!;
  }
  const mean = (sum * sum) / picked.length;
  return { count: used, between: between - mean, total: squares - mean };
}

const eachOnce = (length: number): Int32Array => Int32Array.from({ length }, (_, point) => point);

/**
 * Each factor's share of the variance: the variance of all less that within bins, which frees it of what chance alone
 * spreads the bins by (T. L. Kelley, "An unbiased correlation ratio measure", Proc. Nat. Acad. Sci. 21 (1935)). Even
 * designs spread bins by less than chance does, so there it is a little low.
 *
 * Its interval is the basic bootstrap's (A. C. Davison & D. V. Hinkley, "Bootstrap Methods and their Application" (1997),
 * section 5.2). What stands for the truth among the resamples is the observed variance between bins, chance included:
 * the resamples have theirs on top of it.
 *
 * @param noise variance that the simulation adds to each value; no part of what is to be explained
 */
export function sharesOfVariance(
  factors: readonly Bins[],
  values: Float64Array,
  noise: number,
  stream: RandomStream,
): Estimate[] {
  const { length } = values;
  const shareOf = (bins: Bins, picked: Int32Array): number => {
    const { count, between, total } = sums(bins, values, picked);
    const all = total / (length - 1);
    if (length <= count || !(all > noise)) return 0;
    return (all - (total - between) / (length - count)) / (all - noise);
  };
  const observed = eachOnce(length);
  const shares = factors.map((bins) => shareOf(bins, observed));
  if (length < RESAMPLED_MIN)
    return shares.map((share) => ({ mean: clamped(share), ci_low: null, ci_high: null }));
  const centres = factors.map((bins) => {
    const { between, total } = sums(bins, values, observed);
    return total / length > noise ? between / length / (total / length - noise) : 0;
  });
  const resampled = factors.map(() => new Float64Array(RESAMPLES));
  const picked = new Int32Array(length);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    for (let i = 0; i < length; i++) picked[i] = Math.floor(stream.next() * length);
    for (let factor = 0; factor < factors.length; factor++)
      resampled[factor]![resample] = shareOf(factors[factor]!, picked) - centres[factor]!;
  }
  return shares.map((share, factor) => {
    const sorted = resampled[factor]!.sort();
    const rank = Math.floor((RESAMPLES + 1) * TAIL) - 1;
    return {
      mean: clamped(share),
      ci_low: clamped(share - sorted[RESAMPLES - 1 - rank]!),
      ci_high: clamped(share - sorted[rank]!),
    };
  });
}

/** Difference of two independent means with Welch's interval (B. L. Welch, Biometrika 34 (1947)). */
export function changeBetweenGroups(from: readonly number[], to: readonly number[]): Estimate {
  const [a, b] = [momentsOf(from), momentsOf(to)];
  const mean = b.mean - a.mean;
  if (from.length < 2 || to.length < 2) return { mean, ci_low: null, ci_high: null };
  const squared = a.squaredError + b.squaredError;
  if (squared === 0) return { mean, ci_low: mean, ci_high: mean };
  const degrees =
    (squared * squared) /
    ((a.squaredError * a.squaredError) / (from.length - 1) +
      (b.squaredError * b.squaredError) / (to.length - 1));
  const half = -tQuantile(TAIL, degrees) * Math.sqrt(squared);
  return { mean, ci_low: mean - half, ci_high: mean + half };
}

function momentsOf(values: readonly number[]): { readonly mean: number; readonly squaredError: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) * (value - mean), 0);
  return { mean, squaredError: squares / (values.length - 1) / values.length };
}

const clamped = (share: number): number => Math.min(1, Math.max(0, share));
