/**
 * What `wipsim plan` prints: the answer in a sentence, then what it rests on: SLOs with their slack, what binds, why
 * cheaper fleets fail, head-room, what a node more buys, growth, tuning. A pure function of the document.
 */
import { styleText } from 'node:util';
import type { LoadHeld, PlanDocument } from '../experiment/plan/document.js';
import { formatCount, formatFraction, formatPlusMinus, formatUsd, formatValue } from '../report/format.js';
import { cheaper, extraNodes, type Page, STATUS, slackText, sloTable, tuning } from './plan-tables.js';
import {
  adviceLines,
  answerSentence,
  fleetWords,
  listed,
  settingWords,
  shortfall,
  workSentence,
} from './plan-words.js';
import type { SummaryStyle } from './publish.js';
import {
  besideLabel,
  clean,
  labelled,
  labelledLines,
  type Paint,
  type Style,
  wrapped,
} from './summary-text.js';

const WARNINGS_MAX = 5;

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
    ...(interrupted && answer !== null
      ? wrapped('Interrupted: the answer stands, what is said beside it is not complete.', width).map(
          (line) => paint('yellow', line),
        )
      : []),
  ];
}

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

function headRoom({ document: { head_room, load }, width, paint }: Page): string[] {
  if (head_room === null || head_room.loads.every(({ slos }) => slos.length === 0)) return [];
  const { loads, largest_load_met, least_load_not_met, first_broken_slo } = head_room;
  const parts = loads.map((held) => `${moreLoad(held, load)} ${heldText(held)}`);
  const most = formatValue('ratio', largest_load_met);
  const limit =
    least_load_not_met === null
      ? `holds up to ${most} times the scenario's load, the most that was tried`
      : largest_load_met > load
        ? `holds up to ${most} times the scenario's load`
        : 'holds no more than that load';
  const first = first_broken_slo === null ? [] : [`${clean(first_broken_slo)} breaks first`];
  return labelled('Head-room', [...parts, limit, ...first], width, paint);
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

const work = ({ document, width, paint }: Page): string[] =>
  labelledLines('Simulated', wrapped(workSentence(document), besideLabel(width)), paint);

function warnings({ document: { warnings: all }, width, paint }: Page): string[] {
  const shown = all.slice(0, WARNINGS_MAX).flatMap((text) => wrapped(`! ${clean(text)}`, width));
  const more = all.length - WARNINGS_MAX;
  return [...shown, ...(more > 0 ? [`! and ${more} more, in result.json`] : [])].map((line) =>
    paint('yellow', line),
  );
}
