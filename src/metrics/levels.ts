/**
 * Numbers that change at events (tasks waiting, GPUs busy) and their averages over time. Data plane: one table of
 * typed arrays, a level is a row.
 */
export class Levels {
  readonly value: Int32Array;
  readonly max: Int32Array;
  private readonly area: Float64Array;
  private readonly sinceS: Float64Array;
  private readonly base: Float64Array;
  private startS = 0;

  constructor(readonly rows: number) {
    this.value = new Int32Array(rows);
    this.max = new Int32Array(rows);
    this.area = new Float64Array(rows);
    this.sinceS = new Float64Array(rows);
    this.base = new Float64Array(rows);
  }

  change(row: number, by: number, nowS: number): void {
    const value = this.value[row]!;
    this.area[row]! += value * (nowS - this.sinceS[row]!);
    this.sinceS[row] = nowS;
    const next = value + by;
    if (next < 0) throw new Error(`level ${row} would become ${next}`);
    this.value[row] = next;
    if (next > this.max[row]!) this.max[row] = next;
  }

  /** Integral over time since the beginning, value × seconds. */
  integral(row: number, nowS: number): number {
    return this.area[row]! + this.value[row]! * (nowS - this.sinceS[row]!);
  }

  /** Average since `measureFrom`. */
  mean(row: number, nowS: number): number {
    return nowS > this.startS ? (this.integral(row, nowS) - this.base[row]!) / (nowS - this.startS) : 0;
  }

  /** Averages and maxima count from now: the end of the warm-up. */
  measureFrom(nowS: number): void {
    for (let row = 0; row < this.rows; row++) this.base[row] = this.integral(row, nowS);
    this.max.set(this.value);
    this.startS = nowS;
  }
}
