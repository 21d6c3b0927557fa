import { z } from 'zod';
import { durationS, positiveDurationS, rateOrZeroHz } from '../../units/schema.js';
import { ImpossibleParameters } from '../distribution/impossible-parameters.js';
import { defineArrival } from './definition.js';
import { type Intensity, ThinnedPoisson } from './thinning.js';

interface RatePoint {
  readonly at: number;
  readonly rate: number;
}

/** A rate given at points in time: held until the next point (`step`) or joined to it by a line (`linear`). */
export class PiecewiseIntensity implements Intensity {
  readonly meanHz: number;
  private readonly startsS: Float64Array;
  /** One more than segments: where the last one leads. */
  private readonly ratesHz: Float64Array;
  /** Infinity: not repeated. */
  private readonly periodS: number;
  private readonly isLinear: boolean;

  constructor(points: readonly RatePoint[], periodS: number, interpolation: 'step' | 'linear') {
    const isRepeated = periodS < Number.POSITIVE_INFINITY;
    const last = points.length - 1;
    this.startsS = Float64Array.from(points, (point) => point.at);
    this.ratesHz = Float64Array.from(
      [...points, isRepeated ? points[0] : points[last]],
      (point) => point.rate,
    );
    this.periodS = periodS;
    this.isLinear = interpolation === 'linear';
    let mean = 0;
    for (let i = 0; isRepeated && i <= last; i += 1) {
      const endS = i === last ? periodS : points[i + 1].at;
      const rate = this.isLinear ? (this.ratesHz[i] + this.ratesHz[i + 1]) / 2 : this.ratesHz[i];
      mean += (rate * (endS - points[i].at)) / periodS;
    }
    this.meanHz = isRepeated ? mean : points[last].rate;
  }

  segmentAt(timeS: number): number {
    const count = this.startsS.length;
    let segment = this.periodS < Number.POSITIVE_INFINITY ? Math.floor(timeS / this.periodS) * count : 0;
    while (this.segmentEndS(segment) <= timeS) segment += 1;
    return segment;
  }

  segmentEndS(segment: number): number {
    const count = this.startsS.length;
    const within = segment % count;
    // Not repeated: the one cycle there is ends at Infinity.
    if (within === count - 1) return (Math.floor(segment / count) + 1) * this.periodS;
    return this.cycleStartS(segment) + this.startsS[within + 1];
  }

  boundHz(segment: number): number {
    const within = segment % this.startsS.length;
    if (!this.isLinear) return this.ratesHz[within];
    return Math.max(this.ratesHz[within], this.ratesHz[within + 1]);
  }

  rateHz(segment: number, timeS: number): number {
    const within = segment % this.startsS.length;
    const [from, to] = [this.ratesHz[within], this.ratesHz[within + 1]];
    if (!this.isLinear || from === to) return from;
    const startS = this.cycleStartS(segment) + this.startsS[within];
    return from + ((to - from) * (timeS - startS)) / (this.segmentEndS(segment) - startS);
  }

  private cycleStartS(segment: number): number {
    const cycle = Math.floor(segment / this.startsS.length);
    return cycle === 0 ? 0 : cycle * this.periodS;
  }
}

function checkPoints(rates: readonly RatePoint[], repeat: number | undefined): void {
  if (rates[0].at !== 0)
    throw new ImpossibleParameters('the first rate is at 0s: use rate 0 for none', 'rates', 0, 'at');
  for (let i = 1; i < rates.length; i += 1)
    if (rates[i].at <= rates[i - 1].at)
      throw new ImpossibleParameters(
        `rates are in order of time: ${rates[i].at} comes after ${rates[i - 1].at}`,
        'rates',
        i,
        'at',
      );
  const lastS = rates[rates.length - 1].at;
  if (repeat !== undefined && repeat <= lastS)
    throw new ImpossibleParameters(`repeat (${repeat}) must be after the last rate (at ${lastS})`, 'repeat');
  if (rates.every((point) => point.rate === 0))
    throw new ImpossibleParameters('at least one rate must be above 0', 'rates');
}

export const piecewise = defineArrival({
  name: 'piecewise',
  summary: 'Poisson with a rate that follows a table of times and rates, repeated or held at the end',
  source: 'Lewis & Shedler (1979), Naval Research Logistics Quarterly 26',
  parameters: {
    rates: z.array(z.strictObject({ at: durationS(), rate: rateOrZeroHz() })).min(1),
    repeat: positiveDurationS().optional().describe('Begin again after this long'),
    interpolate: z
      .enum(['step', 'linear'])
      .default('step')
      .describe('Hold each rate until the next, or go there in a straight line'),
  },
  check: ({ rates, repeat }) => checkPoints(rates, repeat),
  create: ({ rates, repeat, interpolate }, streamOf, startS, load) =>
    new ThinnedPoisson(
      new PiecewiseIntensity(
        rates.map(({ at, rate }) => ({ at, rate: rate * load })),
        repeat ?? Number.POSITIVE_INFINITY,
        interpolate,
      ),
      streamOf('interval'),
      streamOf('thinning'),
      startS,
    ),
});
