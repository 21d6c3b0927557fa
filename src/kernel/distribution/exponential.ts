import { positiveDurationS, rateHz } from '../../units/schema.js';
import { expm1, ln, ln1p } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import { byMeanAndCv, byOneQuantile, byParameters, defineDistribution } from './definition.js';
import type { Distribution } from './distribution.js';
import { ImpossibleParameters } from './impossible-parameters.js';

/** Memoryless: the time to the next event of a Poisson process. */
export class Exponential implements Distribution {
  readonly mean: number;
  readonly variance: number;

  constructor(mean: number) {
    this.mean = mean;
    this.variance = mean * mean;
  }

  sample(random: UniformSource): number {
    return -this.mean * ln(1 - random.next());
  }

  transform(uniforms: Float64Array): void {
    for (let i = 0; i < uniforms.length; i++) uniforms[i] = -this.mean * ln(1 - uniforms[i]!);
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : -expm1(-x / this.mean);
  }

  quantile(p: number): number {
    return -this.mean * ln1p(-p);
  }
}

export const exponential = defineDistribution({
  name: 'exponential',
  summary: 'Memoryless; cv is 1',
  source: 'Law (2015), Simulation Modeling and Analysis, 8.3.2',
  ways: [
    byParameters({ mean: positiveDurationS() }, ({ mean }) => new Exponential(mean)),
    byParameters({ rate: rateHz() }, ({ rate }) => new Exponential(1 / rate)),
    byOneQuantile(({ p, value }) => new Exponential(-value / ln1p(-p))),
    byMeanAndCv((mean, cv) => {
      if (cv === 1) return new Exponential(mean);
      throw new ImpossibleParameters(
        `the cv of an exponential distribution is 1, got ${cv}: use gamma or lognormal`,
        'cv',
      );
    }),
  ],
});
