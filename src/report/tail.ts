/** Percentiles with what has to be said of them: none from no values, and `≈` before one from too few. */
import type { Estimate, Mapped } from '../experiment/document.js';
import { BEYOND_MIN, isTooFewFor, valuesNeeded } from '../experiment/tail.js';
import type { Summary } from '../metrics/measures.js';
import { formatCount } from './format.js';

export type SummaryEstimates = Mapped<Summary, Estimate>;
export type Percentile = 'p50' | 'p90' | 'p95' | 'p99' | 'p999';

/** Before a percentile that rests on too few values. */
export const ROUGH = '≈';

/** What the mark means. */
export const ROUGH_NOTE = `${ROUGH} mostly chance: fewer than ${BEYOND_MIN} values lie beyond the percentile (a p99 takes ${formatCount(valuesNeeded('p99')!)})`;

/** The latency of a workload, or of all tasks, whose percentiles are those of the tasks of all replications together. */
export const pooledOver = (latency: SummaryEstimates, replications: number): SummaryEstimates => ({
  ...latency,
  count: { ...latency.count, mean: latency.count.mean * replications },
});

/** Whether there are values, and enough of them for the percentile. */
export function standingOf(percentile: string, values: number): 'none' | 'rough' | 'enough' {
  if (values === 0) return 'none';
  return isTooFewFor(percentile, values) ? 'rough' : 'enough';
}
