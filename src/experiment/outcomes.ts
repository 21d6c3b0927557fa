/** What is kept of the finished replications; each brings a few kilobytes, however long it was. */
import { Histogram } from '../metrics/histogram.js';
import type { RunMeasures, RunSeries } from '../metrics/measures.js';
import type { DeadlockReport } from './document.js';
import type { Quarters } from './growth.js';
import type { RunOutcome } from './run-outcome.js';

/** Deadlocks that are described: all of one system look alike. */
const DEADLOCKS_MAX = 10;

export class Outcomes {
  readonly runs: RunMeasures[] = [];
  /** Of the first replication. */
  series: RunSeries | null = null;
  /** Latency by workload, pooled over the replications. */
  readonly latency: Histogram[] = [];
  /** The same by replication, then by workload. */
  readonly latencies: Histogram[][] = [];
  readonly quarters: Quarters[] = [];
  littlesLawMaxError = 0;
  readonly deadlocks: DeadlockReport[] = [];
  /** Replications that had any. */
  deadlocked = 0;

  /** To be called in the order of the replications. */
  add(
    { measures, series, latency, quarters, deadlocks, littlesLawMaxError }: RunOutcome,
    replication: number,
  ): void {
    for (const { atS, cycle } of deadlocks.slice(0, DEADLOCKS_MAX - this.deadlocks.length))
      this.deadlocks.push({ replication, at_s: atS, cycle: [...cycle] });
    if (deadlocks.length > 0) this.deadlocked++;
    this.runs.push(measures);
    this.series ??= series;
    const histograms = latency.map(Histogram.fromData);
    this.latencies.push(histograms);
    for (const [workload, histogram] of histograms.entries()) {
      this.latency[workload] ??= new Histogram();
      this.latency[workload].merge(histogram);
    }
    if (quarters !== null) this.quarters.push(quarters);
    this.littlesLawMaxError = Math.max(this.littlesLawMaxError, littlesLawMaxError);
  }
}
