/** Nodes of the pools that are scaled, over simulated time: in service, and those that are paid for besides. */
import type { Chart, ChartOf } from './chart.js';
import { leftOut, linesToDraw, timeLines } from './time-lines.js';

export const nodesOverTime: ChartOf = (document): Chart | undefined => {
  const { nodes, nodes_coming: coming, nodes_leaving: leaving } = document.series;
  const several = Object.keys(nodes).length > 1;
  const lines = Object.entries(nodes).flatMap(([pool, values]) => [
    { name: several ? pool : 'in service', values },
    {
      name: several ? `${pool}, paid for` : 'paid for: coming and leaving too',
      values: values.map((inService, bin) => inService + coming[pool]![bin]! + leaving[pool]![bin]!),
    },
  ]);
  const { drawn, left } = linesToDraw(lines);
  if (drawn.length === 0) return undefined;
  return {
    id: 'nodes-over-time',
    group: 'Capacity and cost',
    title: 'Nodes over time',
    caption: `A node is paid for from its order until it is gone.${leftOut(left)}`,
    spec: timeLines(document, drawn, { yTitle: 'nodes', columns: 2 }),
  };
};
