import { durationS } from '../../units/schema.js';
import type { UniformSource } from '../random/stream.js';
import { byMeanAndCv, byParameters, byTwoQuantiles, defineDistribution } from './definition.js';
import type { Distribution } from './distribution.js';
import { ImpossibleParameters } from './impossible-parameters.js';

/** Every value between min and max equally likely. */
export class Uniform implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly min: number;
  private readonly width: number;

  constructor(min: number, max: number) {
    this.min = min;
    this.width = max - min;
    this.mean = (min + max) / 2;
    this.variance = (this.width * this.width) / 12;
  }

  sample(random: UniformSource): number {
    return this.min + this.width * random.next();
  }

  cdf(x: number): number {
    if (x <= this.min) return x < this.min || this.width > 0 ? 0 : 1;
    return Math.min((x - this.min) / this.width, 1);
  }

  quantile(p: number): number {
    return this.min + this.width * p;
  }
}

const SQRT_3 = Math.sqrt(3);

export const uniform = defineDistribution({
  name: 'uniform',
  summary: 'Every value between min and max equally likely',
  source: 'Law (2015), Simulation Modeling and Analysis, 8.3.1',
  ways: [
    byParameters({ min: durationS(), max: durationS() }, ({ min, max }) => {
      if (!(max >= min)) throw new ImpossibleParameters(`max (${max}) must be at least min (${min})`, 'max');
      return new Uniform(min, max);
    }),
    byMeanAndCv((mean, cv) => {
      const half = mean * cv * SQRT_3;
      if (half <= mean) return new Uniform(mean - half, mean + half);
      throw new ImpossibleParameters(
        `a uniform distribution above 0 has a cv of at most 0.577, got ${cv}`,
        'cv',
      );
    }),
    byTwoQuantiles((low, high) => {
      const width = (high.value - low.value) / (high.p - low.p);
      const min = low.value - low.p * width;
      if (min < -1e-12 * width)
        throw new ImpossibleParameters(`a uniform distribution through these would begin below 0`, high.key);
      return new Uniform(Math.max(min, 0), low.value + (1 - low.p) * width);
    }),
  ],
});
