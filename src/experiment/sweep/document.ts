/**
 * The document of a sweep: what `wipsim sweep --json` writes, and what its charts and tables are made from. It holds
 * nothing of the wall clock or the machine: the same scenario, sweep and seed give the same bytes.
 */
import type { Estimate, SloOutcome } from '../document.js';

export const SWEEP_VERSION = 1;

export const DESIGN_KINDS = ['grid', 'random', 'latin-hypercube', 'sobol'] as const;
export type DesignKind = (typeof DESIGN_KINDS)[number];

/** A number is in the factor's unit; text is a category, or a value that is written in several units. */
export type FactorValue = number | string | boolean | null;

export interface SweptFactor {
  /** Unique in the sweep: a name given in its file, or the end of the path, or all of it. */
  name: string;
  /** Where in the scenario, as `--set` has it; `policy` for the variants, `seed` for the seed. */
  path: string;
  /** Numbers have an order and distances, categories only the order in which they were given. */
  kind: 'number' | 'category';
  /** How its values are spread and are best drawn. */
  scale: 'linear' | 'log';
  /** What stands behind each number: `s`, `/min`, `GB`; null for plain numbers and categories. */
  unit: string | null;
  /** Values that the points of the design have: numbers ascending, categories as given. */
  levels: FactorValue[];
}

export interface SweepPoint {
  /** From 0, in the order of the design; points that are missing after an interruption leave gaps. */
  index: number;
  /** By name of the factor. */
  values: { [factor: string]: FactorValue };
  /** The setup: variant and assignments, as `wipsim run` takes them. */
  variant: string | null;
  set: string[];
  seed: string;
  /** Equal for points whose runs from one seed are equal. */
  hash: string;
  /** Finished ones. */
  replications: number;
  warmup: { method: 'fixed' | 'mser-5'; length_s: number };
  /** By metric, in the order of `metrics`; latency quantiles are those of all replications' tasks together. */
  estimates: { [metric: string]: Estimate };
  /** The same metrics run by run, in the order of the replications. */
  runs: { [metric: string]: number[] };
  slos: SloOutcome[];
  /** Whether replications are missing. */
  interrupted: boolean;
}

/** How a metric depends on one factor, the others as the design spreads them. */
export interface FactorEffect {
  /** Name of the factor. */
  factor: string;
  /**
   * First-order share of the metric's variance over the design: what of it the factor explains on its own, from 0 to
   * 1, freed of what chance alone would explain. Without bounds where there is too little to give them.
   */
  share: Estimate;
  /** Probability of an effect as large where there is none; null where it cannot be told (one run a point). */
  p_value: number | null;
  /** Whether chance is ruled out at 5%, all factors of the metric together (Holm); null with `p_value`. */
  found: boolean | null;
  /** The metric along the factor: by level, or by bins where there are many values. Numbers ascend. */
  response: EffectLevel[];
  /**
   * Of the metric from the low to the high end of a number, from the first to the second of two categories, of more
   * from the one with the lowest to the one with the highest mean.
   */
  change: EffectChange;
  /** Whether the metric goes one way with a number, beyond chance; null for categories. */
  direction: 'rises' | 'falls' | 'unclear' | null;
}

export interface EffectLevel {
  /** Lowest and highest value, equal where it is one. */
  from: FactorValue;
  to: FactorValue;
  points: number;
  /** Of the metric at these points. */
  mean: number;
}

export interface EffectChange {
  /** Positions in `response`. The ends of many bins are several of them, these the outermost. */
  from: number;
  to: number;
  /** Without bounds for more than two categories, whose ends were chosen by looking at the metric. */
  estimate: Estimate;
}

export interface MetricSensitivity {
  metric: string;
  /** Points it was found from: those with all replications. */
  points: number;
  /** False where the metric is the same everywhere: there is nothing to explain, and no effects are listed. */
  varies: boolean;
  /** Largest share first. */
  effects: FactorEffect[];
  /** What the factors do not explain one by one: interactions, and chance in designs other than grids. */
  unexplained_share: number;
}

export interface SweepDocument {
  format: 'wipsim-sweep';
  version: typeof SWEEP_VERSION;
  /** The scenario as it is without the factors. */
  scenario: { name: string; description: string; hash: string; variant: string | null };
  seed: string;
  design: {
    kind: DesignKind;
    /** Points asked for; of a grid its size. */
    requested: number;
    /** Points that had to be equal to others, because values were rounded to whole numbers. */
    duplicates: number;
    /** Points of the design: requested less duplicates. */
    planned: number;
    /** Points with all replications. */
    finished: number;
  };
  /** At each point. */
  replications: number;
  factors: SweptFactor[];
  /** Paths into the measures, most important first. */
  metrics: string[];
  /** Which way each metric is better; null where neither is. */
  better: { [metric: string]: 'lower' | 'higher' | null };
  /** Points with at least one replication, in order. */
  points: SweepPoint[];
  /** By metric, in the order of `metrics`. */
  sensitivity: MetricSensitivity[];
  warnings: string[];
  interrupted: boolean;
}
