import { positive, positiveDurationS } from '../../units/schema.js';
import { exp, ln, ln1p, pow } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import {
  byMeanAndCv,
  byParameters,
  byTwoQuantiles,
  defineDistribution,
  positiveQuantile,
} from './definition.js';
import type { Distribution } from './distribution.js';

/** Pareto I: P(X > x) = (scale / x)^shape from the scale, the smallest value, upwards. */
export class Pareto implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly shape: number;
  private readonly scale: number;
  private readonly exponent: number;

  constructor(shape: number, scale: number) {
    this.shape = shape;
    this.scale = scale;
    this.exponent = -1 / shape;
    this.mean = shape > 1 ? (scale * shape) / (shape - 1) : Number.POSITIVE_INFINITY;
    this.variance =
      shape > 2
        ? (scale * scale * shape) / ((shape - 1) * (shape - 1) * (shape - 2))
        : Number.POSITIVE_INFINITY;
  }

  sample(random: UniformSource): number {
    return this.scale * exp(this.exponent * ln(1 - random.next()));
  }

  transform(uniforms: Float64Array): void {
    for (let i = 0; i < uniforms.length; i++)
      uniforms[i] = this.scale * exp(this.exponent * ln(1 - uniforms[i]!));
  }

  cdf(x: number): number {
    return x <= this.scale ? 0 : 1 - pow(this.scale / x, this.shape);
  }

  quantile(p: number): number {
    return this.scale * exp(this.exponent * ln1p(-p));
  }
}

export const pareto = defineDistribution({
  name: 'pareto',
  summary:
    'Heavy-tailed power law above a smallest value; infinite variance up to shape 2, infinite mean up to 1',
  source: 'Johnson, Kotz & Balakrishnan (1994), Continuous Univariate Distributions 1, ch. 20',
  ways: [
    byParameters(
      { shape: positive(), scale: positiveDurationS() },
      ({ shape, scale }) => new Pareto(shape, scale),
    ),
    byMeanAndCv((mean, cv) => {
      // cv^2 = 1 / (shape (shape - 2)), so every cv has a shape, above 2.
      const shape = 1 + Math.sqrt(1 + 1 / (cv * cv));
      return new Pareto(shape, (mean * (shape - 1)) / shape);
    }),
    byTwoQuantiles((low, high) => {
      const lnTail = ln1p(-low.p);
      const shape = (lnTail - ln1p(-high.p)) / ln(high.value / positiveQuantile(low).value);
      return new Pareto(shape, low.value * exp(lnTail / shape));
    }),
  ],
});
