/** Student's t distribution, for means of few replications. */
import tCdf from '@stdlib/stats-base-dists-t-cdf';
import tQuantile from '@stdlib/stats-base-dists-t-quantile';

const factors = new Map<string, number>();

/** t such that a share `confidence` of the distribution lies within ±t; every leaf of a document asks for the same. */
export function twoSidedFactor(confidence: number, degrees: number): number {
  const key = `${confidence}/${degrees}`;
  let factor = factors.get(key);
  if (factor === undefined) {
    if (!(confidence > 0 && confidence < 1))
      throw new RangeError(`expected a confidence between 0 and 1, got ${confidence}`);
    factor = tQuantile((1 + confidence) / 2, degrees);
    factors.set(key, factor);
  }
  return factor;
}

/** Probability of a statistic as far from 0 as this one, either side. */
export function twoSidedP(statistic: number, degrees: number): number {
  return 2 * tCdf(-Math.abs(statistic), degrees);
}
