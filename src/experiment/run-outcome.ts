/**
 * What is kept of one finished run: plain data, the same whether the run was on this thread, on another machine, or
 * comes from the journal. Numbers go through JSON unchanged.
 */
import type { HistogramData } from '../metrics/histogram.js';
import type { RunMeasures, RunSeries } from '../metrics/measures.js';
import type { RunResult } from '../simulation/simulate.js';
import { type Quarters, quartersInSystem } from './growth.js';

export interface RunOutcome {
  readonly measures: RunMeasures;
  /** Latency of all completed tasks, by workload. */
  readonly latency: readonly HistogramData[];
  /** Kept where the request says so: it is the larger part. */
  readonly series: RunSeries | null;
  readonly quarters: Quarters | null;
  readonly deadlocks: readonly { readonly atS: number; readonly cycle: readonly string[] }[];
  readonly littlesLawMaxError: number;
}

export function outcomeOf(result: RunResult, warmupS: number, keepsSeries: boolean): RunOutcome {
  const { measures, series, latency, checks, deadlocks } = result;
  return {
    measures,
    latency: latency.map((histogram) => histogram.toData()),
    series: keepsSeries ? series : null,
    quarters: quartersInSystem(series, warmupS),
    deadlocks,
    littlesLawMaxError: checks.littlesLawMaxError,
  };
}
