/** Which factors matter: bars of what each explains of a metric's variance with intervals, and all of it in a table. */
import type {
  FactorEffect,
  MetricSensitivity,
  SweepDocument,
  SweptFactor,
} from '../../experiment/sweep/document.js';
import { CHART_CONFIG, type Chart, colourOf, rounded } from '../charts/chart.js';
import { intervalOf } from '../charts/interval.js';
import { UNDECIDED_COLOUR } from '../charts/verdict-colours.js';
import { formatEstimate, formatFraction, formatProbability } from '../format.js';
import { type Column, escapeHtml, estimateCell, table } from '../markup.js';
import { describeMetric, quantityOf } from '../metric.js';
import { drawnMetrics } from './drawn.js';
import { valueText } from './factor-text.js';

const ROW_HEIGHT = 30;
const EFFECTS = ['effect found', 'no effect found'];

function foundText({ found, direction }: FactorEffect): string {
  if (found === null) return 'cannot be told';
  if (!found) return 'no effect found';
  return direction === null || direction === 'unclear' ? 'effect found' : direction;
}

export function sensitivityBars(document: SweepDocument): Chart[] {
  if (document.factors.length < 2) return [];
  return drawnMetrics(document).flatMap(({ metric, index }) => {
    const found = document.sensitivity.find((one) => one.metric === metric);
    return found === undefined || found.effects.length === 0 ? [] : [chart(found, index)];
  });
}

function chart({ metric, effects, unexplained_share }: MetricSensitivity, index: number): Chart {
  const rows = effects.map((effect) => {
    const { mean, low, high } = intervalOf(effect.share);
    return {
      factor: effect.factor,
      share: rounded(mean),
      low: rounded(low),
      high: rounded(Math.min(1, high)),
      effect: effect.found === true ? EFFECTS[0]! : EFFECTS[1]!,
      words: foundText(effect),
      text: formatEstimate('fraction', effect.share),
    };
  });
  const x = {
    type: 'quantitative',
    title: 'share of the variance (%)',
    // The words stand to the right of the bars.
    scale: { domain: [0, 1.25] as number[] },
    axis: { labelExpr: 'format(100 * datum.value, "d")', values: [0, 0.25, 0.5, 0.75, 1] as number[] },
  } as const;
  const y = {
    field: 'factor',
    type: 'nominal',
    title: null,
    sort: effects.map(({ factor }) => factor),
    axis: { labelLimit: 180, domain: false, ticks: false },
  } as const;
  return {
    id: `sensitivity-${index + 1}`,
    group: 'Sensitivity',
    title: describeMetric(metric),
    caption: `What each factor explains on its own, with its 95% interval. Left over: ${formatFraction(unexplained_share)}.`,
    spec: {
      width: 'container',
      height: ROW_HEIGHT * rows.length,
      config: CHART_CONFIG,
      data: { values: rows },
      layer: [
        {
          mark: { type: 'bar', height: { band: 0.62 }, opacity: 0.75 },
          encoding: {
            y,
            x: { ...x, field: 'share' },
            color: {
              field: 'effect',
              type: 'nominal',
              scale: { domain: EFFECTS, range: [colourOf(0), UNDECIDED_COLOUR] },
              legend: null,
            },
            tooltip: [
              { field: 'factor', type: 'nominal' },
              { field: 'text', type: 'nominal', title: 'share of the variance' },
              { field: 'words', type: 'nominal', title: ' ' },
            ],
          },
        },
        {
          mark: { type: 'rule', strokeWidth: 1.5, color: 'currentColor' },
          encoding: { y, x: { ...x, field: 'low' }, x2: { field: 'high' } },
        },
        {
          mark: { type: 'text', align: 'left', dx: 8, color: 'currentColor', fontSize: 11 },
          encoding: { y, x: { ...x, field: 'high' }, text: { field: 'words', type: 'nominal' } },
        },
      ],
    },
  };
}

interface Row {
  readonly metric: string;
  readonly isFirst: boolean;
  readonly effect: FactorEffect;
}

const columns = (factors: readonly SweptFactor[]): Column<Row>[] => [
  {
    title: 'Metric',
    text: true,
    cell: ({ metric, isFirst }) => (isFirst ? escapeHtml(describeMetric(metric)) : ''),
  },
  { title: 'Factor', text: true, cell: ({ effect }) => escapeHtml(effect.factor) },
  {
    title: 'Share of variance',
    hint: 'What of the variance over the design the factor explains on its own, less what chance alone would',
    cell: ({ effect }) => estimateCell('fraction', effect.share),
  },
  {
    title: 'p',
    hint: 'Probability of an effect as large where there is none',
    cell: ({ effect }) => escapeHtml(formatProbability(effect.p_value)),
  },
  { title: 'Found', text: true, cell: ({ effect }) => foundText(effect) },
  {
    title: 'Change of the metric',
    cell: ({ metric, effect }) => {
      const quantity = quantityOf(metric);
      return estimateCell(quantity === 'fraction' ? 'points' : quantity, effect.change.estimate, {
        difference: true,
      });
    },
  },
  { title: 'From, to', text: true, cell: ({ effect }) => escapeHtml(changeEnds(factors, effect)) },
];

function changeEnds(
  factors: readonly SweptFactor[],
  { factor: name, response, change }: FactorEffect,
): string {
  const factor = factors.find((one) => one.name === name)!;
  const [from, to] = [response[change.from], response[change.to]];
  return from === undefined || to === undefined
    ? ''
    : `${valueText(factor, from.from)} to ${valueText(factor, to.to)}`;
}

export function sensitivitySection({ sensitivity, factors }: SweepDocument): string {
  const rows = sensitivity.flatMap(({ metric, effects }) =>
    effects.map((effect, index) => ({ metric, isFirst: index === 0, effect })),
  );
  const fixed = sensitivity.filter(({ varies }) => !varies).map(({ metric }) => describeMetric(metric));
  if (rows.length === 0 && fixed.length === 0) return '';
  const body = rows.length === 0 ? '' : table(columns(factors), rows, 'What each factor does');
  const same =
    fixed.length === 0
      ? ''
      : `<p class="facts">The same at every point: ${escapeHtml(fixed.join('; '))}.</p>`;
  return `<section id="sensitivity"><h2>What each factor does</h2>\n${body}\n${same}\n</section>`;
}
