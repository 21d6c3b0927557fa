/** What is known of one of the two policy sets since it was last looked at. */
import type { AttemptOutcome } from '../points.js';

export const METRICS = ['latency-p99', 'mean-latency', 'failure-rate', 'goodput-fraction'] as const;
export type Metric = (typeof METRICS)[number];

export class ArmFigures {
  /** Attempts that have ended. */
  count = 0;
  private completed = 0;
  private inTime = 0;
  private latencySumS = 0;
  /** Of those completed, where the metric needs each. */
  private readonly latenciesS: number[] = [];

  constructor(private readonly metric: Metric) {}

  add(outcome: AttemptOutcome, latencyS: number, inTime: boolean): void {
    this.count++;
    if (outcome !== 'completed') return;
    this.completed++;
    this.latencySumS += latencyS;
    if (this.metric === 'latency-p99') this.latenciesS.push(latencyS);
    if (inTime) this.inTime++;
  }

  clear(): void {
    this.count = 0;
    this.completed = 0;
    this.inTime = 0;
    this.latencySumS = 0;
    this.latenciesS.length = 0;
  }

  /** The metric; where nothing was completed, latency is infinite. */
  value(): number {
    const { count, completed } = this;
    switch (this.metric) {
      case 'failure-rate':
        return (count - completed) / count;
      case 'goodput-fraction':
        return this.inTime / count;
      case 'mean-latency':
        return completed === 0 ? Number.POSITIVE_INFINITY : this.latencySumS / completed;
      case 'latency-p99':
        return completed === 0 ? Number.POSITIVE_INFINITY : this.quantileS(0.99);
    }
  }

  /** The smallest latency that at least the fraction `p` does not exceed. */
  private quantileS(p: number): number {
    const ascending = Float64Array.from(this.latenciesS).sort();
    return ascending[Math.ceil(p * ascending.length) - 1]!;
  }
}
