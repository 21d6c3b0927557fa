import type { Distribution } from '../distribution/distribution.js';
import { ImpossibleParameters } from '../distribution/impossible-parameters.js';
import { createDistribution, distributionSchema } from '../distribution/registry.js';
import type { RandomStream } from '../random/stream.js';
import type { EpochSource } from './arrival-process.js';
import { defineArrival } from './definition.js';

/** Independent intervals from any distribution, the first beginning at the start. */
export class Renewal implements EpochSource {
  readonly meanRateHz: number;
  private readonly interval: Distribution;
  private readonly random: RandomStream;
  private timeS: number;

  constructor(interval: Distribution, random: RandomStream, startS: number) {
    this.meanRateHz = 1 / interval.mean;
    this.interval = interval;
    this.random = random;
    this.timeS = startS;
  }

  nextS(): number {
    this.timeS += this.interval.sample(this.random);
    return this.timeS;
  }
}

export const renewal = defineArrival({
  name: 'renewal',
  summary: 'Independent intervals from any distribution',
  source: 'Cox (1962), Renewal Theory',
  parameters: { interval: distributionSchema },
  check: ({ interval }) => {
    if (!(createDistribution(interval).mean > 0))
      throw new ImpossibleParameters(
        'the interval between arrivals must be more than 0 on average',
        'interval',
      );
  },
  create: ({ interval }, streamOf, startS) =>
    new Renewal(createDistribution(interval), streamOf('interval'), startS),
});
