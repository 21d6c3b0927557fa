/** A metric over a factor of a grid, a line for each level of a second factor where there is one, bands for intervals. */
import type { SweepDocument, SweptFactor } from '../../experiment/sweep/document.js';
import { CHART_CONFIG, type Chart, colourOf, type Layer, rounded } from '../charts/chart.js';
import { endsOf, intervalOf } from '../charts/interval.js';
import { measureAxis } from '../charts/measure-axis.js';
import { thresholdLayers } from '../charts/thresholds.js';
import { formatEstimate } from '../format.js';
import { describeMetric, quantityOf } from '../metric.js';
import { type DrawnMetric, drawnMetrics, variedFactors } from './drawn.js';
import { axisValue, factorAxis } from './factor-axis.js';
import { axisTitle, isNumeric, valueText } from './factor-text.js';

/** More cannot be told apart. */
const LINES_MAX = 8;

/** Of grids of one or two factors; others are drawn point by point. */
export function isCurves(document: SweepDocument): boolean {
  const varied = variedFactors(document).length;
  return document.design.kind === 'grid' && varied >= 1 && varied <= 2;
}

export function responses(document: SweepDocument): Chart[] {
  if (!isCurves(document)) return [];
  // The number with the most levels makes the smoothest curve.
  const [along, other] = variedFactors(document).toSorted(
    (a, b) => Number(isNumeric(b)) - Number(isNumeric(a)) || b.levels.length - a.levels.length,
  );
  return drawnMetrics(document).map((drawn) => chart(document, drawn, along!, other));
}

/** All where there are few, else evenly spread ones with both ends. */
function levelsToDraw({ levels }: SweptFactor): SweptFactor['levels'] {
  if (levels.length <= LINES_MAX) return levels;
  const places = Array.from({ length: LINES_MAX }, (_, index) =>
    Math.round((index * (levels.length - 1)) / (LINES_MAX - 1)),
  );
  return places.map((place) => levels[place]!);
}

function chart(
  { points, replications }: SweepDocument,
  { metric, index, slos }: DrawnMetric,
  along: SweptFactor,
  other: SweptFactor | undefined,
): Chart {
  const quantity = quantityOf(metric);
  const words = describeMetric(metric);
  const drawnLevels = other === undefined ? [] : levelsToDraw(other);
  const shown =
    other === undefined ? points : points.filter(({ values }) => drawnLevels.includes(values[other.name]!));
  const intervals = shown.map(({ estimates }) => intervalOf(estimates[metric]!));
  const measure = measureAxis(words, quantity, [
    ...endsOf(intervals),
    ...slos.map(({ threshold }) => threshold),
  ]);
  const rows = shown.map(({ values, estimates }, at) => {
    const { mean, low, high } = intervals[at]!;
    return {
      x: axisValue(along, values[along.name]!),
      at: valueText(along, values[along.name]!),
      line: other === undefined ? '' : valueText(other, values[other.name]!),
      mean: rounded(measure.of(mean)),
      low: rounded(measure.of(low)),
      high: rounded(measure.of(high)),
      text: formatEstimate(quantity, estimates[metric]!),
    };
  });
  const isCurve = isNumeric(along);
  const lines = other === undefined ? [''] : drawnLevels.map((level) => valueText(other, level));
  const legend = other === undefined ? null : { title: axisTitle(other), columns: 4, symbolOpacity: 1 };
  const x = factorAxis(along);
  const y = { type: 'quantitative', title: measure.title, scale: measure.scale, axis: measure.axis } as const;
  const color = {
    field: 'line',
    type: 'nominal',
    scale: { domain: lines, range: lines.map((_, place) => colourOf(place)) },
    legend,
  } as const;
  const shape = { field: 'line', type: 'nominal', scale: { domain: lines }, legend } as const;
  const offset =
    isCurve || other === undefined
      ? {}
      : { xOffset: { field: 'line', type: 'nominal', sort: lines } as const };
  const spread: Layer[] = isCurve
    ? [
        {
          mark: { type: 'area', opacity: 0.16 },
          encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
        { mark: { type: 'line', strokeWidth: 2 }, encoding: { x, y: { ...y, field: 'mean' }, color } },
      ]
    : [
        {
          mark: { type: 'rule', strokeWidth: 2 },
          encoding: { x, ...offset, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
        },
      ];
  const left = (other?.levels.length ?? 0) - drawnLevels.length;
  const interval =
    replications === 1
      ? 'One replication a point: no intervals.'
      : `The ${isCurve ? 'band' : 'line'} is the 95% interval.`;
  return {
    id: `response-${index + 1}`,
    group: 'Responses',
    title: words,
    caption: `${interval}${slos.length > 0 ? ' Dashed: the SLO.' : ''}${left > 0 ? ` ${drawnLevels.length} of the ${other!.levels.length} levels of ${other!.name} are drawn.` : ''}`,
    spec: {
      width: 'container',
      height: 240,
      config: CHART_CONFIG,
      data: { values: rows },
      layer: [
        ...spread,
        {
          mark: { type: 'point', filled: true, size: 55, opacity: 1 },
          encoding: {
            x,
            ...offset,
            y: { ...y, field: 'mean' },
            color,
            shape,
            tooltip: [
              { field: 'at', type: 'nominal', title: along.name },
              ...(other === undefined
                ? []
                : [{ field: 'line', type: 'nominal', title: other.name } as const]),
              { field: 'text', type: 'nominal', title: words },
            ],
          },
        },
        ...thresholdLayers(slos, measure),
      ],
    },
  };
}
