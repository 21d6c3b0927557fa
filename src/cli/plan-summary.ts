/**
 * What `wipsim plan` prints: the answer in a sentence, then what it rests on: SLOs with their slack, what binds, why
 * cheaper fleets fail, head-room, what a node more buys, growth, tuning. A pure function of the document.
 */
import { styleText } from 'node:util';
import type {
  CheaperCandidate,
  ExtraNode,
  LoadHeld,
  PlanDocument,
  PlanSlo,
  PlanStatus,
  TunedValue,
} from '../experiment/plan/document.js';
import {
  formatCount,
  formatFraction,
  formatPlusMinus,
  formatUsd,
  formatValue,
  NO_VALUE,
} from '../report/format.js';
import { describeMetric, quantityOf } from '../report/metric.js';
import {
  adviceLines,
  answerSentence,
  controlName,
  fleetLabel,
  fleetWords,
  listed,
  settingLabel,
  settingWords,
  shortfall,
  workSentence,
} from './plan-words.js';
import type { SummaryStyle } from './publish.js';
import {
  besideLabel,
  type Column,
  clean,
  labelled,
  labelledLines,
  name,
  type Paint,
  type Style,
  table,
  wrapped,
} from './summary-text.js';

const WARNINGS_MAX = 5;
const SETTINGS_MAX = 30;

interface Page {
  readonly document: PlanDocument;
  readonly width: number;
  readonly paint: Paint;
}

export function renderPlan(document: PlanDocument, { color, width }: SummaryStyle): string {
  const paint: Paint = color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const page = { document, width, paint };
  const blocks = [
    header(page),
    document.answer === null ? nearestMiss(page) : sloTable(document.answer.slos, page),
    [...binds(page), ...headRoom(page), ...nodesDown(page), ...growth(page)],
    cheaper(page),
    extraNodes(page),
    tuning(page),
    work(page),
    warnings(page),
  ];
  return `${blocks
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function header({ document, width, paint }: Page): string[] {
  const { scenario, seed, space, answer, interrupted } = document;
  const variant = scenario.variant === null ? '' : ` (${clean(scenario.variant)})`;
  const bounds = space.pools.map(
    ({ name: pool, min_nodes, max_nodes }) =>
      `${clean(pool)} ${min_nodes === max_nodes ? min_nodes : `${min_nodes} to ${max_nodes}`}`,
  );
  const settings = space.settings.length > 1 ? [`${formatCount(space.settings.length)} settings`] : [];
  const chosen =
    bounds.length + settings.length === 0 ? '' : ` · chosen from: ${[...bounds, ...settings].join(', ')}`;
  const style: Style = answer === null ? 'red' : 'green';
  return [
    ...wrapped(answerSentence(document), width).map((line) => paint('bold', paint(style, line))),
    ...wrapped(`${clean(scenario.name)}${variant} · seed ${clean(seed)}${chosen}`, width),
    ...(interrupted
      ? wrapped(
          answer === null
            ? 'Interrupted before an answer was found.'
            : 'Interrupted: the answer stands, what is said beside it is not complete.',
          width,
        ).map((line) => paint('yellow', line))
      : []),
  ];
}

/** Of an SLO's share of its threshold that is left, or is missing. */
function slackText({ slack_fraction, threshold }: PlanSlo): string {
  if (threshold === 0) return NO_VALUE;
  return slack_fraction >= 0 ? formatFraction(slack_fraction) : `−${formatFraction(-slack_fraction)}`;
}

function sloTable(slos: readonly PlanSlo[], { width, paint }: Page): string[] {
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

function nearestMiss(page: Page): string[] {
  const { document, width, paint } = page;
  const { nearest_miss, interrupted } = document;
  if (interrupted) return [];
  const advice = adviceLines(document).flatMap((line) => wrapped(line, besideLabel(width)));
  if (nearest_miss === null) return labelledLines('To do', advice, paint);
  const { candidate, binding_slo } = nearest_miss;
  const slo = candidate.slos.find((one) => one.name === binding_slo)!;
  const nearest = `${fleetWords(candidate.nodes, document)}${settingWords(candidate.setting, document)}, ${formatUsd(candidate.cost_usd_per_hour)} an hour: ${clean(binding_slo)} is ${shortfall(slo)}${candidate.status === 'not-shown' ? ', which is not enough to be sure' : ''}.`;
  return [
    ...labelledLines('Nearest', wrapped(nearest, besideLabel(width)), paint),
    ...labelledLines('To do', advice, paint),
    '',
    ...sloTable(candidate.slos, page),
  ];
}

function binds({ document: { answer, space }, width, paint }: Page): string[] {
  if (answer === null) return [];
  const { binding_slo, slos, bottleneck_pool, bottleneck_by, utilisation } = answer;
  const binding = slos.find((slo) => slo.name === binding_slo);
  const busy = space.pools.map(
    ({ name: pool }) => `${clean(pool)} busy ${formatPlusMinus('fraction', utilisation[pool]!)}`,
  );
  const bottleneck =
    bottleneck_pool === null || (space.pools.length === 1 && bottleneck_by === 'utilisation')
      ? []
      : [
          bottleneck_by === 'next-node'
            ? `a node more in ${clean(bottleneck_pool)} helps it most`
            : `no node more helps it beyond chance; ${clean(bottleneck_pool)} is busiest`,
        ];
  const parts = [
    ...(binding === undefined ? [] : [`${clean(binding.name)} (${slackText(binding)} left)`, ...bottleneck]),
    ...busy,
  ];
  return parts.length === 0 ? [] : labelled('Binds', parts, width, paint);
}

const STATUS: Readonly<Record<PlanStatus, string>> = {
  met: 'holds',
  missed: 'missed',
  'not-shown': 'not shown',
  impossible: 'cannot run',
};

function headRoom({ document: { head_room, load }, width, paint }: Page): string[] {
  if (head_room === null || head_room.loads.every(({ slos }) => slos.length === 0)) return [];
  const { loads, largest_load_met, least_load_not_met, first_broken_slo } = head_room;
  const parts = loads.map((held) => `${moreLoad(held, load)} ${heldText(held)}`);
  const most = formatValue('ratio', largest_load_met);
  const limit =
    least_load_not_met === null
      ? `holds up to ${most} times the scenario's load, the most that was tried`
      : largest_load_met > load
        ? `holds up to ${most} times the scenario's load${first_broken_slo === null ? '' : `, then ${clean(first_broken_slo)} breaks first`}`
        : `none beyond that load${first_broken_slo === null ? '' : `: ${clean(first_broken_slo)} breaks first`}`;
  return labelled('Head-room', [...parts, limit], width, paint);
}

