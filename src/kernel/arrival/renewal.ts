import type { Distribution } from '../distribution/distribution.js';
import { ImpossibleParameters } from '../distribution/impossible-parameters.js';
import { createDistribution, distributionSchema } from '../distribution/registry.js';
import type { RandomStream } from '../random/stream.js';
import type { EpochSource } from './arrival-process.js';
import { defineArrival } from './definition.js';

/** Independent intervals from any distribution, divided by the load, the first beginning at the start. */
export class Renewal implements EpochSource {
  readonly meanRateHz: number;
  private readonly interval: Distribution;
  private readonly random: RandomStream;
  private readonly load: number;
  private timeS: number;

  constructor(interval: Distribution, random: RandomStream, startS: number, load: number) {
    this.meanRateHz = load / interval.mean;
    this.load = load;
    this.interval = interval;
    this.random = random;
    this.timeS = startS;
  }

  nextS(): number {
    this.timeS += this.interval.sample(this.random) / this.load;
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
  create: ({ interval }, streamOf, startS, load) =>
    new Renewal(createDistribution(interval), streamOf('interval'), startS, load),
});
