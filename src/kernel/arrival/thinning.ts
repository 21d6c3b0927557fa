import { ln } from '../math.js';
import type { RandomStream } from '../random/stream.js';
import type { EpochSource } from './arrival-process.js';

/** A rate that changes with time, cut into segments numbered from some point on, each with a bound on its rate. */
export interface Intensity {
  readonly meanHz: number;
  /** The segment that a time lies in. */
  segmentAt(timeS: number): number;
  /** Where a segment ends and the next begins; Infinity for the last. */
  segmentEndS(segment: number): number;
  /** No rate in the segment is above this. */
  boundHz(segment: number): number;
  /** The rate at a time within the segment. */
  rateHz(segment: number, timeS: number): number;
}

/**
 * Non-homogeneous Poisson process, exact: candidates at the segment's bound, each kept with probability rate/bound
 * (Lewis & Shedler 1979, "Simulation of nonhomogeneous Poisson processes by thinning"). Candidates and verdicts have
 * their own streams.
 */
export class ThinnedPoisson implements EpochSource {
  readonly meanRateHz: number;
  private readonly intensity: Intensity;
  private readonly candidates: RandomStream;
  private readonly verdicts: RandomStream;
  private timeS: number;
  private segment: number;
  private segmentEndS: number;
  private boundHz: number;

  constructor(intensity: Intensity, candidates: RandomStream, verdicts: RandomStream, startS: number) {
    this.intensity = intensity;
    this.meanRateHz = intensity.meanHz;
    this.candidates = candidates;
    this.verdicts = verdicts;
    this.timeS = startS;
    this.segment = intensity.segmentAt(startS);
    this.segmentEndS = intensity.segmentEndS(this.segment);
    this.boundHz = intensity.boundHz(this.segment);
  }

  nextS(): number {
    for (;;) {
      const candidateS =
        this.boundHz > 0
          ? this.timeS - ln(1 - this.candidates.next()) / this.boundHz
          : Number.POSITIVE_INFINITY;
      if (candidateS >= this.segmentEndS) {
        if (this.segmentEndS === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
        this.timeS = this.segmentEndS;
        this.segment += 1;
        this.segmentEndS = this.intensity.segmentEndS(this.segment);
        this.boundHz = this.intensity.boundHz(this.segment);
        continue;
      }
      this.timeS = candidateS;
      const rateHz = this.intensity.rateHz(this.segment, candidateS);
      if (rateHz >= this.boundHz || this.verdicts.next() * this.boundHz < rateHz) return candidateS;
    }
  }
}
