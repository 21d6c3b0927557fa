/** Horizontal bars of pools split into what was used well, wasted and idle: for GPU-time and for money. */
import type { TopLevelSpec } from 'vega-lite';
import { CHART_CONFIG, rounded } from './chart.js';

const PARTS = ['useful', 'wasted', 'down', 'idle'] as const;
const PART_COLOURS = { useful: '#3ca951', wasted: '#ff725c', down: '#4a4a55', idle: '#9498a0' };

export interface PoolSplit {
  readonly pool: string;
  readonly useful: number;
  readonly wasted: number;
  readonly idle: number;
  /** Out of service; told only where there is some. */
  readonly down?: number;
}

export function poolBars(
  pools: readonly PoolSplit[],
  options: {
    xTitle: string;
    format: string;
    zeroFormat: string;
    xMax?: number;
    text: (value: number) => string;
  },
): TopLevelSpec {
  const told = PARTS.filter((part) => part !== 'down' || pools.some(({ down = 0 }) => down > 0));
  const rows = pools.flatMap((split) =>
    told.map((part, order) => ({
      pool: split.pool,
      part,
      order,
      value: rounded(Math.max(0, split[part] ?? 0)),
      text: options.text(Math.max(0, split[part] ?? 0)),
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
        // Vega would give a zero the prefix of the others: `$0k`.
        axis: {
          tickCount: 5,
          labelExpr: `format(datum.value, datum.value === 0 ? '${options.zeroFormat}' : '${options.format}')`,
        },
        stack: 'zero',
        ...(options.xMax === undefined ? {} : { scale: { domain: [0, options.xMax] } }),
      },
      color: {
        field: 'part',
        type: 'nominal',
        scale: { domain: told, range: told.map((part) => PART_COLOURS[part]) },
        legend: { title: null, columns: PARTS.length },
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
