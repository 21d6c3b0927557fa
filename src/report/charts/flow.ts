/** Arrivals, completions and rejections over simulated time, as rates. */
import { unitFor } from '../format.js';
import type { Chart, ChartOf } from './chart.js';
import { linesToDraw, timeLines } from './time-lines.js';

export const flow: ChartOf = (document): Chart | undefined => {
  const { arrived, completed, rejected, bin_s } = document.series;
  const unit = unitFor('rate', Math.max(0, ...arrived, ...completed) / bin_s);
  const rate = (counts: readonly number[]): number[] => counts.map((count) => count / bin_s / unit.size);
  const { drawn } = linesToDraw([
    { name: 'arrived', values: rate(arrived) },
    { name: 'completed', values: rate(completed) },
    { name: 'rejected', values: rate(rejected) },
  ]);
  if (drawn.length === 0) return undefined;
  return {
    id: 'flow',
    group: 'Queues and flow',
    title: 'Arrivals, completions, rejections',
    caption: 'Where arrivals run above completions and rejections together, a queue grows.',
    spec: timeLines(document, drawn, { yTitle: `tasks${unit.suffix}` }),
  };
};
