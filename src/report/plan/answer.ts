/** The question and the answer: what was searched, the fleet that does, and how sure that is. */
import type { NearestMiss, PlanAnswer, PlanDocument, PlanSlo } from '../../experiment/plan/document.js';
import { changeText } from '../change.js';
import { formatCount, formatEstimate, formatFraction } from '../format.js';
import { type Column, escapeHtml, estimateHtml, table } from '../markup.js';
import { describeMetric, formatTarget, quantityOf } from '../metric.js';
import { commandHtml, shellWord } from '../sections/notes.js';
import {
  candidateText,
  confidenceText,
  fleetText,
  isTuned,
  settingText,
  slackOf,
  statusHtml,
  usdPerHour,
} from './words.js';

export function headerSection(document: PlanDocument): string {
  const { scenario, seed, load, space } = document;
  const variant =
    scenario.variant === null ? '' : ` <span class="variant">${escapeHtml(scenario.variant)}</span>`;
  const settings = isTuned(document) ? ` (fleets and ${space.settings.length} settings)` : '';
  const facts = [
    `seed <b>${escapeHtml(seed)}</b>`,
    `confidence <b>${confidenceText(document)}</b>`,
    ...(load === 1 ? [] : [`load <b>${load} times</b> the scenario's`]),
    `<b>${formatCount(space.candidates)}</b> candidates${settings}`,
    `scenario <code>${escapeHtml(scenario.hash.slice(0, 12))}</code>`,
  ];
  return `<header>
<p class="brand">wipsim plan</p>
<h1>${escapeHtml(scenario.name)}${variant}</h1>
${scenario.description === '' ? '' : `<p class="lead">${escapeHtml(scenario.description)}</p>`}
<p class="facts">${facts.join(' <span aria-hidden="true">·</span> ')}</p>
${document.interrupted ? '<p class="notice">This plan was interrupted: it shows what was known by then.</p>' : ''}
</header>`;
}

export function answerSection(document: PlanDocument): string {
  const { answer, nearest_miss } = document;
  const body =
    answer !== null
      ? answerBody(document, answer)
      : nearest_miss !== null
        ? missBody(document, nearest_miss)
        : `<p class="headline missed">${document.interrupted ? 'Interrupted before there was an answer.' : 'No fleet that was searched can run the scenario.'}</p>`;
  return `<section id="answer"><h2>Answer</h2>\n${body}\n</section>`;
}

const tile = (label: string, value: string, note: string): string =>
  `<div class="tile"><dt>${escapeHtml(label)}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;

function answerBody(document: PlanDocument, answer: PlanAnswer): string {
  const setting = isTuned(document)
    ? ` with <b>${escapeHtml(settingText(document.space.settings[answer.setting]!))}</b>`
    : '';
  const slos = answer.slos.length === 1 ? 'the SLO' : 'all SLOs';
  const kept =
    answer.slos.length === 0
      ? 'The scenario has no SLOs to meet.'
      : `It meets ${slos} with ${confidenceText(document)} confidence.`;
  return `<p class="headline met"><b>${escapeHtml(fleetText(answer.nodes))}</b> nodes${setting}, <b>${usdPerHour(answer.cost_usd_per_hour)}</b>. ${kept}</p>
${table(SLO_COLUMNS, answer.slos, 'Service level objectives of the answer')}
<dl class="tiles">${tiles(document, answer).join('')}</dl>
<p class="facts" style="margin-top:14px">Estimates are from ${answer.replications} replications. As a run of its own:</p>
${commandHtml(commandOf(document, answer))}`;
}

function tiles({ head_room }: PlanDocument, answer: PlanAnswer): string[] {
  const { binding_slo, bottleneck_pool, bottleneck_by, slos, utilisation } = answer;
  const binding = slos.find(({ name }) => name === binding_slo);
  const shown = [
    tile(
      'Cost',
      usdPerHour(answer.cost_usd_per_hour),
      `billed in the runs ${formatEstimate('usd', answer.billed_usd_per_hour)} an hour`,
    ),
    tile(
      'p99 latency',
      estimateHtml('duration', answer.p99_s),
      binding === undefined
        ? ''
        : `least slack: ${escapeHtml(binding.name)}, ${changeText(slackOf(binding)).mean.replace(/^\+/, '')}`,
    ),
  ];
  if (bottleneck_pool !== null)
    shown.push(
      tile(
        'What binds',
        escapeHtml(bottleneck_pool),
        `${
          bottleneck_by === 'next-node'
            ? 'its next node helps the tightest SLO most'
            : 'the busiest pool; no next node was shown to help'
        }; ${formatEstimate('fraction', utilisation[bottleneck_pool]!)} busy`,
      ),
    );
  if (head_room !== null)
    shown.push(
      tile(
        'Head-room',
        `${loadPercent(head_room.largest_load_met)} of the load`,
        head_room.least_load_not_met === null
          ? 'the largest load that was tried, and it holds'
          : `holds; ${loadPercent(head_room.least_load_not_met)} does not${head_room.first_broken_slo === null ? '' : `: ${escapeHtml(head_room.first_broken_slo)}`}`,
      ),
    );
  return shown;
}

const loadPercent = (load: number): string => `${formatCount(Math.round(100 * load))}%`;

const SLO_COLUMNS: readonly Column<PlanSlo>[] = [
  { title: 'SLO', text: true, cell: ({ name }) => escapeHtml(name) },
  { title: 'Measure', text: true, cell: ({ metric }) => escapeHtml(describeMetric(metric)) },
  { title: 'Target', cell: (slo) => formatTarget(slo) },
  { title: 'Measured', cell: ({ metric, estimate }) => estimateHtml(quantityOf(metric), estimate) },
  {
    title: 'Slack',
    hint: 'What is left to the target as a part of it, with its 95% interval; negative: missed',
    cell: (slo) => slackHtml(slo),
  },
];

function slackHtml(slo: PlanSlo): string {
  const { mean, interval } = changeText(slackOf(slo));
  return `<b class="${slo.slack_fraction < 0 ? 'worse' : 'better'}">${mean}</b> <span class="ci">${interval}</span>`;
}

function missBody(document: PlanDocument, { candidate, binding_slo }: NearestMiss): string {
  return `<p class="headline missed">None of the ${formatCount(document.space.candidates)} candidates was shown to meet every SLO with ${confidenceText(document)} confidence.</p>
