import { z } from 'zod';
import { positiveDurationS } from '../../units/schema.js';
import { expm1, ln, ln1p } from '../math.js';
import type { UniformSource } from '../random/stream.js';
import { byMeanAndCv, byParameters, defineDistribution } from './definition.js';
import type { Distribution } from './distribution.js';
import { ImpossibleParameters } from './impossible-parameters.js';
import { invertCdf } from './root.js';

/** Exponential with a mean drawn at random: mostly short, sometimes long; cv at least 1. */
export class Hyperexponential implements Distribution {
  readonly mean: number;
  readonly variance: number;
  private readonly probabilities: Float64Array;
  private readonly means: Float64Array;

  constructor(probabilities: readonly number[], means: readonly number[]) {
    this.probabilities = Float64Array.from(probabilities);
    this.means = Float64Array.from(means);
    let mean = 0;
    let second = 0;
    for (let i = 0; i < means.length; i += 1) {
      mean += probabilities[i] * means[i];
      second += probabilities[i] * 2 * means[i] * means[i];
    }
    this.mean = mean;
    this.variance = second - mean * mean;
  }

  sample(random: UniformSource): number {
    let rest = random.next();
    const last = this.means.length - 1;
    let phase = 0;
    while (phase < last && rest >= this.probabilities[phase]) {
      rest -= this.probabilities[phase];
      phase += 1;
    }
    return -this.means[phase] * ln(1 - random.next());
  }

  cdf(x: number): number {
    if (x <= 0) return 0;
    let below = 0;
    for (let i = 0; i < this.means.length; i += 1) below -= this.probabilities[i] * expm1(-x / this.means[i]);
    return Math.min(below, 1);
  }

  quantile(p: number): number {
    if (p <= 0) return 0;
    if (p >= 1) return Number.POSITIVE_INFINITY;
    // Between the quantiles of the shortest and of the longest phase.
    const hazard = -ln1p(-p);
    let low = Number.POSITIVE_INFINITY;
    let high = 0;
    for (let i = 0; i < this.means.length; i += 1) {
      low = Math.min(low, this.means[i]);
      high = Math.max(high, this.means[i]);
    }
    return invertCdf(this, p, low * hazard * 0.999, high * hazard * 1.001);
  }
}

const PROBABILITY_SUM_TOLERANCE = 1e-9;

export const hyperexponential = defineDistribution({
  name: 'hyperexponential',
  summary: 'A mixture of exponentials; from mean and cv, two phases with balanced means',
  source:
    'Whitt (1982), Approximating a point process by a renewal process I, Operations Research 30, eq. 3.7',
  ways: [
    byMeanAndCv((mean, cv) => {
      if (cv < 1)
        throw new ImpossibleParameters(
          `the cv of a hyperexponential is at least 1, got ${cv}: use gamma or erlang`,
          'cv',
        );
      const c2 = cv * cv;
      const p = (1 + Math.sqrt((c2 - 1) / (c2 + 1))) / 2;
      return new Hyperexponential([p, 1 - p], [mean / (2 * p), mean / (2 * (1 - p))]);
    }),
    byParameters(
      {
        probabilities: z
          .array(z.number().positive().max(1))
          .min(1, { error: 'expected at least 1 probability' }),
        means: z.array(positiveDurationS()).min(1, { error: 'expected at least 1 mean' }),
      },
      ({ probabilities, means }) => {
        if (probabilities.length !== means.length)
          throw new ImpossibleParameters(
            `${means.length} means for ${probabilities.length} probabilities`,
            'means',
          );
        const sum = probabilities.reduce((total, probability) => total + probability, 0);
        if (Math.abs(sum - 1) > PROBABILITY_SUM_TOLERANCE)
          throw new ImpossibleParameters(`probabilities add up to ${sum}, not to 1`, 'probabilities');
        return new Hyperexponential(probabilities, means);
      },
    ),
  ],
});
