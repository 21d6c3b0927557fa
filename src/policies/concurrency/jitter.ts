/**
 * Jitter for limits that probe now and then. What belongs to no task has no random stream of its own, so the delays
 * follow an additive recurrence (Kronecker sequence) with the golden ratio: the low-discrepancy sequence whose first
 * n numbers are as evenly spread over [0, 1) as those of any n. The same in every run; each stage begins elsewhere.
 */

const GOLDEN_RATIO_CONJUGATE = 0.6180339887498949;
/** Fractional part of the square root of 2: keeps the sequences of neighbouring stages out of step. */
const STAGE_STEP = 0.41421356237309515;

export class EvenJitter {
  private value: number;

  /** @param stage of the policy's runtime, from -1 */
  constructor(stage: number) {
    const start = (stage + 1) * STAGE_STEP;
    this.value = start - Math.floor(start);
  }

  /** The next number of the sequence, in [0, 1). */
  next(): number {
    this.value += GOLDEN_RATIO_CONJUGATE;
    if (this.value >= 1) this.value -= 1;
    return this.value;
  }
}
