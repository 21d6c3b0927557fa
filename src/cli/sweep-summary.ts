/**
 * What `wipsim sweep` prints: the points with their metrics and intervals, and which factor each metric depends on. A
 * pure function of the document.
 */
import { styleText } from 'node:util';
import type {
  FactorEffect,
  FactorValue,
  MetricSensitivity,
  SweepDocument,
  SweepPoint,
} from '../experiment/sweep/document.js';
import { formatCount, formatFraction, formatPlusMinus } from '../report/format.js';
import { describeMetric, quantityOf } from '../report/metric.js';
import type { SummaryStyle } from './publish.js';
import { type Column, clean, name, type Paint, table, wrapped } from './summary-text.js';

const POINTS_MAX = 40;
/** Metrics that have a column; the others are in the ranking and in result.json. */
const METRICS_MAX = 5;
const WARNINGS_MAX = 5;

export function renderSweep(document: SweepDocument, { color, width }: SummaryStyle): string {
  const paint: Paint = color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const blocks = [
    header(document, width, paint),
    pointTable(document, width, paint),
    ranking(document, width, paint),
    warnings(document, width, paint),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function header(
  { scenario, seed, design, replications, factors, interrupted }: SweepDocument,
  width: number,
  paint: Paint,
): string[] {
  const variant = scenario.variant === null ? '' : ` (${clean(scenario.variant)})`;
  const points =
    design.finished === design.planned
      ? `${formatCount(design.planned)} points`
      : `${formatCount(design.finished)} of ${formatCount(design.planned)} points`;
  const varied = factors.map(
    (factor) => `${clean(factor.name)} (${formatCount(factor.levels.length)} values)`,
  );
  return [
    paint('bold', `${clean(scenario.name)}${variant}: ${varied.join(', ')}`),
    ...wrapped(
      `seed ${clean(seed)} · ${DESIGNS[design.kind]} of ${points} · ${replications} ${replications === 1 ? 'replication' : 'replications'} each, on the same random numbers`,
      width,
    ),
    ...(interrupted
      ? [paint('yellow', 'Interrupted: only what was finished is shown; the same command goes on.')]
      : []),
  ];
}

const DESIGNS: Readonly<Record<SweepDocument['design']['kind'], string>> = {
  grid: 'grid',
  random: 'random design',
  'latin-hypercube': 'Latin hypercube',
  sobol: 'Sobol sequence',
};

function pointTable({ points, factors, metrics }: SweepDocument, width: number, paint: Paint): string[] {
  const hasSlos = points.some(({ slos }) => slos.length > 0);
  const columns: Column<SweepPoint>[] = [
    ...factors.map(
      (factor): Column<SweepPoint> => ({
        title: name(factor.name),
        cell: ({ values }) => valueText(values[factor.name]!, factor.unit),
      }),
    ),
    ...(hasSlos
      ? [
          {
            title: 'SLOs',
            left: true,
            cell: sloText,
            style: (point: SweepPoint) => (isMet(point) ? 'green' : 'red'),
          } satisfies Column<SweepPoint>,
        ]
      : []),
    ...metrics.slice(0, METRICS_MAX).map(
      (metric, index): Column<SweepPoint> => ({
        title: shortTitle(metric),
        cell: ({ estimates }) => formatPlusMinus(quantityOf(metric), estimates[metric]!),
        ...(index === 0 ? {} : { drop: index }),
      }),
    ),
  ];
  const shown = points.slice(0, POINTS_MAX);
  const lines = table(columns, shown, width, paint);
  const more = points.length - shown.length;
  return more > 0
    ? [...lines, paint('dim', `… and ${formatCount(more)} more points, in result.json`)]
    : lines;
}

/** `latency p99`, with whose it is where that is not all tasks. */
const shortTitle = (metric: string): string =>
  name(
    describeMetric(metric)
      .replace(/^(total|workload|pool|cost): /, '')
      .replace(/^(workload|pool|stage) /, ''),
  );

export const valueText = (value: FactorValue, unit: string | null): string =>
  typeof value === 'number' ? `${Number(value.toPrecision(6))}${unit ?? ''}` : clean(String(value));

const isMet = ({ slos }: SweepPoint): boolean => slos.every(({ met }) => met);

function sloText({ slos }: SweepPoint): string {
  const missed = slos.filter(({ met }) => !met).length;
  const unsure = slos.every(({ certain }) => certain) ? '' : ', uncertain';
  return missed === 0 ? `✓ met${unsure}` : `✗ ${missed} of ${slos.length} missed${unsure}`;
}

function ranking({ sensitivity, factors }: SweepDocument, width: number, paint: Paint): string[] {
  if (sensitivity.length === 0) return [];
  const rows = sensitivity.flatMap((metric) =>
    metric.effects.map((effect, index) => ({ metric, effect, isFirst: index === 0 })),
  );
  const constant = sensitivity.filter(({ varies }) => !varies);
  const unitOf = (effect: FactorEffect) =>
    factors.find((factor) => factor.name === effect.factor)?.unit ?? null;
  const columns: Column<(typeof rows)[number]>[] = [
    { title: 'Depends on', left: true, cell: ({ effect }) => `  ${name(effect.factor)}` },
    { title: 'Share of variance', cell: ({ effect }) => formatPlusMinus('fraction', effect.share) },
    { title: 'Change', cell: ({ metric, effect }) => changeText(metric, effect) },
    { title: 'From … to', left: true, cell: ({ effect }) => ends(effect, unitOf(effect)), drop: 1 },
    {
      title: 'Found',
      left: true,
      cell: ({ effect }) => foundText(effect),
      style: ({ effect }) => (effect.found === true ? undefined : 'dim'),
    },
  ];
  const [titles, ...lines] = table(columns, rows, width, paint);
  return [
    ...(rows.length === 0 ? [] : [titles!]),
    ...rows.flatMap(({ metric, isFirst }, index) => [
      ...(isFirst ? [clean(describeMetric(metric.metric)) + unexplained(metric)] : []),
      lines[index]!,
    ]),
    ...(constant.length === 0
      ? []
      : wrapped(
          `The same at all points: ${constant.map(({ metric }) => clean(describeMetric(metric))).join('; ')}.`,
          width,
        )),
  ];
}

const unexplained = ({ unexplained_share: share, effects }: MetricSensitivity): string =>
  effects.length > 1 && share >= 0.05 ? ` (${formatFraction(share)} in combinations or chance)` : '';

const changeText = ({ metric }: MetricSensitivity, { change }: FactorEffect): string =>
  formatPlusMinus(quantityOf(metric), change.estimate);

function ends({ change, response }: FactorEffect, unit: string | null): string {
  const [from, to] = [response[change.from]!, response[change.to]!];
  return `${valueText(from.from, unit)} … ${valueText(to.to, unit)}`;
}

function foundText({ found, direction }: FactorEffect): string {
  if (found === null) return 'too few runs to tell from chance';
  if (!found) return 'no effect found';
  return direction === 'rises' || direction === 'falls' ? direction : 'has an effect';
}

function warnings({ warnings: all }: SweepDocument, width: number, paint: Paint): string[] {
  const shown = all.slice(0, WARNINGS_MAX).flatMap((text) => wrapped(`! ${clean(text)}`, width));
  const more = all.length - WARNINGS_MAX;
  return [...shown, ...(more > 0 ? [`! and ${more} more, in result.json`] : [])].map((line) =>
    paint('yellow', line),
  );
}
