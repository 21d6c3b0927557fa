/**
 * Effects of a factor in designs that scatter their points (random, Latin hypercube, Sobol, grids with gaps): the points
 * are put into bins by the factor's value, and what of the variance lies between the bins is the factor's. With many
 * points this is the first-order index of A. Saltelli et al., "Global Sensitivity Analysis: The Primer" (2008), section
 * 1.2.5, V(E(Y|X))/V(Y); what a curve does within a bin is missed.
 *
 * Whatever varies besides the factor is chance here, the other factors included, so a test shuffles the points and an
 * interval resamples them. Values come less their mean, which keeps their digits.
 */
import tQuantile from '@stdlib/stats-base-dists-t-quantile';
import type { RandomStream } from '../../kernel/random/stream.js';
import type { Estimate } from '../document.js';

/** Which bin each point is in. Every bin has points. */
export interface Bins {
  readonly count: number;
  readonly of: readonly number[];
}

const SHUFFLES = 999;
const RESAMPLES = 499;
/** Fewer points in all are too few to resample. */
const RESAMPLED_MIN = 12;
/** Two-sided 95%. */
const TAIL = 0.025;

/** Sums of squares between bins and in all; `picked` are the points taken, with repetitions, null for each once. */
function sums({ count, of }: Bins, values: readonly number[], picked: readonly number[] | null) {
  const sumOf = new Float64Array(count);
  const countOf = new Float64Array(count);
  const length = picked?.length ?? values.length;
  let sum = 0;
  let squares = 0;
  for (let i = 0; i < length; i++) {
    const point = picked === null ? i : picked[i]!;
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
  const mean = (sum * sum) / length;
  return { count: used, length, between: between - mean, total: squares - mean };
}

/**
 * For each factor the probability that bins differ as much where it has no effect: the share of shuffles of the values
 * over the points that make them differ as much (R. A. Fisher's randomisation test), itself counted among them.
 */
export function shuffledProbabilities(
  factors: readonly Bins[],
  values: readonly number[],
  stream: RandomStream,
): number[] {
  const observed = factors.map((bins) => sums(bins, values, null).between);
  const reached = factors.map(() => 1);
  const shuffled = [...values];
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++) {
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = Math.floor(stream.next() * (last + 1));
      [shuffled[last], shuffled[other]] = [shuffled[other]!, shuffled[last]!];
    }
    // Equal sums in another order differ in their last digits.
    for (const [factor, bins] of factors.entries())
      if (sums(bins, shuffled, null).between >= observed[factor]! * (1 - 1e-12)) reached[factor]!++;
  }
  return reached.map((count) => count / (SHUFFLES + 1));
}

/**
 * Each factor's share of the variance: the variance of all less that within bins, which frees it of what chance alone
 * spreads the bins by (T. L. Kelley, "An unbiased correlation ratio measure", Proc. Nat. Acad. Sci. 21 (1935)). And its basic bootstrap interval (A. C. Davison & D. V. Hinkley, "Bootstrap Methods
 * and their Application" (1997), section 5.2). What stands for the truth among the resamples is the observed variance
 * between bins, chance included: the resamples have theirs on top of it.
 *
 * @param noise variance that the simulation adds to each value; no part of what is to be explained
 */
export function sharesOfVariance(
  factors: readonly Bins[],
  values: readonly number[],
  noise: number,
  stream: RandomStream,
): Estimate[] {
  const length = values.length;
  const shareOf = (bins: Bins, picked: readonly number[] | null): number => {
    const { count, between, total } = sums(bins, values, picked);
    const whole = total / (length - 1) - noise;
    if (length <= count || !(whole > 0)) return 0;
    return (total / (length - 1) - (total - between) / (length - count)) / whole;
  };
  const shares = factors.map((bins) => shareOf(bins, null));
  if (length < RESAMPLED_MIN)
    return shares.map((share) => ({ mean: clamped(share), ci_low: null, ci_high: null }));
  const whole = sums({ count: 1, of: values.map(() => 0) }, values, null).total / length - noise;
  const centres = factors.map((bins) => (whole > 0 ? sums(bins, values, null).between / length / whole : 0));
  const resampled: number[][] = factors.map(() => []);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    const picked = Array.from({ length }, () => Math.floor(stream.next() * length));
    for (const [factor, bins] of factors.entries())
      resampled[factor]!.push(shareOf(bins, picked) - centres[factor]!);
  }
  return shares.map((share, factor) => {
    const sorted = resampled[factor]!.sort((a, b) => a - b);
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
