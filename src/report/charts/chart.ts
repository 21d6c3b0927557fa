/**
 * What a chart is: a Vega-Lite specification with its title and one sentence on how to read it. Charts are pure
 * functions of the result document that answer `undefined` where there is nothing to show.
 *
 * Colours of text and lines are `currentColor`: the page sets them by CSS, so one drawing serves light, dark and
 * paper. That needs the SVG renderer.
 */
import type { Config, TopLevelSpec } from 'vega-lite';
import type { ResultDocument } from '../../experiment/document.js';

export type ChartGroup =
  | 'Latency'
  | 'Queues and flow'
  | 'Capacity and cost'
  | 'Fairness'
  | 'Differences'
  | 'Metric by metric'
  | 'Responses'
  | 'Two factors at once'
  | 'Sensitivity'
  | 'Cost against latency'
  | 'Head-room'
  | 'Tuning';

export interface Chart {
  /** Unique on the page. */
  readonly id: string;
  readonly group: ChartGroup;
  readonly title: string;
  /** How to read it. Plain text. */
  readonly caption: string;
  /** Worth the whole width of the page. */
  readonly wide?: boolean;
  readonly spec: TopLevelSpec;
}

/** One layer of a layered specification. */
export type Layer = Extract<TopLevelSpec, { layer: unknown[] }>['layer'][number];

export type ChartOf = (document: ResultDocument) => Chart | undefined;

/** The look that all charts share. */
export const CHART_CONFIG: Config = {
  background: 'transparent',
  font: 'system-ui, -apple-system, "Segoe UI", Roboto, sans-serif',
  view: { stroke: null },
  axis: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    domainColor: 'currentColor',
    tickColor: 'currentColor',
    gridColor: 'currentColor',
    gridOpacity: 0.12,
    domainOpacity: 0.35,
    tickOpacity: 0.35,
    labelFontSize: 11.5,
    titleFontSize: 11.5,
    titleFontWeight: 500,
    labelOpacity: 0.85,
    titlePadding: 8,
  },
  legend: {
    labelColor: 'currentColor',
    titleColor: 'currentColor',
    orient: 'top',
    direction: 'horizontal',
    title: null,
    labelFontSize: 12,
    labelLimit: 130,
    symbolStrokeWidth: 2.5,
    columns: 3,
  },
};

/**
 * Observable's ten categorical colours (d3-scale-chromatic, `schemeObservable10`): they stay apart on white and on
 * black, and for most colour-blind readers.
 */
const PALETTE = [
  '#4269d0',
  '#efb118',
  '#ff725c',
  '#6cc5b0',
  '#3ca951',
  '#ff8ab7',
  '#a463f2',
  '#97bbf5',
  '#9c6b4e',
  '#9498a0',
];

/** By place in the scenario, so that a stage has the same colour in every chart. */
export const colourOf = (index: number): string => PALETTE[index % PALETTE.length]!;

/** Enough digits for a chart; the page stays small. */
export const rounded = (value: number): number => Number(value.toPrecision(5));
