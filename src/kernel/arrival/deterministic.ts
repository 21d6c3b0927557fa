import { positiveDurationS, rateHz } from '../../units/schema.js';
import { ImpossibleParameters } from '../distribution/impossible-parameters.js';
import type { EpochSource } from './arrival-process.js';
import { defineArrival } from './definition.js';

/** Arrivals at equal intervals, the first one interval after the start. */
export class DeterministicArrivals implements EpochSource {
  readonly meanRateHz: number;
  private readonly intervalS: number;
  private readonly startS: number;
  private epochs = 0;

  constructor(intervalS: number, startS: number) {
    this.intervalS = intervalS;
    this.meanRateHz = 1 / intervalS;
    this.startS = startS;
  }

  nextS(): number {
    // A product, so that rounding does not add up.
    this.epochs += 1;
    return this.startS + this.epochs * this.intervalS;
  }
}

export const deterministic = defineArrival({
  name: 'deterministic',
  summary: 'Arrivals at equal intervals',
  source: 'elementary',
  parameters: { interval: positiveDurationS().optional(), rate: rateHz().optional() },
  check: ({ interval, rate }) => {
    if ((interval === undefined) === (rate === undefined))
      throw new ImpossibleParameters('deterministic arrivals take either interval or rate');
  },
  create: ({ interval, rate }, _streamOf, startS, load) =>
    new DeterministicArrivals(interval === undefined ? 1 / ((rate ?? 1) * load) : interval / load, startS),
});
