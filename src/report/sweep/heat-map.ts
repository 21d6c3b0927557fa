/** A metric over both factors of a grid at once: a cell a point. */
import type { SweepDocument, SweptFactor } from '../../experiment/sweep/document.js';
import { CHART_CONFIG, type Chart, type Layer, rounded } from '../charts/chart.js';
import { measureAxis } from '../charts/measure-axis.js';
import { formatEstimate, formatValue } from '../format.js';
import { describeMetric, quantityOf } from '../metric.js';
import { type DrawnMetric, drawnMetrics, variedFactors } from './drawn.js';
import { axisTitle, isNumeric, valueText } from './factor-text.js';

/** With more levels cells are too narrow for their values. */
const COLUMNS_WITH_TEXT = 8;
const ROWS_WITH_TEXT = 12;
const LEVELS_MAX = 60;
/** Viridis is dark enough for white letters up to about here. */
const DARK_UP_TO = 0.6;

export function heatMaps(document: SweepDocument): Chart[] {
  const varied = variedFactors(document);
  if (document.design.kind !== 'grid' || varied.length !== 2) return [];
  if (varied.some(({ levels }) => levels.length > LEVELS_MAX)) return [];
  const [across, up] = varied.toSorted((a, b) => b.levels.length - a.levels.length);
  return drawnMetrics(document).map((drawn) => chart(document, drawn, across!, up!));
}

function chart(
  { points }: SweepDocument,
  { metric, index, slos }: DrawnMetric,
  across: SweptFactor,
  up: SweptFactor,
): Chart {
  const quantity = quantityOf(metric);
  const words = describeMetric(metric);
  const means = points.map(({ estimates }) => estimates[metric]!.mean);
  const measure = measureAxis(words, quantity, means);
  const isLog = measure.scale.type === 'log';
  const [low, high] = [Math.min(...means), Math.max(...means)];
  const place = placeBetween(low, high, isLog);
  const domain: number[] = [measure.of(low), measure.of(high)];
  const rows = points.map(({ values, estimates, slos: judged }, at) => {
    const own = judged.filter((slo) => slo.metric === metric);
    const mark = own.length === 0 ? '' : own.every(({ met }) => met) ? '✓ ' : '✗ ';
    return {
      across: valueText(across, values[across.name]!),
      up: valueText(up, values[up.name]!),
      mean: rounded(measure.of(means[at]!)),
      ink: place(means[at]!) < DARK_UP_TO ? 'white' : 'black',
      cell: `${mark}${formatValue(quantity, means[at]!)}`,
      text: `${mark}${formatEstimate(quantity, estimates[metric]!)}`,
    };
  });
  const x = {
    field: 'across',
    type: 'nominal',
    title: axisTitle(across),
    sort: namesOf(across),
    axis: { labelAngle: 0, labelLimit: 90, labelOverlap: true, grid: false },
  } as const;
  const y = {
    field: 'up',
    type: 'nominal',
    title: axisTitle(up),
    // Numbers ascend upwards, as on any axis.
    sort: isNumeric(up) ? namesOf(up).toReversed() : namesOf(up),
    axis: { labelLimit: 120, grid: false },
  } as const;
  const hasRoom = across.levels.length <= COLUMNS_WITH_TEXT && up.levels.length <= ROWS_WITH_TEXT;
  const texts: Layer[] = hasRoom
    ? (['white', 'black'] as const).map((ink) => ({
        data: { values: rows.filter((row) => row.ink === ink) },
        mark: { type: 'text', fontSize: 10.5, color: ink },
        encoding: { x, y, text: { field: 'cell', type: 'nominal' } },
      }))
    : [];
  return {
    id: `heat-${index + 1}`,
    group: 'Two factors at once',
    title: words,
    caption: `${slos.length > 0 && hasRoom ? '✓ and ✗: whether the mean keeps the SLO. ' : ''}The pointer tells the interval.`,
    spec: {
      width: 'container',
      height: Math.max(120, (hasRoom ? 30 : 12) * up.levels.length),
      config: CHART_CONFIG,
      data: { values: rows },
      layer: [
        {
          mark: { type: 'rect' },
          encoding: {
            x,
            y,
            color: {
              field: 'mean',
              type: 'quantitative',
              scale: { scheme: 'viridis', type: isLog ? 'log' : 'linear', domain },
              legend: {
                title: measure.title,
                titleLimit: 320,
                gradientLength: 200,
                ...('labelExpr' in measure.axis
                  ? {
                      labelExpr: measure.axis.labelExpr,
                      values: measure.axis.values.filter((tick) => tick >= low && tick <= high),
                    }
                  : { format: '.3~g', tickCount: 4 }),
              },
            },
            tooltip: [
              { field: 'across', type: 'nominal', title: across.name },
              { field: 'up', type: 'nominal', title: up.name },
              { field: 'text', type: 'nominal', title: words },
            ],
          },
        },
        ...texts,
      ],
    },
  };
}

const namesOf = (factor: SweptFactor): string[] => factor.levels.map((level) => valueText(factor, level));

/** Where a value lies on the colour scale, 0 to 1. */
function placeBetween(low: number, high: number, isLog: boolean): (value: number) => number {
  if (isLog) return (value) => Math.log(value / low) / Math.log(high / low);
  return (value) => (value - low) / (high - low);
}
