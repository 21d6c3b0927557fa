/**
 * What the planner asks: how does this fleet do, under this setting, at this load? Whoever answers, a simulator or an
 * exact law in a test, gives one value by replication. Replication i of a series uses the same random numbers whatever
 * the question, so answers to different questions can be compared in pairs.
 */

export interface Question {
  /** Node count by pool of the space. */
  readonly nodes: readonly number[];
  /** Index of the combination of settings. */
  readonly setting: number;
  /** Arrivals come so many times as fast as the scenario says. */
  readonly load: number;
}

export interface SloTarget {
  readonly name: string;
  readonly metric: string;
  readonly comparison: 'at_most' | 'at_least';
  readonly threshold: number;
  /** What one node more does to the metric: SLOs on cost and on utilisation get harder to keep as a fleet grows. */
  readonly withNodes: 'easier' | 'harder';
}

/** Values by replication, from the first on. */
export interface Sample {
  /** By SLO, then by replication. */
  readonly slos: readonly (readonly number[])[];
  /** What settings are compared by. */
  readonly objective: readonly number[];
  /** What stands against the cost in the Pareto frontier. */
  readonly p99S: readonly number[];
  readonly billedUsdPerHour: readonly number[];
  /** Busy share by pool of the space, then by replication. */
  readonly utilisation: readonly (readonly number[])[];
  readonly events: readonly number[];
}

/** The scenario cannot run so, for example because a gang does not fit on the fleet. */
export interface Impossible {
  readonly impossible: string;
}

export interface Evaluator {
  readonly slos: readonly SloTarget[];
  /**
   * The replications 0 to `count` − 1 of a series, those of earlier looks included. Replications of different series
   * are independent. Several questions may be under way at once.
   */
  look(question: Question, count: number, series: string): Promise<Sample | Impossible>;
}

export const isImpossible = (answer: Sample | Impossible): answer is Impossible => 'impossible' in answer;