<p>The nearest miss is <b>${escapeHtml(candidateText(document, candidate.nodes, candidate.setting))}</b> at ${usdPerHour(candidate.cost_usd_per_hour)} (${statusHtml(candidate.status)}, ${candidate.replications} replications). What stands in the way is <b>${escapeHtml(binding_slo)}</b>: allow more nodes, or relax that target.</p>
${table(SLO_COLUMNS, candidate.slos, 'Service level objectives of the nearest miss')}`;
}

/** Of the answer alone; the scenario's file is not in the document. */
function commandOf({ space, seed, load }: PlanDocument, answer: PlanAnswer): readonly string[] {
  const { policy, ...values } = space.settings[answer.setting]!.values;
  const assignments = [
    ...space.pools.map(({ name, path }) => `${path}=${answer.nodes[name]!}`),
    ...Object.entries(values).map(([control, value]) => `${control}=${value}`),
    ...(load === 1 ? [] : [`run.load=${load}`]),
  ];
  return [
    'wipsim run SCENARIO.yaml',
    ...(policy === undefined || policy === 'base' ? [] : [`--policy ${shellWord(policy)}`]),
    ...assignments.map((assignment) => `--set ${shellWord(assignment)}`),
    `--seed ${shellWord(seed)}`,
    `--replications ${answer.replications}`,
  ];
}

interface PoolRow {
  readonly pool: PlanDocument['space']['pools'][number];
  readonly answer: PlanAnswer | null;
}

const POOL_COLUMNS: readonly Column<PoolRow>[] = [
  { title: 'Pool', text: true, cell: ({ pool }) => escapeHtml(pool.name) },
  {
    title: 'Nodes in the answer',
    cell: ({ pool, answer }) => (answer === null ? '–' : `<b>${answer.nodes[pool.name]!}</b>`),
  },
  { title: 'As written', cell: ({ pool }) => String(pool.base_nodes) },
  { title: 'Searched', cell: ({ pool }) => `${pool.min_nodes} to ${pool.max_nodes}` },
  { title: 'One more costs', cell: ({ pool }) => usdPerHour(pool.usd_per_node_hour) },
  {
    title: 'Busy',
    hint: 'Share of GPU-time in use, at the answer',
    cell: ({ pool, answer }) =>
      answer === null ? '–' : estimateHtml('fraction', answer.utilisation[pool.name]!),
  },
];

export function fleetSection({ space, answer }: PlanDocument): string {
  if (space.pools.length === 0) return '';
  const rows = space.pools.map((pool) => ({ pool, answer }));
  return `<section id="fleet"><h2>Fleet</h2>\n${table(POOL_COLUMNS, rows, 'Fleet')}\n</section>`;
}

/** The search beside what an exhaustive one would have taken. */
export function workSection({ work }: PlanDocument): string {
  const { search, questions, exhaustive } = work;
  const rows = [
    { name: 'The search', of: search },
    { name: 'Questions about the answer', of: questions },
    { name: 'Exhaustive, for comparison', of: exhaustive },
  ];
  const columns: Column<(typeof rows)[number]>[] = [
    { title: '', text: true, cell: ({ name }) => name },
    { title: 'Candidates', cell: ({ of }) => formatCount(of.candidates) },
    { title: 'Runs', cell: ({ of }) => formatCount(of.runs) },
    { title: 'Events', cell: ({ of }) => formatCount(of.events) },
    {
      title: 'Of exhaustive',
      cell: ({ of }) => (exhaustive.events === 0 ? '–' : formatFraction(of.events / exhaustive.events)),
    },
  ];
  return `<section id="work"><h2>How much was simulated</h2>
${table(columns, rows, 'How much was simulated')}
<p class="facts">Exhaustive: every candidate with as many replications as the answer took; its events are reckoned from the mean of the runs that were made.</p>
</section>`;
}
