import { z } from 'zod';
import { durationS, positiveDurationS, rateHz } from '../../units/schema.js';
import { sineOfTurns } from '../math.js';
import { defineArrival } from './definition.js';
import { type Intensity, ThinnedPoisson } from './thinning.js';

/** Segments per period; 24 keep a share of 1 / (1 + amplitude / 12) of the candidates, more than 92%. */
const SEGMENTS = 24;
const DAY_S = 86_400;
const QUARTER = 0.25;

/** mean (1 + amplitude cos(2 pi (t - peakAt) / period)): the daily rise and fall of people's requests. */
export class DiurnalIntensity implements Intensity {
  readonly meanHz: number;
  private readonly amplitude: number;
  private readonly peakAtS: number;
  private readonly periodS: number;
  private readonly boundsHz: Float64Array;

  constructor(meanHz: number, peakToTrough: number, peakAtS: number, periodS: number) {
    this.meanHz = meanHz;
    this.amplitude = (peakToTrough - 1) / (peakToTrough + 1);
    this.periodS = periodS;
    // Into (-period, 0], so that segments from 0 s on have numbers from 0 on and begin at the peak.
    this.peakAtS = (peakAtS % periodS) - periodS;
    // Peak and trough lie on edges, so that the rate is monotone in between and largest at one of the ends.
    this.boundsHz = Float64Array.from({ length: SEGMENTS }, (_, i) =>
      Math.max(this.rateAtTurns(i / SEGMENTS), this.rateAtTurns((i + 1) / SEGMENTS)),
    );
  }

  segmentAt(timeS: number): number {
    let segment = Math.max(Math.floor(((timeS - this.peakAtS) / this.periodS) * SEGMENTS) - 1, 0);
    while (this.segmentEndS(segment) <= timeS) segment += 1;
    return segment;
  }

  segmentEndS(segment: number): number {
    return this.peakAtS + ((segment + 1) / SEGMENTS) * this.periodS;
  }

  boundHz(segment: number): number {
    return this.boundsHz[segment % SEGMENTS];
  }

  rateHz(_segment: number, timeS: number): number {
    return this.rateAtTurns((timeS - this.peakAtS) / this.periodS);
  }

  private rateAtTurns(turns: number): number {
    return this.meanHz * (1 + this.amplitude * sineOfTurns(turns + QUARTER));
  }
}

export const diurnal = defineArrival({
  name: 'diurnal',
  summary: 'Poisson with a rate that rises and falls once a period in a sine',
  source: 'Lewis & Shedler (1979), Naval Research Logistics Quarterly 26',
  parameters: {
    mean: rateHz().describe('Rate averaged over a period'),
    peakToTrough: z.number().min(1, { error: 'expected at least 1: the highest rate over the lowest' }),
    peakAt: durationS().describe('Time of the highest rate'),
    period: positiveDurationS().default(DAY_S),
  },
  create: ({ mean, peakToTrough, peakAt, period }, streamOf, startS, load) =>
    new ThinnedPoisson(
      new DiurnalIntensity(mean * load, peakToTrough, peakAt, period),
      streamOf('interval'),
      streamOf('thinning'),
      startS,
    ),
});
