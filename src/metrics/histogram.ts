/**
 * A streaming histogram with logarithmic buckets: the exponent and the first seven bits of the mantissa of the
 * float64 are the bucket, so a bucket spans less than 1/128 of its value and its middle is within 0.4% of anything
 * in it (the idea of HdrHistogram's log-linear buckets, on the bits of the number itself).
 *
 * Data plane. `record` is about 4 ns and allocates only when a value lies outside the range seen so far. Memory is
 * bounded by the range of the values (512 bytes an octave), not by their number.
 */

const BUCKETS_PER_OCTAVE = 128;
/** 32 - (1 sign + 11 exponent + 7 mantissa bits) - 1: bits of the high word below the bucket number. */
const SHIFT = 13;
/** Smaller values, zero among them, count as zero: a nanosecond is nothing here. */
const SMALLEST = 1e-9;

const bits = new Float64Array(1);
const words = new Uint32Array(bits.buffer);

function bucketMiddle(bucket: number): number {
  words[1] = bucket << SHIFT;
  words[0] = 0;
  const low = bits[0]!;
  words[1] = (bucket + 1) << SHIFT;
  return (low + bits[0]!) / 2;
}

export class Histogram {
  private counts = new Uint32Array(0);
  /** Number of the first bucket held. */
  private first = 0;
  private zeros = 0;
  count = 0;
  sum = 0;
  max = 0;
  private min = Number.POSITIVE_INFINITY;

  record(value: number): void {
    this.count++;
    if (value < SMALLEST) {
      this.zeros++;
      return;
    }
    this.sum += value;
    if (value > this.max) this.max = value;
    if (value < this.min) this.min = value;
    bits[0] = value;
    const index = (words[1]! >>> SHIFT) - this.first;
    if (index >= 0 && index < this.counts.length) this.counts[index]!++;
    else this.recordOutside(words[1]! >>> SHIFT);
  }

  get mean(): number {
    return this.count === 0 ? 0 : this.sum / this.count;
  }

  /** Share of recorded values above zero. */
  get positiveFraction(): number {
    return this.count === 0 ? 0 : (this.count - this.zeros) / this.count;
  }

  /** The smallest value with at least the fraction `p` of the values at or below it; 0 where there are none. */
  quantile(p: number): number {
    const rank = Math.max(1, Math.ceil(p * this.count));
    if (this.count === 0 || rank <= this.zeros) return 0;
    let seen = this.zeros;
    for (let i = 0; i < this.counts.length; i++) {
      seen += this.counts[i]!;
      if (seen >= rank) return Math.min(this.max, Math.max(this.min, bucketMiddle(this.first + i)));
    }
    return this.max;
  }

  /** Adds what another histogram recorded. */
  merge(other: Histogram): void {
    this.count += other.count;
    this.zeros += other.zeros;
    this.sum += other.sum;
    this.max = Math.max(this.max, other.max);
    this.min = Math.min(this.min, other.min);
    for (let i = 0; i < other.counts.length; i++) {
      const added = other.counts[i]!;
      if (added === 0) continue;
      this.cover(other.first + i);
      this.counts[other.first + i - this.first]! += added;
    }
  }

  reset(): void {
    this.counts.fill(0);
    this.zeros = 0;
    this.count = 0;
    this.sum = 0;
    this.max = 0;
    this.min = Number.POSITIVE_INFINITY;
  }

  /** Distribution for charts: each bucket's upper fraction and middle, ascending. */
  curve(): { fraction: number[]; value: number[] } {
    const fraction: number[] = [];
    const value: number[] = [];
    let seen = this.zeros;
    if (this.zeros > 0) {
      fraction.push(seen / this.count);
      value.push(0);
    }
    for (let i = 0; i < this.counts.length; i++) {
      if (this.counts[i] === 0) continue;
      seen += this.counts[i]!;
      fraction.push(seen / this.count);
      value.push(Math.min(this.max, Math.max(this.min, bucketMiddle(this.first + i))));
    }
    return { fraction, value };
  }

  private recordOutside(bucket: number): void {
    if (!(bucket < 0x7ff00000 >>> SHIFT)) throw new RangeError('a histogram takes finite values of at least 0');
    this.cover(bucket);
    this.counts[bucket - this.first]!++;
  }

  /** Widens the held range by whole octaves until it includes the bucket. */
  private cover(bucket: number): void {
    const last = this.first + this.counts.length;
    if (this.counts.length > 0 && bucket >= this.first && bucket < last) return;
    const octaveStart = bucket - (bucket % BUCKETS_PER_OCTAVE);
    const first = this.counts.length === 0 ? octaveStart : Math.min(this.first, octaveStart);
    const end = this.counts.length === 0 ? octaveStart + BUCKETS_PER_OCTAVE : Math.max(last, octaveStart + BUCKETS_PER_OCTAVE);
    const counts = new Uint32Array(end - first);
    counts.set(this.counts, this.counts.length === 0 ? 0 : this.first - first);
    this.counts = counts;
    this.first = first;
  }
}
