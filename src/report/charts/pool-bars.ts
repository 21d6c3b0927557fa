/** Horizontal bars of pools split into what was used well, wasted and idle: for GPU-time and for money. */
import type { TopLevelSpec } from 'vega-lite';
import { CHART_CONFIG, rounded } from './chart.js';

const PARTS = ['useful', 'wasted', 'idle'] as const;
const PART_COLOURS = ['#3ca951', '#ff725c', '#9498a0'];

export interface PoolSplit {
  readonly pool: string;
  readonly useful: number;
  readonly wasted: number;
  readonly idle: number;
}

export function poolBars(
  pools: readonly PoolSplit[],
  options: { xTitle: string; format: string; xMax?: number; text: (value: number) => string },
): TopLevelSpec {
  const rows = pools.flatMap((split) =>
    PARTS.map((part, order) => ({
      pool: split.pool,
      part,
      order,
      value: rounded(Math.max(0, split[part])),
      text: options.text(Math.max(0, split[part])),
    })),
  );
  return {
    width: 'container',
    height: 34 * pools.length,
    config: CHART_CONFIG,
    data: { values: rows },
    mark: { type: 'bar', height: { band: 0.72 } },
    encoding: {
      y: {
        field: 'pool',
        type: 'nominal',
        title: null,
        sort: null,
        axis: { labelLimit: 160, domain: false, ticks: false },
      },
      x: {
        field: 'value',
        type: 'quantitative',
        title: options.xTitle,
        axis: { tickCount: 5, format: options.format },
        stack: 'zero',
        ...(options.xMax === undefined ? {} : { scale: { domain: [0, options.xMax] } }),
      },
      color: {
        field: 'part',
        type: 'nominal',
        scale: { domain: [...PARTS], range: PART_COLOURS },
        legend: { title: null },
      },
      order: { field: 'order', type: 'quantitative' },
      tooltip: [
        { field: 'pool', type: 'nominal' },
        { field: 'part', type: 'nominal', title: ' ' },
        { field: 'text', type: 'nominal', title: options.xTitle },
      ],
    },
  };
}
