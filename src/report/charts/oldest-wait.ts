/** How long the longest-waiting task of each stage has waited, over simulated time. */
import { unitFor } from '../format.js';
import type { Chart, ChartOf } from './chart.js';
import { leftOut, linesToDraw, timeLines } from './time-lines.js';

export const oldestWait: ChartOf = (document): Chart | undefined => {
  const stages = Object.entries(document.series.oldest_wait_s).map(([name, values]) => ({ name, values }));
  const { drawn, left } = linesToDraw(stages);
  if (drawn.length === 0) return undefined;
  const unit = unitFor('duration', Math.max(...stages.flatMap(({ values }) => values)));
  const lines = drawn.map(({ name, values, place }) => ({
    name,
    place,
    values: values.map((value) => (value ?? 0) / unit.size),
  }));
  return {
    id: 'oldest-wait',
    group: 'Queues and flow',
    title: 'Oldest wait',
    caption: `Age of the longest-waiting task in each stage's queue. A steady climb is starvation.${leftOut(left)}`,
    spec: timeLines(document, lines, { yTitle: `oldest wait (${unit.suffix.trim()})` }),
  };
};
