import { rateHz } from '../../units/schema.js';
import { ln } from '../math.js';
import type { RandomStream } from '../random/stream.js';
import type { EpochSource } from './arrival-process.js';
import { defineArrival } from './definition.js';

/** Independent arrivals at a constant rate. */
export class Poisson implements EpochSource {
  readonly meanRateHz: number;
  private readonly random: RandomStream;
  private timeS: number;

  constructor(rateHz: number, random: RandomStream, startS: number) {
    this.meanRateHz = rateHz;
    this.random = random;
    this.timeS = startS;
  }

  nextS(): number {
    this.timeS -= ln(1 - this.random.next()) / this.meanRateHz;
    return this.timeS;
  }
}

export const poisson = defineArrival({
  name: 'poisson',
  summary: 'Independent arrivals at a constant rate',
  source: 'Kingman (1993), Poisson Processes, 4.1',
  parameters: { rate: rateHz() },
  create: ({ rate }, streamOf, startS) => new Poisson(rate, streamOf('interval'), startS),
});
