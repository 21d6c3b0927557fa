import { z } from 'zod';
import { positive } from '../../units/schema.js';
import { pow } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import {
  byParameters,
  type DistributionDefinition,
  type DistributionSpec,
  defineDistribution,
} from './definition.js';
import type { Distribution } from './distribution.js';
import { invertCdf } from './root.js';

/** One of several distributions, chosen by weight for each draw. */
export class Mixture implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly parts: readonly Distribution[];
  private readonly probabilities: Float64Array;

  constructor(weights: readonly number[], parts: readonly Distribution[]) {
    const total = weights.reduce((sum, weight) => sum + weight, 0);
    this.parts = parts;
    this.probabilities = Float64Array.from(weights, (weight) => weight / total);
    let mean = 0;
    for (let i = 0; i < parts.length; i += 1) mean += this.probabilities[i] * parts[i].mean;
    let variance = 0;
    for (let i = 0; i < parts.length; i += 1)
      variance += this.probabilities[i] * (parts[i].variance + pow(parts[i].mean - mean, 2));
    this.mean = mean;
    this.variance = mean === Number.POSITIVE_INFINITY ? mean : variance;
  }

  sample(random: UniformSource): number {
    let rest = random.next();
    const last = this.parts.length - 1;
    let chosen = 0;
    while (chosen < last && rest >= this.probabilities[chosen]) {
      rest -= this.probabilities[chosen];
      chosen += 1;
    }
    return this.parts[chosen].sample(random);
  }

  cdf(x: number): number {
    let below = 0;
    for (let i = 0; i < this.parts.length; i += 1) below += this.probabilities[i] * this.parts[i].cdf(x);
    return Math.min(below, 1);
  }

  quantile(p: number): number {
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    for (const part of this.parts) {
      const quantile = part.quantile(p);
      low = Math.min(low, quantile);
      high = Math.max(high, quantile);
    }
    return high === Number.POSITIVE_INFINITY ? high : invertCdf(this, p, low, high);
  }
}

/** The definition, given how the parts are written and made (any distribution, so also mixtures). */
export function mixtureOf(
  part: z.ZodType<DistributionSpec>,
  create: (spec: DistributionSpec) => Distribution,
): DistributionDefinition {
  return defineDistribution({
    name: 'mixture',
    summary: 'One of several distributions, chosen by weight',
    source: 'the composition method: Law (2015), Simulation Modeling and Analysis, 8.2.2',
    ways: [
      byParameters(
        {
          of: z
            .array(z.strictObject({ weight: positive(), value: part }))
            .min(1, { error: 'expected at least 1 part' }),
        },
        ({ of }) =>
          new Mixture(
            of.map(({ weight }) => weight),
            of.map(({ value }) => create(value)),
          ),
      ),
    ],
  });
}
