/** One metric by setup: the mean with its interval, and every run as a thin tick behind it. */
import type { ComparedMetric, ComparisonDocument } from '../../experiment/compare/document.js';
import { CHART_CONFIG, type Chart, colourOf, rounded } from '../charts/chart.js';
import { endsOf, intervalOf } from '../charts/interval.js';
import { measureAxis } from '../charts/measure-axis.js';
import { formatEstimate } from '../format.js';
import { describeMetric, quantityOf } from '../metric.js';

const ROW_HEIGHT = 34;

export const metricDots = (document: ComparisonDocument): Chart[] =>
  document.metrics
    .map((metric, index) => ({ metric, index }))
    .filter(({ metric }) => varies(metric))
    .map(({ metric, index }) => chart(document, metric, index));

/** What is the same in every run of every setup is told by the table. */
function varies({ runs }: ComparedMetric): boolean {
  const values = Object.values(runs).flat();
  return values.some((value) => value !== values[0]);
}

function chart({ setups }: ComparisonDocument, metric: ComparedMetric, index: number): Chart {
  const quantity = quantityOf(metric.metric);
  const names = setups.map(({ name }) => name);
  const intervals = names.map((name) => intervalOf(metric.estimates[name]!));
  const words = describeMetric(metric.metric);
  const measure = measureAxis(words, quantity, [
    ...endsOf(intervals),
    ...names.flatMap((name) => metric.runs[name]!),
  ]);
  const runs = names.flatMap((setup) =>
    metric.runs[setup]!.map((value) => ({ setup, value: rounded(measure.of(value)) })),
  );
  const rows = names.map((setup, at) => {
    const { mean, low, high } = intervals[at]!;
    return {
      setup,
      mean: measure.of(mean),
      low: measure.of(low),
      high: measure.of(high),
      text: formatEstimate(quantity, metric.estimates[setup]!),
    };
  });
  const x = { type: 'quantitative', title: measure.title, scale: measure.scale, axis: measure.axis } as const;
  const y = {
    field: 'setup',
    type: 'nominal',
    title: null,
    sort: names,
    axis: { labelLimit: 180, domain: false, ticks: false },
  } as const;
  const color = {
    field: 'setup',
    type: 'nominal',
    scale: { domain: names, range: names.map((_, at) => colourOf(at)) },
    legend: null,
  } as const;
  return {
    id: `metric-${index + 1}`,
    group: 'Metric by metric',
    title: words,
    caption: captionOf(metric),
    spec: {
      width: 'container',
      height: ROW_HEIGHT * names.length,
      config: CHART_CONFIG,
      layer: [
        {
          data: { values: runs },
          mark: { type: 'tick', thickness: 1, opacity: 0.35, height: { band: 0.5 } },
          encoding: { y, x: { ...x, field: 'value' }, color },
        },
        {
          data: { values: rows },
          mark: { type: 'rule', strokeWidth: 3 },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' }, color },
        },
        {
          data: { values: rows },
          mark: { type: 'point', filled: true, size: 90, opacity: 1 },
          encoding: {
            y,
            x: { ...x, field: 'mean' },
            color,
            tooltip: [
              { field: 'setup', type: 'nominal' },
              { field: 'text', type: 'nominal', title: words },
            ],
          },
        },
      ],
    },
  };
}

function captionOf({ better, winner }: ComparedMetric): string {
  const way = better === null ? '' : `${better === 'lower' ? 'Lower' : 'Higher'} is better. `;
  return `${way}${winner === null ? (better === null ? '' : 'None is best beyond chance. ') : `${winner} is best. `}Thin ticks are runs.`;
}
