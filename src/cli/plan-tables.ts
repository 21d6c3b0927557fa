/** The tables of a plan: SLOs with their slack, cheaper fleets, what a node more buys, the settings compared. */
import type {
  CheaperCandidate,
  ExtraNode,
  PlanDocument,
  PlanSlo,
  PlanStatus,
  TunedValue,
} from '../experiment/plan/document.js';
import { formatFraction, formatPlusMinus, formatUsd, formatValue, NO_VALUE } from '../report/format.js';
import { describeMetric, quantityOf } from '../report/metric.js';
import { controlName, fleetLabel, settingLabel } from './plan-words.js';
import {
  besideLabel,
  type Column,
  clean,
  joined,
  labelledLines,
  name,
  type Paint,
  type Style,
  table,
  wrapped,
} from './summary-text.js';

const SETTINGS_MAX = 30;

export interface Page {
  readonly document: PlanDocument;
  readonly width: number;
  readonly paint: Paint;
}

export const STATUS: Readonly<Record<PlanStatus, string>> = {
  met: 'holds',
  missed: 'missed',
  'not-shown': 'not shown',
  impossible: 'cannot run',
};

/** Of an SLO's share of its threshold that is left, or is missing. */
export function slackText({ slack_fraction, threshold }: PlanSlo): string {
  if (threshold === 0) return NO_VALUE;
  return slack_fraction >= 0 ? formatFraction(slack_fraction) : `−${formatFraction(-slack_fraction)}`;
}

export function sloTable(slos: readonly PlanSlo[], { width, paint }: Page): string[] {
  if (slos.length === 0) return [];
  const style = ({ slack_fraction }: PlanSlo): Style => (slack_fraction >= 0 ? 'green' : 'red');
  const columns: Column<PlanSlo>[] = [
    {
      title: 'SLO',
      left: true,
      cell: (slo) => `${slo.slack_fraction >= 0 ? '✓' : '✗'} ${name(slo.name)}`,
      style,
    },
    { title: 'Target', cell: targetText },
    { title: 'Expected', cell: ({ metric, estimate }) => formatPlusMinus(quantityOf(metric), estimate) },
    { title: 'Slack', cell: slackText, style },
    {
      title: 'Of',
      left: true,
      drop: 1,
      cell: ({ metric }) => name(describeMetric(metric)),
      wide: ({ metric }) => clean(describeMetric(metric)),
    },
  ];
  return table(columns, slos, width, paint);
}

const targetText = ({ comparison, metric, threshold }: PlanSlo): string =>
  `${comparison === 'at_most' ? '≤' : '≥'} ${formatValue(quantityOf(metric), threshold)}`;

export function cheaper({ document, width, paint }: Page): string[] {
  if (document.cheaper.length === 0) return [];
  const hasSettings = document.space.settings.length > 1;
  const columns: Column<CheaperCandidate>[] = [
    { title: 'Cheaper', left: true, cell: ({ candidate }) => fleetLabel(candidate.nodes, document) },
    ...(hasSettings
      ? [
          {
            title: 'With',
            left: true,
            cell: ({ candidate }: CheaperCandidate) => name(settingLabel(candidate.setting, document)),
          },
        ]
      : []),
    { title: '$/h', cell: ({ candidate }) => formatUsd(candidate.cost_usd_per_hour) },
    {
      title: 'Why not',
      left: true,
      cell: (row) => (isLong(row, width) ? `${STATUS[row.candidate.status]}: see below` : clean(row.reason)),
    },
    { title: 'Missed by', cell: missedText },
  ];
  return [
    ...table(columns, document.cheaper, width, paint),
    ...document.cheaper
      .filter((row) => isLong(row, width))
      .flatMap(({ candidate, reason }) =>
        wrapped(`${fleetLabel(candidate.nodes, document)}: ${clean(reason)}`, width),
      ),
  ];
}

/** What the other columns of that table may need. */
const BESIDE_REASON = 54;
/** Reasons that need more than a column: why a scenario cannot run, for example. */
const isLong = ({ reason }: CheaperCandidate, width: number): boolean =>
  reason.length > width - BESIDE_REASON;

