/** Share of each pool's GPUs that is busy, over simulated time. */
import type { Chart, ChartOf } from './chart.js';
import { leftOut, linesToDraw, timeLines } from './time-lines.js';

export const utilisationOverTime: ChartOf = (document): Chart | undefined => {
  const pools = Object.entries(document.series.busy).map(([name, values]) => ({ name, values }));
  const { drawn, left } = linesToDraw(pools);
  if (drawn.length === 0) return undefined;
  return {
    id: 'utilisation-over-time',
    group: 'Capacity and cost',
    title: 'GPUs busy over time',
    caption: `Share of each pool's GPUs that hold work.${leftOut(left)}`,
    spec: timeLines(document, drawn, { yTitle: 'GPUs busy', yMax: 1, yFormat: '.0%' }),
  };
};
