/**
 * A sum that forgets: WindowedAdder of twitter/util (commit 1bdeab5), which keeps a range of time in ten slices. A slice
 * ends when the clock is next read after a tenth of the range, so one that is seldom read is longer, and what it holds is
 * remembered for longer than the range.
 */

const SLICES = 10;

export class WindowedSum {
  /** All slices but the present one, round and round. */
  private readonly past = new Float64Array(SLICES - 1);
  /** Of these the oldest. */
  private oldest = 0;
  private present = 0;
  private presentSinceMs = 0;
  private readonly sliceMs: number;

  constructor(rangeMs: number) {
    this.sliceMs = Math.floor(rangeMs / SLICES);
  }

  add(amount: number, nowMs: number): void {
    this.forget(nowMs);
    this.present += amount;
  }

  sum(nowMs: number): number {
    this.forget(nowMs);
    return this.past.reduce((sum, slice) => sum + slice, this.present);
  }

  /** What `sum` would say, without the slices being moved on. */
  peek(nowMs: number): number {
    const { past, oldest } = this;
    const passed = this.slicesPassed(nowMs);
    let sum = passed >= SLICES ? 0 : this.present;
    for (let age = passed; age < past.length; age++) sum += past[(oldest + age) % past.length]!;
    return sum;
  }

  private forget(nowMs: number): void {
    const { past } = this;
    const passed = this.slicesPassed(nowMs);
    if (passed === 0) return;
    // The present slice takes the place of the oldest; those skipped over are empty.
    for (let i = 0; i < Math.min(passed, SLICES); i++) {
      past[this.oldest] = i === 0 ? this.present : 0;
      this.oldest = (this.oldest + 1) % past.length;
    }
    this.present = 0;
    this.presentSinceMs = nowMs;
  }

  private slicesPassed(nowMs: number): number {
    return Math.floor((nowMs - this.presentSinceMs) / this.sliceMs);
  }
}
