/**
 * Quantiles of latency are shown of all replications' tasks together: the mean of each replication's own p99 is too low
 * where replications are short (docs/decisions/009-intervals-of-quantiles.md).
 */
import { Histogram } from '../metrics/histogram.js';
import type { RunMeasures, Summary } from '../metrics/measures.js';
import type { Estimate, Mapped } from './document.js';
import { pooledQuantile } from './statistics/quantile-interval.js';

const QUANTILES = { p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 } as const;

type Estimates = Mapped<RunMeasures, Estimate>;
type Summaries = Mapped<Summary, Estimate>;

/**
 * The estimates with the quantiles of latency, by workload and of all tasks, from the runs' histograms.
 * @param latencies by run, then by workload
 */
export function withPooledLatency(
  estimates: Estimates,
  workloadNames: readonly string[],
  latencies: readonly (readonly Histogram[])[],
): Estimates {
  const { total, workloads } = estimates;
  const pooled = workloadNames.map((name, workload) => {
    const group = workloads[name]!;
    const own = latencies.map((run) => run[workload]!);
    return [name, { ...group, latency_s: quantilesOf(group.latency_s, own) }] as const;
  });
  const ofAll = latencies.map(merged);
  return {
    ...estimates,
    total: { ...total, latency_s: quantilesOf(total.latency_s, ofAll) },
    workloads: Object.fromEntries(pooled),
  };
}

function quantilesOf(latency: Summaries, runs: readonly Histogram[]): Summaries {
  const replaced = { ...latency };
  for (const key of Object.keys(QUANTILES) as (keyof typeof QUANTILES)[]) {
    // Equal in all runs: known exactly, which a histogram's is not.
    if (latency[key].ci_low === latency[key].ci_high) continue;
    const { value, low, high } = pooledQuantile(runs, QUANTILES[key]);
    if (low !== null) replaced[key] = { mean: value, ci_low: low, ci_high: high };
  }
  return replaced;
}

function merged(histograms: readonly Histogram[]): Histogram {
  const all = new Histogram();
  for (const histogram of histograms) all.merge(histogram);
  return all;
}
