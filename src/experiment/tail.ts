/**
 * Whether there are enough values for a percentile: with fewer than 10 beyond it (1,000 in all for a p99, 10,000 for a
 * p99.9) it rests on a handful of tasks, and where there are fewer still it is the maximum by another name. 10 is the
 * usual rule of thumb for proportions (D. S. Moore et al., "Introduction to the Practice of Statistics", 9th ed., 6.1: at
 * least 10 on each side).
 */
import type { Estimate } from './document.js';

/** Fewer values than this beyond a percentile and it is mostly chance. */
export const BEYOND_MIN = 10;

/** The percentiles of a summary of values (`Summary` in the measures). */
const FRACTIONS: ReadonlyMap<string, number> = new Map([
  ['p50', 0.5],
  ['p90', 0.9],
  ['p95', 0.95],
  ['p99', 0.99],
  ['p999', 0.999],
]);

/** Values that a run needs for the percentile; undefined for what is no percentile. */
export function valuesNeeded(percentile: string): number | undefined {
  const fraction = FRACTIONS.get(percentile);
  // Without the subtraction 1 − 0.99 would ask for one more than 1,000.
  return fraction === undefined ? undefined : Math.ceil(BEYOND_MIN / (1 - fraction) - 1e-6);
}

/** Whether so many values in a run are too few for the percentile; false for what is no percentile. */
export function isTooFewFor(percentile: string, values: number): boolean {
  const needed = valuesNeeded(percentile);
  return needed !== undefined && values < needed;
}

/**
 * Mean number of values in a run behind the summary that a metric's last step belongs to (`workloads.chat.latency_s.p99`;
 * names may have dots in them); undefined where there is none.
 */
export function valuesBeside(estimates: object, metric: string): number | undefined {
  for (const [key, tree] of Object.entries(estimates) as [string, object | number | null][]) {
    if (!metric.startsWith(`${key}.`) || typeof tree !== 'object' || tree === null) continue;
    const found = valuesBeside(tree, metric.slice(key.length + 1));
    if (found !== undefined) return found;
  }
  if (!Object.hasOwn(estimates, metric) || !('count' in estimates)) return undefined;
  return (estimates.count as Estimate).mean;
}

/** What `pooled-latency.ts` takes from the tasks of all replications together; other percentiles are means of each run's. */
const POOLED = /^(total|workloads\..+)\.latency_s\.[^.]+$/;

/** Number of values that a percentile of a result rests on: those of all replications, or of one. */
export function valuesBehind(estimates: object, metric: string, replications: number): number | undefined {
  const values = valuesBeside(estimates, metric);
  return values === undefined || !POOLED.test(metric) ? values : values * replications;
}
