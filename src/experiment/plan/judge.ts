/**
 * Whether SLOs are kept, decided in looks after n, 2n, 4n, ... replications. Each look tests by Student's t at its own
 * part of the error (`statistics/looks.ts`), so that looking again does not add to it. To say that all SLOs are kept, each must be shown at the full level (an intersection-union test,
 * Berger 1982, Technometrics 24:295); to say that one is missed, the level is shared out over the SLOs.
 */
import { mean, sampleStandardDeviation } from 'simple-statistics';
import { twoSidedFactor } from '../statistics/student.js';
import { type Impossible, isImpossible, type Sample, type SloTarget } from './evaluator.js';

export interface LookRule {
  /** Of the statement that SLOs are met, over all looks. */
  readonly confidence: number;
  /** Replications of the first look, at least 2. */
  readonly firstReplications: number;
  readonly maxReplications: number;
}

export type Decision = 'met' | 'missed' | 'impossible' | 'open';

export interface Judgement {
  readonly decision: Decision;
  /** Indices of the SLOs that are missed or, where it is open, not shown to be kept; the worst first. */
  readonly failing: readonly number[];
  /** Whether a larger fleet is what is missing, and whether a smaller one is. */
  readonly tooSmall: boolean;
  readonly tooLarge: boolean;
}

const MET: Judgement = { decision: 'met', failing: [], tooSmall: false, tooLarge: false };

/** t(1 − error, n − 1), one-sided. */
export const studentFactor = (error: number, replications: number): number =>
  twoSidedFactor(1 - 2 * error, replications - 1);

export interface Spread {
  readonly mean: number;
  /** Standard error of the mean. */
  readonly error: number;
}

export function spreadOf(values: readonly number[]): Spread {
  const [first] = values;
  if (first === undefined || values.every((value) => value === first))
    return { mean: first ?? Number.NaN, error: 0 };
  const numbers = [...values];
  return { mean: mean(numbers), error: sampleStandardDeviation(numbers) / Math.sqrt(numbers.length) };
}

/** What is left to the threshold, as a part of it; of a threshold of 0, in the metric's unit. Negative: missed. */
export function slackOf({ comparison, threshold }: SloTarget, value: number): number {
  const left = comparison === 'at_most' ? threshold - value : value - threshold;
  return threshold === 0 ? left : left / Math.abs(threshold);
}

/** @param lookError the part of the error that this look may spend */
export function judgeLook(
  slos: readonly SloTarget[],
  sample: Sample | Impossible,
  replications: number,
  lookError: number,
): Judgement {
  if (isImpossible(sample)) return { decision: 'impossible', failing: [], tooSmall: true, tooLarge: false };
  const excesses = slos.map(({ comparison, threshold }, index) => {
    const { mean: middle, error } = spreadOf(sample.slos[index]!.slice(0, replications));
    return { excess: comparison === 'at_most' ? middle - threshold : threshold - middle, error };
  });
  const bySlack = (indices: number[]): number[] => {
    const slack = indices.map((index) =>
      slackOf(slos[index]!, slackValue(slos[index]!, excesses[index]!.excess)),
    );
    return indices
      .map((index, at) => ({ index, slack: slack[at]! }))
      .sort((a, b) => a.slack - b.slack || a.index - b.index)
      .map(({ index }) => index);
  };
  const all = slos.map((_, index) => index);
  const metFactor = studentFactor(lookError, replications);
  const missedFactor = studentFactor(lookError / Math.max(1, slos.length), replications);
  const missed = all.filter((index) => {
    const { excess, error } = excesses[index]!;
    return excess - missedFactor * error > 0;
  });
  const unshown = all.filter((index) => {
    const { excess, error } = excesses[index]!;
    return !(excess + metFactor * error <= 0);
  });
  if (unshown.length === 0) return MET;
  const failing = bySlack(missed.length > 0 ? missed : unshown);
  return {
    decision: missed.length > 0 ? 'missed' : 'open',
    failing,
    tooSmall: failing.some((index) => slos[index]!.withNodes === 'easier'),
    tooLarge: failing.some((index) => slos[index]!.withNodes === 'harder'),
  };
}

/** The value that lies so far beyond the threshold. */
const slackValue = ({ comparison, threshold }: SloTarget, excess: number): number =>
  comparison === 'at_most' ? threshold + excess : threshold - excess;
