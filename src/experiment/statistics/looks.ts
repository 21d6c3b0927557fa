/**
 * Sequential comparison: replications are added until every metric is decided, or the budget is spent. Looking several
 * times at growing data finds differences that are none, unless the error is split over the looks.
 *
 * The split is alpha·t, t the share of the budget that a look has (the power family of K. Kim and D. L. DeMets,
 * Biometrika 74, 1987, with exponent 1): with doubling looks the last one keeps half of the error, whatever their
 * number, and the early ones see large differences; boundaries of O'Brien and Fleming would leave those next to
 * nothing, an equal split would take more from the last. Each look is tested at its own part with Student's t, and the
 * parts add up (Bonferroni): valid for any dependence between the looks and any rule of when to stop, without the
 * normal approximation that exact group-sequential boundaries need.
 *
 * All metrics are judged by Holm's procedure at each look. What is said is what the last look taken says, so that
 * figures and verdicts come from the same replications; the chance of any wrong "lower" is at most alpha.
 */
import { holm } from './holm.js';
import { type PairedDifference, pairedDifference } from './paired.js';

export interface Look {
  /** In all, those of earlier looks included. */
  readonly replications: number;
  /** The part of the error that this look may make. */
  readonly alpha: number;
  readonly isLast: boolean;
}

/** After `first`, twice, four times as many replications ..., and at the end `budget`. */
export function looksOf(first: number, budget: number, alpha: number): Look[] {
  if (!(Number.isInteger(first) && Number.isInteger(budget) && first >= 2 && budget >= first))
    throw new RangeError(`expected 2 ≤ first look ≤ budget in replications, got ${first} and ${budget}`);
  const looks: Look[] = [];
  let seen = 0;
  for (let next = first; ; next *= 2) {
    const isLast = 2 * next > budget;
    const replications = isLast ? budget : next;
    looks.push({ replications, alpha: (alpha * (replications - seen)) / budget, isLast });
    if (isLast) return looks;
    seen = replications;
  }
}

/** `equivalent`: the whole interval lies within the indifference around the baseline. `open`: another look is due. */
export type Decision = 'a-lower' | 'b-lower' | 'no-difference-found' | 'equivalent' | 'open';

export interface Comparison extends PairedDifference {
  readonly decision: Decision;
  readonly adjustedP: number;
}

/** The values of one metric in all replications so far, pair by pair: a is the baseline. */
export interface MetricPairs {
  readonly a: readonly number[];
  readonly b: readonly number[];
}

/**
 * What one look says of all metrics (of all setups compared, where there are several), each with the interval that
 * agrees with its decision.
 * @param indifference share of the baseline below which a difference does not matter; 0: every one does
 */
export function judgeLook(metrics: readonly MetricPairs[], look: Look, indifference = 0): Comparison[] {
  const pValues = metrics.map(({ a, b }) => pairedDifference(a, b).pValue);
  return holm(pValues, look.alpha).map(({ rejected, adjustedP, confidence }, i) => {
    const difference = pairedDifference(metrics[i]!.a, metrics[i]!.b, confidence);
    return { ...difference, decision: decide(difference, rejected, look, indifference), adjustedP };
  });
}

/** A difference that is certain but within the indifference is `equivalent`: it does not matter. */
export function decide(
  difference: PairedDifference,
  rejected: boolean,
  { isLast }: Pick<Look, 'isLast'>,
  indifference: number,
): Decision {
  if (isWithin(difference, indifference)) return 'equivalent';
  if (rejected) return difference.difference > 0 ? 'a-lower' : 'b-lower';
  return isLast ? 'no-difference-found' : 'open';
}

function isWithin({ interval, relative }: PairedDifference, indifference: number): boolean {
  if (interval === null) return false;
  if (interval.low === 0 && interval.high === 0) return true;
  return relative !== null && relative.low >= -indifference && relative.high <= indifference;
}
