/** The first values of a quantity, kept as they are, so that quantiles of small samples are exact. */

/** Beyond so many values, a histogram's 0.4% are far less than the sampling error of any quantile. */
const KEPT_MAX = 4096;

export class KeptValues {
  private values = new Float64Array(0);
  private count = 0;
  /** Whether all values that were added are still here. */
  isComplete = true;

  add(value: number): void {
    if (!this.isComplete) return;
    if (this.count === KEPT_MAX) {
      this.drop();
      return;
    }
    if (this.count === this.values.length) {
      const grown = new Float64Array(Math.max(16, 2 * this.count));
      grown.set(this.values);
      this.values = grown;
    }
    this.values[this.count++] = value;
  }

  merge(other: KeptValues): void {
    if (!other.isComplete) this.drop();
    for (let i = 0; i < other.count && this.isComplete; i++) this.add(other.values[i]!);
  }

  /** Ascending. */
  sorted(): Float64Array {
    return this.values.slice(0, this.count).sort();
  }

  private drop(): void {
    this.isComplete = false;
    this.values = new Float64Array(0);
    this.count = 0;
  }
}

/** The smallest value with at least the fraction `p` of all at or below it, of ascending values; 0 of none. */
export function nearestRank(sorted: Float64Array, p: number): number {
  return sorted.length === 0 ? 0 : sorted[Math.max(1, Math.ceil(p * sorted.length)) - 1]!;
}
