/** Lines over simulated time: the common part of every chart that has time on its x-axis. */
import type { TopLevelSpec } from 'vega-lite';
import type { ResultDocument } from '../../experiment/document.js';
import { unitFor } from '../format.js';
import { CHART_CONFIG, colourOf, rounded } from './chart.js';

export interface TimeSeries {
  readonly name: string;
  /** One per bin; `null` where there is nothing to say, which leaves a gap. */
  readonly values: readonly (number | null)[];
}

/** A series and its place among all of its chart, which gives it its colour. */
export interface Line extends TimeSeries {
  readonly place: number;
}

export interface TimeLinesOptions {
  readonly yTitle: string;
  /** Values change in steps and hold in between. */
  readonly step?: boolean;
  /** Upper end of the y-axis where it is known, as with a fraction. */
  readonly yMax?: number;
  readonly yFormat?: string;
  /** Of the legend, where names are too long for three. */
  readonly columns?: number;
}

/** More lines than colours cannot be told apart. */
const LINES_MAX = 10;

const peak = (series: TimeSeries): number =>
  series.values.reduce<number>((highest, value) => Math.max(highest, value ?? 0), 0);

/** Those with anything to show, the highest ten, in their own order. */
export function linesToDraw(series: readonly TimeSeries[]): { drawn: Line[]; left: number } {
  const alive = series.map((one, place) => ({ ...one, place })).filter((one) => peak(one) > 0);
  const highest = new Set(alive.toSorted((a, b) => peak(b) - peak(a)).slice(0, LINES_MAX));
  return { drawn: alive.filter((one) => highest.has(one)), left: alive.length - highest.size };
}

/** Said in the caption when not every line is drawn. */
export const leftOut = (left: number): string =>
  left === 0 ? '' : ` The ${LINES_MAX} highest are drawn; ${left} more are left out.`;

/** A specification with one line per series, the warm-up shaded, and all values at the pointer in one tooltip. */
export function timeLines(
  document: ResultDocument,
  series: readonly Line[],
  options: TimeLinesOptions,
): TopLevelSpec {
  const { bin_s, bins } = document.series;
  const time = unitFor('duration', bin_s * bins);
  const end = rounded((bin_s * bins) / time.size);
  // A level in steps is the one at the end of its bin; an average belongs to the bin's middle.
  const offset = options.step ? 1 : 0.5;
  const rows = series.flatMap(({ name, values }) =>
    values.map((value, bin) => ({
      t: rounded(((bin + offset) * bin_s) / time.size),
      series: name,
      value: value === null ? null : rounded(value),
    })),
  );
  const xTitle = `simulated time (${time.suffix.trim()})`;
  const xDomain: number[] = [0, end];
  const x = {
    field: 't',
    type: 'quantitative',
    title: xTitle,
    axis: { labelFlush: false, format: '~g' },
    scale: { domain: xDomain, nice: false },
  } as const;
  const y = {
    field: 'value',
    type: 'quantitative',
    title: options.yTitle,
    axis: { tickCount: 5, ...(options.yFormat === undefined ? {} : { format: options.yFormat }) },
    scale: options.yMax === undefined ? { zero: true } : { domain: [0, options.yMax] as number[] },
  } as const;
  const names = series.map(({ name }) => name);
  const color = {
    field: 'series',
    type: 'nominal',
    scale: { domain: names, range: series.map(({ place }) => colourOf(place)) },
    legend:
      names.length > 1
        ? {
            title: null,
            ...(options.columns === undefined ? {} : { columns: options.columns, labelLimit: 220 }),
          }
        : null,
  } as const;
  const format = options.yFormat ?? '.4~g';
  const warmup = document.warmup.length_s / time.size;
  return {
    width: 'container',
    height: 210,
    config: CHART_CONFIG,
    data: { values: rows },
    layer: [
      ...(warmup > 0
        ? [
            {
              data: { values: [{ from: 0, to: rounded(Math.min(warmup, end)) }] },
              mark: { type: 'rect', color: 'currentColor', opacity: 0.06 },
              encoding: {
                x: { field: 'from', type: 'quantitative', title: xTitle },
                x2: { field: 'to' },
              },
            } as const,
          ]
        : []),
      {
        mark: {
          type: 'line',
          strokeWidth: 1.8,
          strokeJoin: 'round',
          ...(options.step ? { interpolate: 'step-before' } : {}),
        },
        encoding: { x, y, color },
      },
      {
        params: [
          {
            name: 'nearest',
            select: {
              type: 'point',
              on: 'pointermove',
              clear: 'pointerout',
              nearest: true,
              encodings: ['x'],
            },
          },
        ],
        mark: { type: 'point', filled: true, size: 44 },
        encoding: {
          x,
          y,
          color,
          opacity: { condition: { param: 'nearest', empty: false, value: 1 }, value: 0 },
          tooltip: [
            { field: 'series', type: 'nominal', title: ' ' },
            { field: 't', type: 'quantitative', title: xTitle, format: '.4~g' },
            { field: 'value', type: 'quantitative', title: options.yTitle, format },
          ],
        },
      },
    ],
  };
}
