import { z } from 'zod';
import { positive } from '../../units/schema.js';
import { exp, expm1, ln, ln1p, normalCdf, normalQuantile } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import {
  byMeanAndCv,
  byParameters,
  byTwoQuantiles,
  defineDistribution,
  positiveQuantile,
} from './definition.js';
import type { Distribution } from './distribution.js';

/** e^N with N normal: the usual shape of latencies and service times. */
export class Lognormal implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly mu: number;
  private readonly sigma: number;

  constructor(mu: number, sigma: number) {
    this.mu = mu;
    this.sigma = sigma;
    this.mean = exp(mu + (sigma * sigma) / 2);
    this.variance = this.mean * this.mean * expm1(sigma * sigma);
  }

  sample(random: UniformSource): number {
    return exp(this.mu + this.sigma * normalQuantile(random.next()));
  }

  transform(uniforms: Float64Array): void {
    for (let i = 0; i < uniforms.length; i++)
      uniforms[i] = exp(this.mu + this.sigma * normalQuantile(uniforms[i]!));
  }

  cdf(x: number): number {
    return x <= 0 ? 0 : normalCdf((ln(x) - this.mu) / this.sigma);
  }

  quantile(p: number): number {
    return exp(this.mu + this.sigma * normalQuantile(p));
  }
}

export const lognormal = defineDistribution({
  name: 'lognormal',
  summary: 'The exponential of a normal distribution: the usual shape of latencies and service times',
  source: 'Law (2015), Simulation Modeling and Analysis, 8.3.7; normal quantile by Wichura (1988), AS 241',
  ways: [
    byParameters(
      { mu: z.number({ error: 'expected a number' }), sigma: positive() },
      ({ mu, sigma }) => new Lognormal(mu, sigma),
    ),
    byMeanAndCv((mean, cv) => {
      const variance = ln1p(cv * cv);
      return new Lognormal(ln(mean) - variance / 2, Math.sqrt(variance));
    }),
    byTwoQuantiles((low, high) => {
      const lnLow = ln(positiveQuantile(low).value);
      const zLow = normalQuantile(low.p);
      const sigma = (ln(high.value) - lnLow) / (normalQuantile(high.p) - zLow);
      return new Lognormal(lnLow - zLow * sigma, sigma);
    }),
  ],
});
