/** Work in progress over simulated time: in service by stage, and all that is in the system. */
import type { Chart, ChartOf } from './chart.js';
import { leftOut, linesToDraw, timeLines } from './time-lines.js';

export const workInProgress: ChartOf = (document): Chart | undefined => {
  const stages = Object.entries(document.series.in_progress).map(([name, values]) => ({ name, values }));
  const { drawn, left } = linesToDraw([
    ...stages.map(({ name, values }) => ({ name: `at ${name}`, values })),
    { name: 'in the system', values: document.series.in_system },
  ]);
  if (drawn.length === 0) return undefined;
  return {
    id: 'work-in-progress',
    group: 'Queues and flow',
    title: 'Work in progress',
    caption: `Tasks being served at each stage, and all tasks in the system, waiting ones included.${leftOut(left)}`,
    spec: timeLines(document, drawn, { yTitle: 'tasks' }),
  };
};