function missedText({ candidate, failing_slo, missed_by }: CheaperCandidate): string {
  const slo = candidate.slos.find((one) => one.name === failing_slo);
  return slo === undefined || missed_by === null
    ? NO_VALUE
    : formatPlusMinus(quantityOf(slo.metric), missed_by);
}

interface Bought {
  readonly node: ExtraNode;
  readonly slo: { readonly name: string; readonly metric: string };
  readonly change: ExtraNode['p99_s'];
  readonly isFirst: boolean;
}

export function extraNodes({ document: { extra_nodes }, width, paint }: Page): string[] {
  const rows = extra_nodes.flatMap((node) =>
    node.slos.map((slo, index): Bought => ({ node, slo, change: slo.change, isFirst: index === 0 })),
  );
  if (rows.length === 0) return [];
  const columns: Column<Bought>[] = [
    {
      title: 'A node more',
      left: true,
      cell: ({ node, isFirst }) => (isFirst ? `+1 ${name(node.pool)}` : ''),
    },
    { title: '$/h', cell: ({ node, isFirst }) => (isFirst ? `+${formatUsd(node.cost_usd_per_hour)}` : '') },
    { title: 'SLO', left: true, cell: ({ slo }) => name(slo.name) },
    { title: 'Changes by', cell: changeText },
  ];
  return table(columns, rows, width, paint);
}

function changeText({ slo, change }: Bought): string {
  if (change.mean === 0 && change.ci_low === 0 && change.ci_high === 0) return 'nothing';
  const text = formatPlusMinus(quantityOf(slo.metric), change).replace('-', '−');
  return change.mean > 0 ? `+${text}` : text;
}

const STANDING: Readonly<Record<TunedValue['standing'], string>> = {
  best: '★ best',
  'as-good': 'as good, as far as matters',
  worse: 'worse',
  misses: 'does not meet the SLOs',
};

export function tuning({ document, width, paint }: Page): string[] {
  const { tuning: tuned, space } = document;
  if (tuned === null) return [];
  const { metric, goal } = tuned.objective;
  const quantity = quantityOf(metric);
  const shown = tuned.values.slice(0, SETTINGS_MAX);
  const style = ({ standing }: TunedValue): Style | undefined =>
    standing === 'best' ? 'green' : standing === 'misses' ? 'red' : standing === 'worse' ? 'dim' : undefined;
  const columns: Column<TunedValue>[] = [
    ...Object.keys(space.settings[0]!.values).map(
      (path): Column<TunedValue> => ({
        title: controlName(path, document),
        left: true,
        cell: ({ setting }) => name(space.settings[setting]!.values[path]!),
      }),
    ),
    {
      title: 'Measured',
      cell: ({ objective }) => (objective === null ? NO_VALUE : formatPlusMinus(quantity, objective)),
    },
    {
      title: 'Against the best',
      drop: 1,
      cell: ({ against_best }) =>
        against_best === null ? '' : signed(formatPlusMinus(quantity, against_best), against_best.mean),
    },
    { title: 'Found', left: true, cell: ({ standing }) => STANDING[standing], style },
  ];
  const head = `${goal === 'minimise' ? 'Least' : 'Most'} of ${clean(describeMetric(metric))} is best; under ${formatFraction(tuned.indifference_fraction)} of difference does not matter`;
  const moves = [...tuned.sensitivity]
    .sort((a, b) => b.range_fraction - a.range_fraction)
    .map(
      ({ control, range_fraction }) =>
        `${controlName(control, document)} moves it by ${formatFraction(range_fraction)}`,
    );
  const more = tuned.values.length - shown.length;
  return [
    ...labelledLines(
      'Tuning',
      [...wrapped(head, besideLabel(width)), ...joined(moves, besideLabel(width))],
      paint,
    ),
    ...table(columns, shown, width, paint),
    ...(more > 0 ? [`and ${more} more, in result.json`] : []),
  ];
}

const signed = (text: string, mean: number): string => (mean > 0 ? `+${text}` : text.replace('-', '−'));
