/** Every metric by setup with its change against the baseline, the SLOs by setup, and every difference in figures. */
import type {
  ComparedMetric,
  ComparedSetup,
  ComparisonDocument,
  SetupDifference,
} from '../../experiment/compare/document.js';
import type { SloOutcome } from '../../experiment/document.js';
import { changeText } from '../change.js';
import { formatFraction, formatProbability } from '../format.js';
import { type Column, escapeHtml, estimateCell, estimateHtml, table } from '../markup.js';
import { describeMetric, formatTarget, quantityOf, verdictOf } from '../metric.js';
import { differenceHtml, timesText } from './difference-text.js';
import { againstBaseline, findingOf } from './finding.js';

const MARKS = { better: '✓', worse: '✗', different: '◆', none: '' } as const;

const hintOf = (better: ComparedMetric['better']): string =>
  better === null ? '' : `<span class="hint">${better} is better</span>`;

/** A difference in the metric's own unit; of shares in percentage points. */
function differenceCell(metric: string, { difference }: SetupDifference): string {
  const quantity = quantityOf(metric);
  return estimateCell(quantity === 'fraction' ? 'points' : quantity, difference, { difference: true });
}

const relativeCell = ({ relative }: SetupDifference): string => {
  if (relative === null) return '–';
  const { mean, interval } = changeText(relative);
  return `${mean}${interval === '' ? '' : ` <span class="ci">${interval}</span>`}`;
};

/** Two lines a cell, three where there are many setups and columns have to be narrow. */
const NARROW_FROM = 4;

function setupCell(document: ComparisonDocument, metric: ComparedMetric, setup: string): string {
  const cell = document.setups.length < NARROW_FROM ? estimateHtml : estimateCell;
  const measured = cell(quantityOf(metric.metric), metric.estimates[setup]!);
  const best = metric.winner === setup ? '<span class="best">★ best</span> ' : '';
  const difference = againstBaseline(document, metric, setup);
  if (difference === undefined) return best + measured;
  const { kind, words } = findingOf(metric, difference);
  const change =
    difference.relative === null ? differenceHtml(metric.metric, difference) : relativeCell(difference);
  return `${best}${measured}<span class="found">${change} <span class="${kind}">${MARKS[kind]} ${words}</span></span>`;
}

export function metricSection(document: ComparisonDocument): string {
  const { setups, baseline, metrics } = document;
  const columns: Column<ComparedMetric>[] = [
    {
      title: 'Metric',
      text: true,
      cell: ({ metric, better }) => escapeHtml(describeMetric(metric)) + hintOf(better),
    },
    ...setups.map(({ name }) => ({
      title: name === baseline ? `${name} (baseline)` : name,
      cell: (metric: ComparedMetric) => setupCell(document, metric, name),
    })),
  ];
  return `<section id="metrics"><h2>Metrics by setup</h2>
${table(columns, metrics, 'Metrics by setup')}
</section>`;
}

interface SloRow {
  readonly slo: SloOutcome;
  readonly bySetup: ReadonlyMap<string, SloOutcome>;
}

/** Setups of several scenarios may have different SLOs, or other targets of one name. */
function sloRows(setups: readonly ComparedSetup[]): SloRow[] {
  const rows = new Map<string, { slo: SloOutcome; bySetup: Map<string, SloOutcome> }>();
  for (const { name, slos } of setups)
    for (const slo of slos) {
      const key = JSON.stringify([slo.name, slo.metric, slo.comparison, slo.threshold]);
      const row = rows.get(key) ?? { slo, bySetup: new Map<string, SloOutcome>() };
      row.bySetup.set(name, slo);
      rows.set(key, row);
    }
  return [...rows.values()];
}

function sloCell(outcome: SloOutcome | undefined): string {
  if (outcome === undefined) return '–';
  const verdict = `<span class="verdict ${outcome.met ? 'met' : 'missed'}">${outcome.met ? '✓' : '✗'} ${verdictOf(outcome)}</span>`;
  return `${verdict}<span class="found">${estimateHtml(quantityOf(outcome.metric), outcome.estimate)}</span>`;
}

export function sloSection({ setups }: ComparisonDocument): string {
  const rows = sloRows(setups);
  if (rows.length === 0) return '';
  const columns: Column<SloRow>[] = [
    {
      title: 'SLO',
      text: true,
      cell: ({ slo }) =>
        `${escapeHtml(slo.name)}<span class="hint">${escapeHtml(describeMetric(slo.metric))}</span>`,
    },
    { title: 'Target', cell: ({ slo }) => formatTarget(slo) },
    ...setups.map(({ name }) => ({
      title: name,
      cell: ({ bySetup }: SloRow) => sloCell(bySetup.get(name)),
    })),
  ];
  const met = setups.filter(({ slos }) => slos.length > 0 && slos.every((slo) => slo.met));
  const line =
    met.length === 0
      ? '<p class="headline missed">No setup meets all SLOs.</p>'
      : `<p class="headline met">All SLOs are met by ${met
          .map(
            ({ name, slos }) =>
              `<b>${escapeHtml(name)}</b>${slos.every(({ certain }) => certain) ? '' : ' (uncertain)'}`,
          )
          .join(', ')}.</p>`;
  return `<section id="slos"><h2>SLOs by setup</h2>
${line}
${table(columns, rows, 'Service level objectives by setup')}
</section>`;
}

interface DifferenceRow {
  readonly metric: ComparedMetric;
  readonly difference: SetupDifference;
}

const DIFFERENCE_COLUMNS: readonly Column<DifferenceRow>[] = [
  { title: 'Metric', text: true, cell: ({ metric }) => escapeHtml(describeMetric(metric.metric)) },
  {
    title: 'Setup against',
    text: true,
    cell: ({ difference: { setup, against } }) =>
      `${escapeHtml(setup)} <span class="ci">against</span> ${escapeHtml(against)}`,
  },
  {
    title: 'Difference',
    hint: 'Mean of the differences of pairs of runs, with its interval at the level beside it',
    cell: ({ metric, difference }) => differenceCell(metric.metric, difference),
  },
  { title: 'Relative', cell: ({ difference }) => relativeCell(difference) },
  {
    title: 'Level',
    hint: 'Confidence of both intervals: as much as makes all findings of the page right together',
    cell: ({ difference }) => formatFraction(difference.confidence),
  },
  {
    title: 'Adjusted p',
    hint: "Holm's, over all comparisons",
    cell: ({ difference }) => escapeHtml(formatProbability(difference.adjusted_p)),
  },
  {
    title: 'Found',
    text: true,
    cell: ({ metric, difference }) => {
      const { kind, words } = findingOf(metric, difference);
      return `<span class="${kind}">${MARKS[kind]} ${words}</span>`;
    },
  },
  {
    title: 'Saved',
    hint: 'Times as many replications on independent random numbers for an interval as narrow',
    cell: ({ difference: { variance_reduction: factor } }) => (factor === null ? '–' : timesText(factor)),
  },
];

export function differenceSection({ metrics }: ComparisonDocument): string {
  const rows = metrics.flatMap((metric) => metric.differences.map((difference) => ({ metric, difference })));
  return `<section id="differences"><h2>Every difference in figures</h2>
${table(DIFFERENCE_COLUMNS, rows, 'Every difference in figures')}
</section>`;
}
