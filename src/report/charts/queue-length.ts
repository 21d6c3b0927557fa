/** Tasks waiting in each stage over simulated time. */
import type { Chart, ChartOf } from './chart.js';
import { leftOut, linesToDraw, timeLines } from './time-lines.js';

export const queueLength: ChartOf = (document): Chart | undefined => {
  const stages = Object.entries(document.series.queue_length).map(([name, values]) => ({ name, values }));
  const { drawn, left } = linesToDraw(stages);
  if (drawn.length === 0) return undefined;
  return {
    id: 'queue-length',
    group: 'Queues and flow',
    title: 'Queue depth',
    caption: `Average number of tasks waiting in each stage.${leftOut(left)}`,
    spec: timeLines(document, drawn, { yTitle: 'tasks waiting' }),
  };
};
