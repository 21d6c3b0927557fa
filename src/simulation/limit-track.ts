/** The effective concurrency limit of a stage over time: the smallest of its limits. */
import type { LimitMeasures } from '../metrics/measures.js';
import type { ConcurrencyLimit } from '../policies/points.js';

export class LimitTrack {
  private area = 0;
  private sinceS = 0;
  private startS = 0;
  private min: number;
  private max: number;
  private value: number;

  constructor(private readonly limits: readonly ConcurrencyLimit[]) {
    this.value = this.now();
    this.min = this.value;
    this.max = this.value;
  }

  /** To be called after a sample; true where the limit has changed. */
  update(nowS: number): boolean {
    const value = this.now();
    if (value === this.value) return false;
    this.area += this.value * (nowS - this.sinceS);
    this.sinceS = nowS;
    this.value = value;
    if (value < this.min) this.min = value;
    if (value > this.max) this.max = value;
    return true;
  }

  measureFrom(nowS: number): void {
    this.area = 0;
    this.sinceS = nowS;
    this.startS = nowS;
    this.min = this.value;
    this.max = this.value;
  }

  /** The limit as of the last update. */
  get last(): number {
    return this.value;
  }

  measures(nowS: number): LimitMeasures {
    const windowS = nowS - this.startS;
    const mean = windowS > 0 ? (this.area + this.value * (nowS - this.sinceS)) / windowS : this.value;
    return { mean, min: this.min, max: this.max, last: this.value };
  }

  private now(): number {
    let least = Number.POSITIVE_INFINITY;
    for (const { limit } of this.limits) if (limit < least) least = limit;
    return least;
  }
}
