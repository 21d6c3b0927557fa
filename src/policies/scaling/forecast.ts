/**
 * Exponential smoothing of a series with equal steps: Holt's linear trend, and with a season Holt and Winters' additive
 * method, after Hyndman & Athanasopoulos, Forecasting: Principles and Practice, 3rd edition, sections 8.2 and 8.3:
 *
 *   level   l[t] = a (y[t] - s[t-m]) + (1 - a) (l[t-1] + b[t-1])
 *   trend   b[t] = b* (l[t] - l[t-1]) + (1 - b*) b[t-1]
 *   season  s[t] = c (y[t] - l[t-1] - b[t-1]) + (1 - c) s[t-m]
 *   forecast y[t+h] = l[t] + h b[t] + s[t+h-m(k+1)]
 *
 * Until a whole season has been seen there is none to go by, and the trend alone is followed. Then the level begins
 * anew at the season's mean, the trend at 0, and the season at what its values are off that mean.
 */

export interface Smoothing {
  readonly level: number;
  readonly trend: number;
  readonly season: number;
}

export class HoltWinters {
  private level = 0;
  private trend = 0;
  /** By position in the season, as of its last time. */
  private seasonal: Float64Array | null = null;
  private readonly first: number[] = [];
  private count = 0;

  /** @param seasonLength values of a season; 0: there is none */
  constructor(
    private readonly smoothing: Smoothing,
    private readonly seasonLength: number,
  ) {}

  get hasSeason(): boolean {
    return this.seasonal !== null;
  }

  add(value: number): void {
    const { smoothing, seasonLength, seasonal } = this;
    const at = seasonLength === 0 ? 0 : this.count % seasonLength;
    const season = seasonal === null ? 0 : seasonal[at]!;
    if (this.count === 0) this.level = value;
    else {
      const expected = this.level + this.trend;
      const level = smoothing.level * (value - season) + (1 - smoothing.level) * expected;
      this.trend = smoothing.trend * (level - this.level) + (1 - smoothing.trend) * this.trend;
      this.level = level;
      if (seasonal !== null)
        seasonal[at] = smoothing.season * (value - expected) + (1 - smoothing.season) * season;
    }
    this.count++;
    if (seasonal === null && seasonLength > 0) this.observeFirstSeason(value);
  }

  private observeFirstSeason(value: number): void {
    this.first.push(value);
    if (this.first.length < this.seasonLength) return;
    const mean = this.first.reduce((sum, one) => sum + one, 0) / this.seasonLength;
    this.level = mean;
    this.trend = 0;
    this.seasonal = Float64Array.from(this.first, (one) => one - mean);
  }

  /** @param steps ahead of the last value, at least 1 */
  forecast(steps: number): number {
    const { seasonal, seasonLength } = this;
    const season = seasonal === null ? 0 : seasonal[(this.count + steps - 1) % seasonLength]!;
    return this.level + steps * this.trend + season;
  }
}
