import { rateHz } from '../../units/schema.js';
import { ln } from '../math.js';
import type { RandomStream } from '../random/stream.js';
import type { EpochSource } from './arrival-process.js';
import { defineArrival } from './definition.js';

const GAPS = 64;

/** Independent arrivals at a constant rate. */
export class Poisson implements EpochSource {
  readonly meanRateHz: number;
  private readonly random: RandomStream;
  private timeS: number;
  /** Gaps are made many at a time, so that their logarithms overlap in the processor. */
  private readonly gapsS = new Float64Array(GAPS);
  private position = GAPS;

  constructor(rateHz: number, random: RandomStream, startS: number) {
    this.meanRateHz = rateHz;
    this.random = random;
    this.timeS = startS;
  }

  nextS(): number {
    if (this.position === GAPS) this.refill();
    this.timeS += this.gapsS[this.position++]!;
    return this.timeS;
  }

  private refill(): void {
    const { gapsS, random, meanRateHz } = this;
    for (let i = 0; i < GAPS; i++) gapsS[i] = -ln(1 - random.next()) / meanRateHz;
    this.position = 0;
  }
}

export const poisson = defineArrival({
  name: 'poisson',
  summary: 'Independent arrivals at a constant rate',
  source: 'Kingman (1993), Poisson Processes, 4.1',
  parameters: { rate: rateHz() },
  create: ({ rate }, streamOf, startS, load) => new Poisson(rate * load, streamOf('interval'), startS),
});
