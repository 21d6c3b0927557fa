import type { UniformSource } from '../random/stream.js';
import type { Distribution } from './distribution.js';

/** A distribution moved to the right: X + offset. */
export class Shifted implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly base: Distribution;
  private readonly offset: number;

  constructor(base: Distribution, offset: number) {
    this.base = base;
    this.offset = offset;
    this.mean = base.mean + offset;
    this.variance = base.variance;
  }

  sample(random: UniformSource): number {
    return this.base.sample(random) + this.offset;
  }

  cdf(x: number): number {
    return this.base.cdf(x - this.offset);
  }

  quantile(p: number): number {
    return this.base.quantile(p) + this.offset;
  }
}
