/** p99 latency over simulated time. */
import { unitFor } from '../format.js';
import type { Chart, ChartOf } from './chart.js';
import { timeLines } from './time-lines.js';

export const latencyOverTime: ChartOf = (document): Chart | undefined => {
  const p99 = document.series.latency_p99_s;
  const highest = Math.max(0, ...p99);
  if (highest === 0) return undefined;
  const unit = unitFor('duration', highest);
  // A bin in which nothing was completed has no p99: a gap, not a zero.
  const values = p99.map((value) => (value > 0 ? value / unit.size : null));
  return {
    id: 'latency-over-time',
    group: 'Latency',
    title: 'p99 latency over time',
    caption: 'Of the tasks completed in each interval, all workloads together. First replication.',
    spec: timeLines(document, [{ name: 'p99 latency', values, place: 0 }], {
      yTitle: `p99 latency (${unit.suffix.trim()})`,
    }),
  };
};
