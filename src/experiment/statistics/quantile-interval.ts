/**
 * Intervals of quantiles. The mean over replications of each one's p99 is too low where replications are short: the
 * quantile of a small sample is biased, and more replications do not mend it. The quantile of all values together is
 * not, or far less. Which interval covers the truth how often: docs/decisions/009-intervals-of-quantiles.md.
 */
import { exp, ln, lnGamma } from '../../kernel/math.js';
import { Histogram } from '../../metrics/histogram.js';
import { twoSidedFactor } from './student.js';

/** The bounds are null where nothing can be said. */
export interface QuantileEstimate {
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
}

/**
 * The quantile of all replications' values, with the interval of R. S. Woodruff, "Confidence intervals for medians and
 * other position measures", JASA 47 (1952), the replications as its clusters: the share of a replication's values at or
 * below the pooled quantile varies from one to the next; that gives an interval of the share (Student's t, linearised
 * for replications of different counts as W. G. Cochran, "Sampling Techniques", 3rd ed., 6.3), and the pooled quantiles
 * at its ends are the bounds. It is not symmetric, as tails are not. An end beyond 1 becomes the largest value seen.
 */
export function pooledQuantile(runs: readonly Histogram[], p: number, confidence = 0.95): QuantileEstimate {
  const pooled = new Histogram();
  for (const run of runs) pooled.merge(run);
  const value = pooled.quantile(p);
  const count = runs.length;
  if (count < 2 || pooled.count === 0) return { value, low: null, high: null };
  const share = pooled.fractionUpTo(value);
  const meanCount = pooled.count / count;
  const squares = runs.reduce((sum, run) => {
    const deviation = (run.count / meanCount) * (run.fractionUpTo(value) - share);
    return sum + deviation * deviation;
  }, 0);
  const half = twoSidedFactor(confidence, count - 1) * Math.sqrt(squares / (count - 1) / count);
  return {
    value,
    low: p - half <= 0 ? pooled.quantile(0) : pooled.quantile(p - half),
    high: p + half >= 1 ? pooled.max : pooled.quantile(p + half),
  };
}

/**
 * Of independent values: between two order statistics, whatever their distribution (H. A. David and H. N. Nagaraja,
 * "Order Statistics", 3rd ed., 7.1). The interval holds at the confidence or a little above. A bound is null where
 * there are too few values beyond the quantile: a p99 has no upper one from fewer than 368 values, at 95%.
 */
export function orderStatisticInterval(
  ascending: readonly number[],
  p: number,
  confidence = 0.95,
): QuantileEstimate {
  const count = ascending.length;
  if (count === 0) throw new RangeError('a quantile needs at least one value');
  if (!(p > 0 && p < 1)) throw new RangeError(`expected a quantile between 0 and 1, got ${p}`);
  const tail = (1 - confidence) / 2;
  const below = ranksBelow(count, p, tail);
  const above = ranksBelow(count, 1 - p, tail);
  return {
    value: ascending[Math.max(1, Math.ceil(p * count)) - 1]!,
    low: below === 0 ? null : ascending[below - 1]!,
    high: above === 0 ? null : ascending[count - above]!,
  };
}

/**
 * The highest rank that is above the quantile with at most the probability `tail`: the largest l with
 * P(Binomial(count, p) < l) ≤ tail; 0 if none is.
 */
function ranksBelow(count: number, p: number, tail: number): number {
  const lnP = ln(p);
  const lnRest = ln(1 - p);
  const lnFactorial = lnGamma(count + 1);
  let sum = 0;
  for (let k = 0; k < count; k++) {
    sum += exp(lnFactorial - lnGamma(k + 1) - lnGamma(count - k + 1) + k * lnP + (count - k) * lnRest);
    if (sum > tail) return k;
  }
  return count;
}
