/** What a validation case is, and what comes out of it. */
import type { RunMeasures } from '../../src/metrics/measures.js';

/** A figure known from elsewhere, and where the simulator says the same. */
export interface ExpectedMeasure {
  readonly label: string;
  /** Path into the measures, or computed from them. */
  readonly measure: string | ((measures: RunMeasures) => number);
  readonly expected: number;
  /** Half-width of the expected figure's own interval, where it was measured too; absent: exact. */
  readonly expectedHalfWidth?: number;
}

/** A scenario as a user would write it, with a run of its own. */
export interface CaseScenario {
  readonly run: {
    readonly duration: number;
    readonly warmup: number;
    readonly replications: number;
    readonly seed: string;
  };
  readonly [key: string]: unknown;
}

/** Random: replications of a scenario, compared by a confidence interval. */
export interface SimulatedCase {
  readonly kind: 'simulated';
  readonly name: string;
  readonly source: string;
  readonly scenario: CaseScenario;
  readonly measures: readonly ExpectedMeasure[];
  /** Largest half-width of an interval as a share of the expected figure, where `PRECISION` is out of reach. */
  readonly precision?: { readonly relative: number; readonly because: string };
}

/** What is said about one thing that must agree to the last one. */
export interface Agreement {
  readonly label: string;
  readonly expected: number;
  readonly measured: number;
  /** Allowed between the two; absent: none. */
  readonly tolerance?: number;
  /** The first difference, in words. */
  readonly difference?: string | undefined;
}

/** Not random: every row of a file must agree. */
export interface ExactCase {
  readonly kind: 'exact';
  readonly name: string;
  readonly source: string;
  compare(): Promise<readonly Agreement[]> | readonly Agreement[];
}

export interface SkippedCase {
  readonly kind: 'skipped';
  readonly name: string;
  readonly source: string;
  readonly reason: string;
}

export type ValidationCase = SimulatedCase | ExactCase | SkippedCase;

/** One line of the result. */
export interface Row {
  readonly name: string;
  readonly label: string;
  readonly source: string;
  readonly expected: number | null;
  readonly measured: number | null;
  readonly ciLow: number | null;
  readonly ciHigh: number | null;
  /** Null where it was skipped. */
  readonly ok: boolean | null;
  /** Why it failed or was skipped, or what is particular about it. */
  readonly note: string;
}
