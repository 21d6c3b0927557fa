/**
 * Numbers that change at events (tasks waiting, GPUs busy) and their averages over time. Data plane: a level is a
 * row of one typed array; a change is about 3 ns.
 */

const STRIDE = 4;
const VALUE = 0;
const SINCE_S = 1;
const AREA = 2;
const MAX = 3;

export class Levels {
  private readonly numbers: Float64Array;
  private readonly base: Float64Array;
  private startS = 0;

  constructor(readonly rows: number) {
    this.numbers = new Float64Array(rows * STRIDE);
    this.base = new Float64Array(rows);
  }

  change(row: number, by: number, nowS: number): void {
    const { numbers } = this;
    const at = row * STRIDE;
    const value = numbers[at + VALUE]!;
    numbers[at + AREA]! += value * (nowS - numbers[at + SINCE_S]!);
    if (value > numbers[at + MAX]! && nowS > numbers[at + SINCE_S]!) numbers[at + MAX] = value;
    numbers[at + SINCE_S] = nowS;
    const next = value + by;
    numbers[at + VALUE] = next;
    if (next < 0) this.refuse(row, next);
  }

  private refuse(row: number, value: number): never {
    throw new Error(`level ${row} would become ${value}`);
  }

  value(row: number): number {
    return this.numbers[row * STRIDE + VALUE]!;
  }

  /** Largest value since `measureFrom` that lasted longer than an instant. */
  max(row: number, nowS: number): number {
    const at = row * STRIDE;
    const lasting = nowS > this.numbers[at + SINCE_S]! ? this.numbers[at + VALUE]! : 0;
    return Math.max(lasting, this.numbers[at + MAX]!);
  }

  /** Integral over time since the beginning, value × seconds. */
  integral(row: number, nowS: number): number {
    const at = row * STRIDE;
    return this.numbers[at + AREA]! + this.numbers[at + VALUE]! * (nowS - this.numbers[at + SINCE_S]!);
  }

  /** Average since `measureFrom`. */
  mean(row: number, nowS: number): number {
    return nowS > this.startS ? (this.integral(row, nowS) - this.base[row]!) / (nowS - this.startS) : 0;
  }

  /** Averages and maxima count from now: the end of the warm-up. */
  measureFrom(nowS: number): void {
    for (let row = 0; row < this.rows; row++) {
      const at = row * STRIDE;
      const area = this.integral(row, nowS);
      this.base[row] = area;
      this.numbers[at + AREA] = area;
      // A value that ends at this very instant has not lasted in the window.
      this.numbers[at + SINCE_S] = nowS;
      this.numbers[at + MAX] = 0;
    }
    this.startS = nowS;
  }
}
