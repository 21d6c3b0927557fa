/** The settings at the answer's fleet: the objective value by value, who is best and who is as good. */
import type { PlanDocument, TunedValue } from '../../experiment/plan/document.js';
import { CHART_CONFIG, type Chart, rounded } from '../charts/chart.js';
import { endsOf, intervalOf } from '../charts/interval.js';
import { measureAxis } from '../charts/measure-axis.js';
import {
  BETTER_COLOUR,
  DIFFERENT_COLOUR,
  UNDECIDED_COLOUR,
  WORSE_COLOUR,
} from '../charts/verdict-colours.js';
import { formatEstimate, formatFraction } from '../format.js';
import { chartFigures } from '../frame.js';
import { type Column, escapeHtml, estimateCell, table } from '../markup.js';
import { describeMetric, quantityOf } from '../metric.js';
import { controlText, fleetText, settingText, statusHtml } from './words.js';

const STANDINGS: readonly TunedValue['standing'][] = ['best', 'as-good', 'worse', 'misses'];
const LABELS: Readonly<Record<TunedValue['standing'], string>> = {
  best: 'best',
  'as-good': 'as good',
  worse: 'worse',
  misses: 'misses an SLO',
};
const COLOURS = {
  best: BETTER_COLOUR,
  'as-good': DIFFERENT_COLOUR,
  worse: UNDECIDED_COLOUR,
  misses: WORSE_COLOUR,
};
const SHAPES = { best: 'diamond', 'as-good': 'circle', worse: 'square', misses: 'cross' };

/** One chart a control: its values, the other controls as in the best setting. */
export function tuningCharts({ space, tuning }: PlanDocument): Chart[] {
  if (tuning === null || tuning.values.length < 2) return [];
  const { metric, goal } = tuning.objective;
  const chosen = space.settings[tuning.best ?? tuning.values[0]!.setting]!.values;
  const quantity = quantityOf(metric);
  const words = describeMetric(metric);
  return Object.keys(chosen).flatMap((control, place): Chart[] => {
    const alike = tuning.values.flatMap(({ setting, objective, standing }) => {
      const { values } = space.settings[setting]!;
      const isAlike = Object.entries(values).every(
        ([name, value]) => name === control || chosen[name] === value,
      );
      return objective !== null && isAlike ? [{ value: values[control]!, objective, standing }] : [];
    });
    if (alike.length < 2) return [];
    const intervals = alike.map(({ objective }) => intervalOf(objective));
    const measure = measureAxis(words, quantity, endsOf(intervals));
    const rows = alike.map(({ value, objective, standing }, at) => ({
      value,
      mean: rounded(measure.of(intervals[at]!.mean)),
      low: rounded(measure.of(intervals[at]!.low)),
      high: rounded(measure.of(intervals[at]!.high)),
      standing: LABELS[standing],
      text: formatEstimate(quantity, objective),
    }));
    const standings = STANDINGS.filter((standing) => alike.some((one) => one.standing === standing));
    const domain = standings.map((standing) => LABELS[standing]);
    const x = {
      field: 'value',
      type: 'nominal',
      title: control,
      sort: alike.map(({ value }) => value),
      axis: { labelAngle: 0, labelLimit: 110 },
    } as const;
    const y = {
      type: 'quantitative',
      title: measure.title,
      scale: measure.scale,
      axis: measure.axis,
    } as const;
    const color = {
      field: 'standing',
      type: 'nominal',
      scale: { domain, range: standings.map((standing) => COLOURS[standing]) },
      legend: { title: null, columns: 4, labelLimit: 160 },
    } as const;
    const others = Object.keys(chosen).length > 1 ? ' All other controls as in the best setting.' : '';
    return [
      {
        id: `tuning-${place + 1}`,
        group: 'Tuning',
        title: `${words} over ${controlText(control)}`,
        caption: `With 95% intervals; ${goal === 'minimise' ? 'lower' : 'higher'} is better.${others}`,
        spec: {
          width: 'container',
          height: 220,
          config: CHART_CONFIG,
          data: { values: rows },
          layer: [
            {
              mark: { type: 'line', strokeWidth: 1.5, color: UNDECIDED_COLOUR, opacity: 0.7 },
              encoding: { x, y: { ...y, field: 'mean' } },
            },
            {
              mark: { type: 'rule', strokeWidth: 2 },
              encoding: { x, y: { ...y, field: 'low' }, y2: { field: 'high' }, color },
            },
            {
              mark: { type: 'point', filled: true, size: 90, opacity: 1 },
              encoding: {
                x,
                y: { ...y, field: 'mean' },
                color,
                shape: {
                  field: 'standing',
                  type: 'nominal',
                  scale: { domain, range: standings.map((standing) => SHAPES[standing]) },
                },
                tooltip: [
                  { field: 'value', type: 'nominal', title: control },
                  { field: 'text', type: 'nominal', title: words },
                  { field: 'standing', type: 'nominal', title: ' ' },
                ],
              },
            },
          ],
        },
      },
    ];
  });
}

/** A control that moves the objective by less does nothing one could see. */
const RANGE_MIN = 0.0005;

const KIND: Readonly<Record<TunedValue['standing'], string>> = {
  best: 'best',
  'as-good': '',
  worse: 'none',
  misses: 'worse',
};

export function tuningSection(document: PlanDocument, charts: readonly Chart[]): string {
  const { tuning, space } = document;
  if (tuning === null) return '';
  const { metric, goal } = tuning.objective;
  const quantity = quantityOf(metric);
  const columns: Column<TunedValue>[] = [
    {
      title: 'Setting',
      text: true,
      cell: ({ setting }) => escapeHtml(settingText(space.settings[setting]!)),
    },
    { title: 'SLOs', text: true, cell: ({ status }) => statusHtml(status) },
    {
      title: describeMetric(metric),
      cell: ({ objective }) => (objective === null ? '–' : estimateCell(quantity, objective)),
    },
    {
      title: 'Against the best',
      hint: 'Paired by replication; positive: larger',
      cell: ({ against_best: against }) =>
        against === null
          ? '–'
          : estimateCell(quantity === 'fraction' ? 'points' : quantity, against, { difference: true }),
    },
    {
      title: 'Standing',
      text: true,
      cell: ({ standing }) =>
        `<span class="${KIND[standing]}">${standing === 'best' ? '★ ' : ''}${LABELS[standing]}</span>`,
    },
    { title: 'Replications', cell: ({ replications }) => String(replications) },
  ];
  const found =
    tuning.best === null
      ? 'No setting meets all SLOs at this fleet.'
      : `Best is <b>${escapeHtml(settingText(space.settings[tuning.best]!))}</b>.`;
  const moves = tuning.sensitivity.map(({ control, lowest, highest, range_fraction: range }) => {
    const name = `<b>${escapeHtml(controlText(control))}</b>`;
    return range < RANGE_MIN
      ? `${name} does not move it`
      : `${name} moves it by ${formatFraction(range)}, from ${formatEstimate(quantity, lowest)} to ${formatEstimate(quantity, highest)}`;
  });
  return `<section id="tuning"><h2>Settings</h2>
<p>${escapeHtml(fleetText(tuning.nodes))}, every setting: ${goal} ${escapeHtml(describeMetric(metric))} among those that meet the SLOs. ${found} Differences below ${formatFraction(tuning.indifference_fraction)} do not matter.</p>
${moves.length === 0 ? '' : `<p>${moves.join('; ')}.</p>`}
${chartFigures(charts)}
${table(columns, tuning.values, 'Settings')}
</section>`;
}
