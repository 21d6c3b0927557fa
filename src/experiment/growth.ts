/** Whether the number in the system was still growing when a run ended. */
import type { RunSeries } from '../metrics/measures.js';
import { estimate } from './estimate.js';

/** Average number in the system in each quarter of the measured time in which tasks arrived. */
export type Quarters = readonly [number, number, number, number];

const BINS_NEEDED = 8;

/** Null for a run too short for quarters. */
export function quartersInSystem(series: RunSeries, warmupS: number): Quarters | null {
  const from = Math.ceil(warmupS / series.bin_s);
  // After the last arrival the system only empties: that is no steady state.
  let end = Math.min(series.bins, series.arrived.length);
  while (end > from && series.arrived[end - 1] === 0) end--;
  const bins = end - from;
  if (bins < BINS_NEEDED) return null;
  const quarter = (k: number): number => {
    const part = series.in_system.slice(
      from + Math.floor((k * bins) / 4),
      from + Math.floor(((k + 1) * bins) / 4),
    );
    return part.reduce((sum, value) => sum + value, 0) / part.length;
  };
  return [quarter(0), quarter(1), quarter(2), quarter(3)];
}

/** The second half is this many times the first. */
const GROWTH_FACTOR = 1.5;
/** One run alone cannot tell growth from chance: there it takes more. */
const GROWTH_FACTOR_ALONE = 2;
/** Smaller differences of the number of tasks are not worth a word. */
const GROWTH_MIN = 2;

/** The averages of both halves over all runs, where they show growth beyond chance that has not ended; else null. */
export function growing(
  runs: readonly Quarters[],
): { readonly first: number; readonly second: number } | null {
  if (runs.length === 0) return null;
  const quarter = (k: number): number => runs.reduce((sum, quarters) => sum + quarters[k]!, 0) / runs.length;
  const first = (quarter(0) + quarter(1)) / 2;
  const second = (quarter(2) + quarter(3)) / 2;
  const factor = runs.length === 1 ? GROWTH_FACTOR_ALONE : GROWTH_FACTOR;
  if (second <= factor * first || second - first <= GROWTH_MIN || quarter(3) <= quarter(2)) return null;
  const difference = estimate(runs.map(([a, b, c, d]) => (c + d - a - b) / 2));
  return (difference.ci_low ?? 1) > 0 ? { first, second } : null;
}
