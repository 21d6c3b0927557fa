/**
 * An exact quantile of the last so many values. The window is kept in order of arrival and, beside it, in order of
 * size: a new value takes the oldest one's place in both. Hot path: no allocation; one move within a typed array.
 */
export class RollingQuantile {
  private readonly byArrival: Float64Array;
  private readonly bySize: Float64Array;
  private oldest = 0;
  /** Values in the window. */
  count = 0;

  constructor(window: number) {
    this.byArrival = new Float64Array(window);
    this.bySize = new Float64Array(window);
  }

  add(value: number): void {
    if (this.count === this.byArrival.length) this.remove(this.byArrival[this.oldest]!);
    this.byArrival[this.oldest] = value;
    this.oldest = (this.oldest + 1) % this.byArrival.length;
    const at = this.placeOf(value);
    this.bySize.copyWithin(at + 1, at, this.count);
    this.bySize[at] = value;
    this.count++;
  }

  /** The smallest value with at least the fraction `p` of the window at or below it; 0 where it is empty. */
  quantile(p: number): number {
    return this.count === 0 ? 0 : this.bySize[Math.max(1, Math.ceil(p * this.count)) - 1]!;
  }

  private remove(value: number): void {
    const at = this.placeOf(value);
    this.bySize.copyWithin(at, at + 1, this.count);
    this.count--;
  }

  /** Position of the first value that is not smaller. */
  private placeOf(value: number): number {
    let low = 0;
    let high = this.count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.bySize[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
