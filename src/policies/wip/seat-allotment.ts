/**
 * How seats are shared out between levels with bounds: the fair allocation of Kubernetes API Priority and Fairness
 * (v1.26, conc_alloc.go). One proportion is the same for all; a level gets that proportion of its target, or the
 * bound that this would pass.
 */

/** A target below this counts as this, so that a level that wants nothing still takes part in what is left over. */
const LEAST_TARGET = 0.001;

export interface SeatBounds {
  readonly lower: number;
  readonly upper: number;
  readonly target: number;
}

/** Seats of each level, adding up to `total`, which is between the sums of the lower and the upper bounds. */
export function allotSeats(total: number, levels: readonly SeatBounds[]): number[] {
  const targets = levels.map(({ target }) => Math.max(target, LEAST_TARGET));
  const allot = (proportion: number): number[] =>
    levels.map(({ lower, upper }, i) => Math.max(lower, Math.min(upper, proportion * targets[i]!)));
  const sumAt = (proportion: number): number => allot(proportion).reduce((sum, seats) => sum + seats, 0);
  // The sum grows with the proportion, in straight lines that bend only where a level meets a bound.
  const bends = levels
    .flatMap(({ lower, upper }, i) => [lower / targets[i]!, upper / targets[i]!])
    .sort((a, b) => a - b);
  let from = 0;
  let fromSum = sumAt(0);
  for (const to of bends) {
    const toSum = sumAt(to);
    if (toSum >= total) {
      const way = toSum > fromSum ? (total - fromSum) / (toSum - fromSum) : 0;
      return allot(from + Math.max(0, way) * (to - from));
    }
    from = to;
    fromSum = toSum;
  }
  return allot(from);
}
