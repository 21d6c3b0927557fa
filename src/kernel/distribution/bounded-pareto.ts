import { positive, positiveDurationS } from '../../units/schema.js';
import { exp, expm1, ln, ln1p, pow } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import { byParameters, defineDistribution } from './definition.js';
import type { Distribution } from './distribution.js';
import { ImpossibleParameters } from './impossible-parameters.js';

/** A power law between min and max: the job sizes of measured systems, with finite moments. */
export class BoundedPareto implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly shape: number;
  private readonly min: number;
  private readonly max: number;
  /** Probability that the unbounded Pareto stays below max. */
  private readonly mass: number;
  private readonly exponent: number;

  constructor(shape: number, min: number, max: number) {
    this.shape = shape;
    this.min = min;
    this.max = max;
    const lnRatio = ln(max / min);
    this.mass = -expm1(-shape * lnRatio);
    this.exponent = -1 / shape;
    // E[X^k] = shape min^k ln(max/min) (e^y - 1)/y / mass with y = (k - shape) ln(max/min); at y = 0 its limit.
    const moment = (k: number): number => {
      const y = (k - shape) * lnRatio;
      return (shape * lnRatio * pow(min, k) * (y === 0 ? 1 : expm1(y) / y)) / this.mass;
    };
    this.mean = moment(1);
    this.variance = Math.max(moment(2) - this.mean * this.mean, 0);
  }

  sample(random: UniformSource): number {
    return this.min * exp(this.exponent * ln(1 - this.mass * random.next()));
  }

  cdf(x: number): number {
    if (x <= this.min) return 0;
    return x >= this.max ? 1 : -expm1(-this.shape * ln(x / this.min)) / this.mass;
  }

  quantile(p: number): number {
    if (p >= 1) return this.max;
    return this.min * exp(this.exponent * ln1p(-this.mass * p));
  }
}

export const boundedPareto = defineDistribution({
  name: 'bounded-pareto',
  summary: 'Power law between min and max',
  source: 'Harchol-Balter (2013), Performance Modeling and Design of Computer Systems, 20.5',
  ways: [
    byParameters(
      { shape: positive(), min: positiveDurationS(), max: positiveDurationS() },
      ({ shape, min, max }) => {
        if (!(max > min))
          throw new ImpossibleParameters(`max (${max}) must be more than min (${min})`, 'max');
        return new BoundedPareto(shape, min, max);
      },
    ),
  ],
});
