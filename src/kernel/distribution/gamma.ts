import { positive, positiveDurationS } from '../../units/schema.js';
import { exp, ln, normalQuantile, pow } from '../math.js';
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
import { incompleteGamma, inverseIncompleteGamma } from './incomplete-gamma.js';
import { bisect } from './root.js';

/** A sum of exponentials, continued to any shape: cv = 1 / sqrt(shape). */
export class Gamma implements Distribution {
  readonly mean: number;
  readonly variance: number;
  protected readonly shape: number;
  protected readonly scale: number;
  /** Marsaglia & Tsang's d and c, for the shape raised by 1 where it is below 1. */
  private readonly d: number;
  private readonly c: number;

  constructor(shape: number, scale: number) {
    this.shape = shape;
    this.scale = scale;
    this.mean = shape * scale;
    this.variance = shape * scale * scale;
    this.d = (shape < 1 ? shape + 1 : shape) - 1 / 3;
    this.c = 1 / Math.sqrt(9 * this.d);
  }

  /**
   * Marsaglia & Tsang (2000), "A simple method for generating gamma variables": d (1 + c N)^3 with N normal,
   * accepted with probability above 0.95; below shape 1, that for shape + 1 times U^(1/shape).
   */
  sample(random: UniformSource): number {
    const d = this.d;
    for (;;) {
      const normal = normalQuantile(random.next());
      const root = 1 + this.c * normal;
      if (root <= 0) continue;
      const v = root * root * root;
      const u = random.next();
      const square = normal * normal;
      if (u < 1 - 0.0331 * square * square || ln(u) < 0.5 * square + d * (1 - v + ln(v))) {
        const value = d * v * this.scale;
        return this.shape < 1 ? value * pow(random.next(), 1 / this.shape) : value;
      }
    }
  }

  cdf(x: number): number {
    return incompleteGamma(this.shape, x / this.scale);
  }

  quantile(p: number): number {
    return inverseIncompleteGamma(this.shape, p) * this.scale;
  }
}

/** Beyond these the cdf loses digits (above) or the quantiles underflow (below). */
const SHAPE_MIN = 0.02;
const SHAPE_MAX = 1e5;

export const gamma = defineDistribution({
  name: 'gamma',
  summary: 'Skewed, with an exponential tail, any cv',
  source: 'Marsaglia & Tsang (2000), ACM Transactions on Mathematical Software 26',
  ways: [
    byParameters(
      { shape: positive().max(SHAPE_MAX), scale: positiveDurationS() },
      ({ shape, scale }) => new Gamma(shape, scale),
    ),
    byMeanAndCv((mean, cv) => {
      const shape = 1 / (cv * cv);
      if (shape < SHAPE_MIN || shape > SHAPE_MAX)
        throw new ImpossibleParameters(`the cv of a gamma must be between 0.0032 and 7, got ${cv}`, 'cv');
      return new Gamma(shape, mean * cv * cv);
    }),
    byTwoQuantiles((low, high) => {
      const lnRatio = ln(high.value / positiveQuantile(low).value);
      // The higher the shape, the closer the quantiles.
      const excess = (lnShape: number): number => {
        const shape = exp(lnShape);
        return lnRatio - ln(inverseIncompleteGamma(shape, high.p) / inverseIncompleteGamma(shape, low.p));
      };
      const [lnMin, lnMax] = [ln(SHAPE_MIN), ln(SHAPE_MAX)];
      if (excess(lnMin) > 0 || excess(lnMax) < 0)
        throw new ImpossibleParameters(
          `no gamma distribution has ${high.key} at ${high.value / low.value} times ${low.key}`,
          high.key,
        );
      const shape = exp(bisect(excess, lnMin, lnMax));
      return new Gamma(shape, low.value / inverseIncompleteGamma(shape, low.p));
    }),
  ],
});
