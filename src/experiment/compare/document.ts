/**
 * The document of a comparison: what `wipsim compare --json` writes and what its table and report are made from. It
 * holds nothing of the wall clock or the machine: the same setups, seed and budget give the same bytes.
 */
import type { Estimate, PolicyUse, SloOutcome } from '../document.js';

export const COMPARISON_VERSION = 1;

export interface ComparedSetup {
  /** Unique in the comparison: a variant, or a file. */
  name: string;
  scenario: { name: string; hash: string; variant: string | null };
  policies: PolicyUse[];
  warmup: { method: 'fixed' | 'mser-5'; length_s: number };
  slos: SloOutcome[];
}

/** `equivalent`: the interval lies within the indifference. `open`: stopped before it was decided. */
export type ComparisonDecision = 'lower' | 'higher' | 'no-difference-found' | 'equivalent' | 'open';

/** One setup against another on one metric, replication by replication. */
export interface SetupDifference {
  /** Names of setups; the difference is `setup` − `against`. */
  setup: string;
  against: string;
  /** Bounds at `confidence`; null for one pair of runs. */
  difference: Estimate;
  /** As a share of the mean of `against` (Fieller); null where that is not certainly away from 0. */
  relative: Estimate | null;
  /** Of both intervals: the level at which Holm's procedure judged the difference, so that they agree with it. */
  confidence: number;
  /** Holm's, over all comparisons of the look. */
  adjusted_p: number;
  decision: ComparisonDecision;
  /** Times as many runs on independent random numbers would have been needed; null where the difference is fixed. */
  variance_reduction: number | null;
  /** What is found, in words. */
  verdict: string;
}

export interface ComparedMetric {
  /** Path into the measures. */
  metric: string;
  better: 'lower' | 'higher' | null;
  /** By setup. */
  estimates: { [setup: string]: Estimate };
  /** By setup, in the order of the pairs of runs. */
  runs: { [setup: string]: number[] };
  /** Every setup against the baseline, then the others against each other. */
  differences: SetupDifference[];
  /** The setup that is better than every other; null where none is. */
  winner: string | null;
}

export interface ComparisonDocument {
  format: 'wipsim-comparison';
  version: typeof COMPARISON_VERSION;
  /** Title: that of the scenario, or of the first. */
  title: string;
  seed: string;
  /** Name of the setup that the others are held against. */
  baseline: string;
  /** In the order in which they were given, the baseline first. */
  setups: ComparedSetup[];
  /** The chance of any wrong "lower" or "higher" is at most 1 − confidence. */
  confidence: number;
  /** Share of the baseline below which a difference does not matter. */
  indifference: number;
  replications: {
    /** When the comparison looked at what it had, in replications of each setup. */
    looks: number[];
    /** Pairs of runs that the figures are from. */
    used: number;
    budget: number;
  };
  /** Why no more was run. */
  stopped: 'decided' | 'budget' | 'interrupted';
  metrics: ComparedMetric[];
  warnings: string[];
  interrupted: boolean;
}
