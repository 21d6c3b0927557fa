import type { UniformSource } from '../random/stream.js';
import type { Distribution } from './distribution.js';
import { ImpossibleParameters } from './impossible-parameters.js';
import { momentsBetween } from './truncated-moments.js';

/** Less probability than this between the bounds is lost in the rounding of the cdf. */
const MASS_MIN = 1e-9;
/** Just below 1: a bound times this is the next smaller number, so that an atom on the bound is kept. */
const BELOW_ONE = 1 - 2 ** -53;

/**
 * A distribution given that its value lies in [min, max]. Sampled by inverse transform on the remaining range of
 * probabilities (Devroye 1986, Non-Uniform Random Variate Generation, II.2.2): one uniform, monotone.
 */
export class Truncated implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly base: Distribution;
  private readonly min: number;
  private readonly max: number;
  private readonly cdfBelowMin: number;
  private readonly mass: number;

  constructor(base: Distribution, min: number, max: number) {
    if (!(min <= max)) throw new ImpossibleParameters(`min (${min}) must be at most max (${max})`, 'min');
    this.base = base;
    this.min = min;
    this.max = max;
    this.cdfBelowMin = min > 0 ? base.cdf(min * BELOW_ONE) : 0;
    this.mass = (max === Number.POSITIVE_INFINITY ? 1 : base.cdf(max)) - this.cdfBelowMin;
    if (!(this.mass >= MASS_MIN)) {
      const blame = base.mean > max ? 'max' : 'min';
      throw new ImpossibleParameters(
        `fewer than one value in 1e9 would lie between ${min} and ${max}`,
        blame,
      );
    }
    const { mean, variance } = momentsBetween(base, min, max, this.cdfBelowMin, this.mass);
    this.mean = mean;
    this.variance = variance;
  }

  sample(random: UniformSource): number {
    return this.quantile(random.next());
  }

  cdf(x: number): number {
    if (x < this.min) return 0;
    if (x >= this.max) return 1;
    return (this.base.cdf(x) - this.cdfBelowMin) / this.mass;
  }

  quantile(p: number): number {
    const x = this.base.quantile(Math.min(this.cdfBelowMin + p * this.mass, 1));
    return Math.min(Math.max(x, this.min), this.max);
  }
}
