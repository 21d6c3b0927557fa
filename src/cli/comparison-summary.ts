/**
 * The table that `wipsim compare` prints: every metric by setup with its interval, what differs from the baseline
 * beyond chance, and who is best. A pure function of the document.
 */
import { styleText } from 'node:util';
import type { ComparedMetric, ComparisonDocument, SetupDifference } from '../experiment/compare/document.js';
import type { SloOutcome } from '../experiment/document.js';
import { formatPlusMinus } from '../report/format.js';
import { describeMetric, formatTarget, quantityOf, verdictOf } from '../report/metric.js';
import type { SummaryStyle } from './publish.js';
import { type Column, clean, name, type Paint, table, wrapped } from './summary-text.js';

const WARNINGS_MAX = 5;

interface Row {
  readonly metric: ComparedMetric;
  readonly setup: string;
  readonly isFirst: boolean;
  /** Against the baseline; null for the baseline itself. */
  readonly difference: SetupDifference | null;
}

interface SloRow {
  readonly setup: string;
  readonly slo: SloOutcome;
}

export function renderComparison(document: ComparisonDocument, { color, width }: SummaryStyle): string {
  const paint: Paint = color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const blocks = [
    header(document, width, paint),
    metricTable(document, width, paint),
    sloTable(document, width, paint),
    winners(document, width, paint),
    warnings(document, width, paint),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

const STOPPED: Readonly<Record<ComparisonDocument['stopped'], string>> = {
  decided: 'every difference is decided',
  budget: 'the budget of replications is spent',
  interrupted: 'interrupted',
};

function header(
  { title, setups, seed, replications, confidence, stopped }: ComparisonDocument,
  width: number,
  paint: Paint,
): string[] {
  const { used, looks } = replications;
  const pairs = `${used} ${used === 1 ? 'replication' : 'replications'} each on the same random numbers`;
  const why = looks.length > 1 || stopped !== 'budget' ? ` · ${STOPPED[stopped]}` : '';
  const error = Number((100 * (1 - confidence)).toPrecision(3));
  return [
    paint('bold', `${clean(title)}: ${setups.map((setup) => clean(setup.name)).join(', ')}`),
    ...wrapped(`seed ${clean(seed)} · ${pairs}${why}`, width),
    ...wrapped(
      `A difference is called so where chance would make any of all those below appear in at most ${error}% of such comparisons.`,
      width,
    ).map((line) => paint('dim', line)),
  ];
}

function metricTable(
  { metrics, setups, baseline }: ComparisonDocument,
  width: number,
  paint: Paint,
): string[] {
  const rows = metrics.flatMap((metric) =>
    setups.map(
      (setup, index): Row => ({
        metric,
        setup: setup.name,
        isFirst: index === 0,
        difference:
          metric.differences.find((one) => one.setup === setup.name && one.against === baseline) ?? null,
      }),
    ),
  );
  const columns: Column<Row>[] = [
    { title: 'Policies', left: true, cell: ({ setup }) => `  ${name(setup)}` },
    {
      title: 'Measured',
      cell: ({ metric, setup }) => formatPlusMinus(quantityOf(metric.metric), metric.estimates[setup]!),
    },
    { title: `Against ${name(baseline)}`, cell: changeOf },
    {
      title: 'Found',
      left: true,
      cell: found,
      style: ({ metric, difference }) => styleOf(metric, difference),
    },
  ];
  const [titles, ...lines] = table(columns, rows, width, paint);
  // A metric's name is longer than a column can be: it stands above its rows.
  return [
    titles!,
    ...rows.flatMap(({ metric, isFirst }, index) => [
      ...(isFirst ? [clean(describeMetric(metric.metric))] : []),
      lines[index]!,
    ]),
  ];
}

/** `−34% [−37, −30]`, or in the metric's own unit where the baseline may be 0. */
function changeOf({ metric, difference }: Row): string {
  if (difference === null) return '';
  const { relative } = difference;
  if (relative === null || relative.ci_low === null || relative.ci_high === null)
    return formatPlusMinus(quantityOf(metric.metric), difference.difference);
  const values = [relative.mean, relative.ci_low, relative.ci_high].map((value) => 100 * value);
  const decimals = decimalsFor(values);
  const [mean, low, high] = values.map((value) => signed(value, decimals));
  return low === high ? `${mean}%` : `${mean}% [${low}, ${high}]`;
}

/** As many as the smallest bound that is not zero needs, at most three. */
function decimalsFor(values: readonly number[]): number {
  for (let decimals = 0; decimals < 3; decimals++)
    if (
      values.every(
        (value) => value === 0 || Math.abs(Number(value.toFixed(decimals))) >= 0.99 * Math.abs(value) * 0.9,
      )
    )
      return decimals;
  return 3;
}

const signed = (value: number, decimals: number): string => {
  const text = Math.abs(value).toFixed(decimals);
  return Number(text) === 0 ? text : `${value < 0 ? '−' : '+'}${text}`;
};

function found({ metric, setup, difference }: Row): string {
  const best = metric.winner === setup ? ' ★' : '';
  if (difference === null) return best.trim();
  switch (difference.decision) {
    case 'lower':
    case 'higher':
      if (metric.better === null) return difference.decision;
      return (difference.decision === metric.better ? 'better' : 'worse') + best;
    case 'equivalent':
      return isIdentical(difference) ? 'the same' : 'no difference that matters';
    case 'no-difference-found':
      return 'no difference found';
    case 'open':
      return 'not decided';
  }
}

const isIdentical = ({ difference }: SetupDifference): boolean =>
  difference.mean === 0 && difference.ci_low === 0 && difference.ci_high === 0;

function styleOf({ better }: ComparedMetric, difference: SetupDifference | null) {
  if (difference === null || better === null) return undefined;
  const { decision } = difference;
  if (decision !== 'lower' && decision !== 'higher') return 'dim';
  return decision === better ? 'green' : 'red';
}

function sloTable({ setups }: ComparisonDocument, width: number, paint: Paint): string[] {
  const rows = setups.flatMap(({ name: setup, slos }) => slos.map((slo): SloRow => ({ setup, slo })));
  if (rows.length === 0) return [];
  const style = ({ slo }: SloRow) => (slo.met ? 'green' : 'red');
  const columns: Column<SloRow>[] = [
    { title: 'SLO', left: true, cell: ({ slo }) => `${slo.met ? '✓' : '✗'} ${name(slo.name)}`, style },
    { title: 'Policies', left: true, cell: ({ setup }) => name(setup) },
    { title: 'Target', cell: ({ slo }) => formatTarget(slo) },
    { title: 'Measured', cell: ({ slo }) => formatPlusMinus(quantityOf(slo.metric), slo.estimate) },
    { title: 'Verdict', left: true, cell: ({ slo }) => verdictOf(slo), style },
  ];
  return table(
    columns,
    rows.sort((a, b) => order(setups, a) - order(setups, b)),
    width,
    paint,
  );
}

/** SLO by SLO, the setups of each together. */
const order = (setups: ComparisonDocument['setups'], { setup, slo }: SloRow): number => {
  const index = setups.findIndex((one) => one.name === setup);
  return setups[index]!.slos.indexOf(slo) * setups.length + index;
};

function winners({ metrics, setups }: ComparisonDocument, width: number, paint: Paint): string[] {
  const judged = metrics.filter(({ better }) => better !== null);
  const lines = setups.flatMap(({ name: setup }) => {
    const won = judged.filter(({ winner }) => winner === setup);
    return won.length === 0
      ? []
      : [`${clean(setup)} is best in ${won.map(({ metric }) => clean(describeMetric(metric))).join('; ')}.`];
  });
  const none = judged.filter(({ winner }) => winner === null);
  if (none.length > 0 && none.length < judged.length)
    lines.push(
      `None is best beyond chance in ${none.map(({ metric }) => clean(describeMetric(metric))).join('; ')}.`,
    );
  if (none.length === judged.length) lines.push('None is best beyond chance in any metric.');
  return [paint('bold', '★ Best of all'), ...lines.flatMap((line) => wrapped(line, width))];
}

function warnings({ warnings: all }: ComparisonDocument, width: number, paint: Paint): string[] {
  const shown = all.slice(0, WARNINGS_MAX).flatMap((text) => wrapped(`! ${clean(text)}`, width));
  const more = all.length - WARNINGS_MAX;
  return [...shown, ...(more > 0 ? [`! and ${more} more, in result.json`] : [])].map((line) =>
    paint('yellow', line),
  );
}
