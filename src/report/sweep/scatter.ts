/**
 * A metric over one factor of a design with many: every point with its interval, whatever its other factors are, and the
 * mean by level or bin. Drawn for the factors that explain most.
 */
import type {
  EffectLevel,
  FactorEffect,
  SweepDocument,
  SweptFactor,
} from '../../experiment/sweep/document.js';
import { CHART_CONFIG, type Chart, colourOf, type Layer, rounded } from '../charts/chart.js';
import { endsOf, intervalOf } from '../charts/interval.js';
import { measureAxis } from '../charts/measure-axis.js';
import { thresholdLayers } from '../charts/thresholds.js';
import { UNDECIDED_COLOUR } from '../charts/verdict-colours.js';
import { formatEstimate, formatValue } from '../format.js';
import { describeMetric, quantityOf } from '../metric.js';
import { type DrawnMetric, drawnMetrics } from './drawn.js';
import { axisValue, factorAxis } from './factor-axis.js';
import { isNumeric, pointText, valueText } from './factor-text.js';
import { isCurves } from './response.js';

const FACTORS_MAX = 2;

export function scatters(document: SweepDocument): Chart[] {
  if (isCurves(document)) return [];
  return drawnMetrics(document).flatMap((drawn) => {
    const effects = document.sensitivity.find(({ metric }) => metric === drawn.metric)?.effects ?? [];
    return effects
      .filter(({ response }) => response.length > 1)
      .slice(0, FACTORS_MAX)
      .map((effect) => chart(document, drawn, effect));
  });
}

function chart(
  { factors, points, replications }: SweepDocument,
  { metric, index, slos }: DrawnMetric,
  { factor: name, response }: FactorEffect,
): Chart {
  const place = factors.findIndex((factor) => factor.name === name);
  const along = factors[place]!;
  const quantity = quantityOf(metric);
  const words = describeMetric(metric);
  const intervals = points.map(({ estimates }) => intervalOf(estimates[metric]!));
  const measure = measureAxis(words, quantity, [
    ...endsOf(intervals),
    ...slos.map(({ threshold }) => threshold),
  ]);
  const rows = points.map((point, at) => {
    const { mean, low, high } = intervals[at]!;
    return {
      x: axisValue(along, point.values[name]!),
      mean: rounded(measure.of(mean)),
      low: rounded(measure.of(low)),
      high: rounded(measure.of(high)),
      point: pointText(factors, point),
      text: formatEstimate(quantity, point.estimates[metric]!),
    };
  });
  const means = response.map((level) => ({
    x: middle(along, level),
    mean: rounded(measure.of(level.mean)),
    range: rangeText(along, level),
    points: level.points,
    text: formatValue(quantity, level.mean),
  }));
  const x = factorAxis(along);
  const y = { type: 'quantitative', title: measure.title, scale: measure.scale, axis: measure.axis } as const;
  const colour = colourOf(0);
  const line: Layer[] = isNumeric(along)
    ? [
        {
          data: { values: means },
          mark: { type: 'line', strokeWidth: 2.5, color: colour },
          encoding: { x, y: { ...y, field: 'mean' } },
        },
      ]
    : [];
  return {
    id: `scatter-${index + 1}-${place + 1}`,
    group: 'Responses',
    title: `${words} over ${name}`,
    caption: `Grey: the points${replications === 1 ? '' : ' with their 95% intervals'}, all other factors as they come. Diamonds: the mean by ${
      means.length < along.levels.length ? 'bin' : 'value'
    }.${slos.length > 0 ? ' Dashed: the SLO.' : ''}`,
    spec: {
      width: 'container',
      height: 240,
      config: CHART_CONFIG,
      layer: [
        {
          data: { values: rows },
          mark: { type: 'rule', color: UNDECIDED_COLOUR, opacity: 0.55 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' } },
        },
        {
          data: { values: rows },
          mark: { type: 'point', filled: true, size: 26, opacity: 0.8, color: UNDECIDED_COLOUR },
          encoding: {
            x,
            y: { ...y, field: 'mean' },
            tooltip: [
              { field: 'point', type: 'nominal' },
              { field: 'text', type: 'nominal', title: words },
            ],
          },
        },
        ...line,
        {
          data: { values: means },
          mark: { type: 'point', shape: 'diamond', filled: true, size: 90, opacity: 1, color: colour },
          encoding: {
            x,
            y: { ...y, field: 'mean' },
            tooltip: [
              { field: 'range', type: 'nominal', title: name },
              { field: 'text', type: 'nominal', title: 'mean' },
              { field: 'points', type: 'quantitative' },
            ],
          },
        },
        ...thresholdLayers(slos, measure),
      ],
    },
  };
}

/** Between the ends of a bin, as the axis has it. */
function middle(along: SweptFactor, { from, to }: EffectLevel): number | string {
  if (from === to || !isNumeric(along)) return axisValue(along, from);
  const [low, high] = [Number(from), Number(to)];
  return rounded(along.scale === 'log' && low > 0 ? Math.sqrt(low * high) : (low + high) / 2);
}

const rangeText = (along: SweptFactor, { from, to }: EffectLevel): string =>
  from === to ? valueText(along, from) : `${valueText(along, from)} to ${valueText(along, to)}`;