const moreLoad = ({ load }: LoadHeld, planned: number): string =>
  `+${Math.round((load / planned - 1) * 100)}%`;

const heldText = ({ status, broken_slos }: LoadHeld): string =>
  status === 'met' || broken_slos.length === 0
    ? STATUS[status]
    : `${listed(broken_slos.map(clean))} ${STATUS[status]}`;

function nodesDown({ document: { nodes_down }, width, paint }: Page): string[] {
  if (nodes_down === null) return [];
  const parts = nodes_down.pools.map(({ pool, status, slos }) => {
    const least = slos.reduce((a, b) => (b.slack_fraction < a.slack_fraction ? b : a), slos[0]!);
    const left = slos.length === 0 ? '' : ` (${clean(least.name)}: ${slackText(least)} left)`;
    return `${nodes_down.spares} fewer in ${clean(pool)}: ${STATUS[status]}${left}`;
  });
  return labelled('Nodes down', parts, width, paint);
}

function growth({ document: { growth: grown }, width, paint }: Page): string[] {
  if (grown === null) return [];
  const { rate_per_month, months, pools, plan_fails_month } = grown;
  const outlasts = `holds for all ${months} months`;
  const parts = [
    plan_fails_month === null ? `the plan ${outlasts}` : `the plan fails in month ${plan_fails_month}`,
    ...(pools.length < 2
      ? []
      : pools.map(({ pool, runs_out_month }) =>
          runs_out_month === null
            ? `${clean(pool)} ${outlasts}`
            : `${clean(pool)} runs out in month ${runs_out_month}`,
        )),
  ];
  return labelled('Growth', [`at ${formatFraction(rate_per_month)} a month`, ...parts], width, paint);
}

function cheaper({ document, width, paint }: Page): string[] {
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
    { title: 'Beyond its target by', cell: missedText },
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

function extraNodes({ document: { extra_nodes }, width, paint }: Page): string[] {
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

function tuning({ document, width, paint }: Page): string[] {
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
    ...labelled('Tuning', [head, ...moves], width, paint),
    ...table(columns, shown, width, paint),
    ...(more > 0 ? [`and ${more} more, in result.json`] : []),
  ];
}

const signed = (text: string, mean: number): string => (mean > 0 ? `+${text}` : text.replace('-', '−'));

const work = ({ document, width, paint }: Page): string[] =>
  labelledLines('Simulated', wrapped(workSentence(document), besideLabel(width)), paint);

function warnings({ document: { warnings: all }, width, paint }: Page): string[] {
  const shown = all.slice(0, WARNINGS_MAX).flatMap((text) => wrapped(`! ${clean(text)}`, width));
  const more = all.length - WARNINGS_MAX;
  return [...shown, ...(more > 0 ? [`! and ${more} more, in result.json`] : [])].map((line) =>
    paint('yellow', line),
  );
}
