import { positive, positiveDurationS } from '../../units/schema.js';
import { exp, expm1, gammaFunction, ln, ln1p, lnGamma, pow } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import {
  byMeanAndCv,
  byParameters,
  byTwoQuantiles,
  defineDistribution,
  positiveQuantile,
} from './definition.js';
import type { Distribution } from './distribution.js';
import { ImpossibleParameters } from './impossible-parameters.js';
import { bisect } from './root.js';

/** Hazard rate a power of time: falling below shape 1, constant at 1, rising above. */
export class Weibull implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly shape: number;
  private readonly scale: number;

  constructor(shape: number, scale: number) {
    this.shape = shape;
    this.scale = scale;
    this.mean = scale * gammaFunction(1 + 1 / shape);
    this.variance = this.mean * this.mean * expm1(lnSecondOverSquaredMean(shape));
  }

  sample(random: UniformSource): number {
    return this.scale * pow(-ln(1 - random.next()), 1 / this.shape);
  }

  transform(uniforms: Float64Array): void {
    for (let i = 0; i < uniforms.length; i++)
      uniforms[i] = this.scale * pow(-ln(1 - uniforms[i]!), 1 / this.shape);
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : -expm1(-pow(x / this.scale, this.shape));
  }

  quantile(p: number): number {
    return this.scale * pow(-ln1p(-p), 1 / this.shape);
  }
}

/** ln(E[X^2] / E[X]^2) = ln(1 + cv^2), which falls as the shape rises. */
const lnSecondOverSquaredMean = (shape: number): number =>
  lnGamma(1 + 2 / shape) - 2 * lnGamma(1 + 1 / shape);

const LN_SHAPE_MIN = ln(0.05);
const LN_SHAPE_MAX = ln(1000);

export const weibull = defineDistribution({
  name: 'weibull',
  summary: 'Lifetimes: early failures below shape 1, wear above',
  source: 'Law (2015), Simulation Modeling and Analysis, 8.3.5',
  ways: [
    byParameters(
      { shape: positive(), scale: positiveDurationS() },
      ({ shape, scale }) => new Weibull(shape, scale),
    ),
    byMeanAndCv((mean, cv) => {
      const target = ln1p(cv * cv);
      const excess = (lnShape: number): number => target - lnSecondOverSquaredMean(exp(lnShape));
      if (excess(LN_SHAPE_MIN) > 0 || excess(LN_SHAPE_MAX) < 0)
        throw new ImpossibleParameters(`weibull has no usable shape (0.05 to 1000) with a cv of ${cv}`, 'cv');
      const shape = exp(bisect(excess, LN_SHAPE_MIN, LN_SHAPE_MAX));
      return new Weibull(shape, mean / gammaFunction(1 + 1 / shape));
    }),
    byTwoQuantiles((low, high) => {
      const hazardLow = -ln1p(-low.p);
      const shape = ln(-ln1p(-high.p) / hazardLow) / ln(high.value / positiveQuantile(low).value);
      return new Weibull(shape, low.value / pow(hazardLow, 1 / shape));
    }),
  ],
});
