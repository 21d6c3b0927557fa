/**
 * Counts of whole numbers in bins of two significant digits, with quantiles interpolated inside a bin: the histogram
 * that Envoy keeps latencies in (circllhist by Circonus, `hist_insert` and `hist_approx_quantile`), for numbers from 1.
 */

/** Bins of a decade: 1.0 to 1.1, ..., 9.9 to 10 times its power of ten. */
const BINS = 90;
/** Up to 10^15, which in microseconds is 30 years; larger ones count in the last bin. */
const DECADES = 15;

export class LogLinearHistogram {
  count = 0;
  private readonly bins = new Uint32Array(BINS * DECADES);

  /** @param value a whole number of at least 1 */
  add(value: number): void {
    let decade = 0;
    let power = 1;
    while (value >= power * 10 && decade < DECADES - 1) {
      power *= 10;
      decade++;
    }
    const digits = Math.min(99, Math.floor((value * 10) / power));
    this.bins[decade * BINS + digits - 10]!++;
    this.count++;
  }

  /** The number below which a share of the counted ones lies; only where something was counted. */
  quantile(share: number): number {
    const target = this.count * share;
    let below = 0;
    let bin = this.nextBin(0);
    while (below + this.bins[bin]! < target) {
      below += this.bins[bin]!;
      bin = this.nextBin(bin + 1);
    }
    let power = 1;
    for (let decade = Math.floor(bin / BINS); decade > 0; decade--) power *= 10;
    const left = ((10 + (bin % BINS)) * power) / 10;
    return left + ((target - below) / this.bins[bin]!) * (power / 10);
  }

  clear(): void {
    this.bins.fill(0);
    this.count = 0;
  }

  /** The first bin from `from` on that holds something. */
  private nextBin(from: number): number {
    let bin = from;
    while (this.bins[bin] === 0) bin++;
    return bin;
  }
}
