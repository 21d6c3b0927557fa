/** Adaptive concurrency limits over simulated time. */
import type { Chart, ChartOf } from './chart.js';
import { leftOut, linesToDraw, timeLines } from './time-lines.js';

export const concurrencyLimits: ChartOf = (document): Chart | undefined => {
  const stages = Object.entries(document.series.limit).map(([name, values]) => ({ name, values }));
  const { drawn, left } = linesToDraw(stages);
  if (drawn.length === 0) return undefined;
  return {
    id: 'concurrency-limits',
    group: 'Queues and flow',
    title: 'Concurrency limits',
    caption: `How many tasks the adaptive limit of each stage let in.${leftOut(left)}`,
    spec: timeLines(document, drawn, { yTitle: 'concurrency limit', step: true }),
  };
};
