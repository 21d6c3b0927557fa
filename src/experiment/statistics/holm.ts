/**
 * Many hypotheses at once: S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
 * Statistics 6 (1979). The chance that any true one is rejected is at most `alpha`, however they depend on each other.
 */

export interface HolmVerdict {
  readonly rejected: boolean;
  /** Rejected at any level above it. */
  readonly adjustedP: number;
  /**
   * Of the interval that agrees with the verdict: it leaves "no difference" out exactly where that was rejected. Each
   * such interval holds at its own confidence; that all hold at once is more than Holm's procedure says.
   */
  readonly confidence: number;
}

/** Verdicts in the order of the p values. Equal ones are taken in their order. */
export function holm(pValues: readonly number[], alpha: number): HolmVerdict[] {
  const count = pValues.length;
  const order = [...pValues.keys()].sort((i, j) => pValues[i]! - pValues[j]! || i - j);
  const verdicts: HolmVerdict[] = new Array(count);
  let isOver = false;
  let level = 0;
  let adjustedP = 0;
  for (const [step, index] of order.entries()) {
    const p = pValues[index]!;
    if (!(p >= 0 && p <= 1)) throw new RangeError(`expected a probability, got ${p}`);
    // Who is not rejected is judged at the step that ended the procedure, and so are all that come after.
    if (!isOver) {
      level = alpha / (count - step);
      isOver = p >= level;
    }
    adjustedP = Math.max(adjustedP, Math.min(1, (count - step) * p));
    verdicts[index] = { rejected: !isOver, adjustedP, confidence: 1 - level };
  }
  return verdicts;
}
