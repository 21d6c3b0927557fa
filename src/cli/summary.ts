/**
 * The summary that `wipsim run` prints: plain text, aligned, one screen for a usual scenario. A pure function of
 * the result document; names from the scenario lose their control characters, so that they cannot steer a terminal.
 */
import { styleText } from 'node:util';
import type { Estimate, Mapped, ResultDocument } from '../experiment/document.js';
import type { GroupMeasures } from '../metrics/measures.js';
import { formatCount, formatDuration, formatFraction, formatPlusMinus, NO_VALUE } from '../report/format.js';
import { formatTarget, quantityOf, verdictOf } from '../report/metric.js';
import { pooledOver, ROUGH, ROUGH_NOTE } from '../report/tail.js';
import { mean, metricText, percentile, tail, whole } from './summary-cells.js';
import { deadlockLines, interventionLines, policyLines, rolloutTable } from './summary-controls.js';
import { dataTable, linkTable } from './summary-network.js';
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

export interface SummaryOptions {
  readonly color: boolean;
  /** Columns of the terminal; tables leave out their least important columns to fit. */
  readonly width: number;
}

type Group = Mapped<GroupMeasures, Estimate>;
const TENANTS_MAX = 10;
const WARNINGS_MAX = 5;

const percent = (estimate: Estimate): string => formatFraction(estimate.mean);
const duration = (estimate: Estimate): string => formatDuration(estimate.mean);

function header(document: ResultDocument, paint: Paint): string[] {
  const { scenario, seed, replications, warmup, estimates } = document;
  const variant = scenario.variant === null ? '' : ` (${clean(scenario.variant)})`;
  const { planned, finished } = replications;
  const noun = planned === 1 ? 'replication' : 'replications';
  const finishedText = planned === finished ? `${planned} ${noun}` : `${finished} of ${planned} ${noun}`;
  const runs = finished === 1 ? `${finishedText}: no intervals` : finishedText;
  const window = `${duration(estimates.window_s)} measured after ${formatDuration(warmup.length_s)} warm-up`;
  return [
    paint('bold', `${clean(scenario.name)}${variant}`),
    `seed ${clean(seed)} · ${runs} · ${window}`,
    ...(document.interrupted ? [paint('yellow', 'Interrupted: only what was finished is shown.')] : []),
  ];
}

function sloTable(document: ResultDocument, width: number, paint: Paint): string[] {
  const { slos } = document;
  if (slos.length === 0) return [];
  const missed = slos.filter((slo) => !slo.met).length;
  const style = (slo: ResultDocument['slos'][number]): Style => (slo.met ? 'green' : 'red');
  const columns: Column<ResultDocument['slos'][number]>[] = [
    {
      title: missed === 0 ? 'SLOs: all met' : `SLOs: ${missed} of ${slos.length} missed`,
      left: true,
      cell: (slo) => `${slo.met ? '✓' : '✗'} ${name(slo.name)}`,
      style,
    },
    { title: 'Target', cell: formatTarget },
    {
      title: 'Measured',
      cell: (slo) => metricText(document, slo.metric, formatPlusMinus(quantityOf(slo.metric), slo.estimate)),
    },
    { title: 'Verdict', left: true, cell: verdictOf, style },
    { title: 'Measure', left: true, cell: (slo) => clean(slo.metric), drop: 1 },
  ];
  return table(columns, slos, width, paint);
}

interface NamedGroup {
  readonly label: string;
  readonly of: Group;
}

const groupColumns = (title: string): Column<NamedGroup>[] => [
  { title, left: true, cell: ({ label }) => label },
  { title: 'Arrived', ...whole(({ of }) => of.arrived), drop: 3 },
  { title: 'Completed', ...whole(({ of }) => of.completed) },
  { title: 'Rejected', ...mean('fraction', ({ of }) => of.reject_fraction) },
  { title: 'Timed out', ...mean('fraction', ({ of }) => of.timeout_fraction), drop: 1 },
  { title: 'p50', ...percentile('p50', ({ of }) => of.latency_s) },
  { title: 'p95', ...percentile('p95', ({ of }) => of.latency_s), drop: 2 },
  { title: 'p99', ...tail('p99', ({ of }) => of.latency_s) },
  { title: 'Max', ...mean('duration', ({ of }) => of.latency_s.max), drop: 4 },
];

function workloadTable({ estimates, replications }: ResultDocument, width: number, paint: Paint): string[] {
  const row = (label: string, of: Group): NamedGroup => ({
    label,
    of: { ...of, latency_s: pooledOver(of.latency_s, replications.finished) },
  });
  const rows = Object.entries(estimates.workloads).map(([label, of]) => row(name(label), of));
  if (rows.length !== 1) rows.push(row('(all)', estimates.total));
  return table(groupColumns('Workload'), rows, width, paint);
}

/** Tasks that wait in one queue wait together: what they are worth is what intervals rest on. */
function effectiveLines(
  { effective_tasks: effective }: ResultDocument,
  width: number,
  paint: Paint,
): string[] {
  const parts = Object.entries(effective).flatMap(([label, { tasks, for_mean, for_p99 }]) =>
    for_mean === null || for_p99 === null
      ? []
      : [
          `${name(label)}: ${formatCount(tasks)} tasks are worth about ${aboutCount(for_mean)} independent ones for the mean, ${aboutCount(for_p99)} for the p99`,
        ],
  );
  const lines = parts.flatMap((part) => wrapped(part, besideLabel(width)));
  return labelledLines('Sample', lines, paint);
}

/** Two digits: no more are known. */
const aboutCount = (value: number): string => formatCount(Number(value.toPrecision(2)));

/** The longest waits first: a tenant that is starved must not hide below the fold. */
function tenantTable({ estimates }: ResultDocument, width: number, paint: Paint): string[] {
  const tenants = Object.entries(estimates.tenants)
    .map(([label, of]) => ({ label: name(label), of }))
    .toSorted((a, b) => b.of.starvation.longest_wait_s.mean - a.of.starvation.longest_wait_s.mean);
  if (tenants.length < 2) return [];
  const columns: Column<NamedGroup>[] = [
    { title: 'Tenant', left: true, cell: ({ label }) => label },
    { title: 'Completed', ...whole(({ of }) => of.completed), drop: 2 },
    { title: 'Rejected', ...mean('fraction', ({ of }) => of.reject_fraction), drop: 1 },
    { title: 'p50', ...percentile('p50', ({ of }) => of.latency_s), drop: 4 },
    { title: 'p99', ...tail('p99', ({ of }) => of.latency_s) },
    { title: 'Longest wait', ...mean('duration', ({ of }) => of.starvation.longest_wait_s) },
    {
      title: 'Waited >10×',
      ...mean('fraction', ({ of }) => of.starvation.waited_over_10x_service_fraction),
      drop: 3,
    },
    { title: 'Speed', ...mean('ratio', ({ of }) => of.starvation.speed), drop: 5 },
  ];
  const lines = table(columns, tenants.slice(0, TENANTS_MAX), width, paint);
  const more = tenants.length - TENANTS_MAX;
  return more > 0 ? [...lines, paint('dim', `… and ${more} more`)] : lines;
}

function stageTable({ estimates }: ResultDocument, width: number, paint: Paint): string[] {
  const stages = Object.entries(estimates.stages);
  if (stages.length === 0) return [];
  const columns: Column<(typeof stages)[number]>[] = [
    { title: 'Stage', left: true, cell: ([label]) => name(label) },
    { title: 'Mean wait', ...mean('duration', ([, stage]) => stage.wait_s.mean) },
    { title: 'p99 wait', ...tail('p99', ([, stage]) => stage.wait_s) },
    { title: 'Mean queue', ...mean('count', ([, stage]) => stage.mean_queue_length) },
    { title: 'Max queue', ...mean('count', ([, stage]) => stage.max_queue_length), drop: 1 },
    { title: 'In progress', ...mean('count', ([, stage]) => stage.mean_in_progress), drop: 2 },
    { title: 'Max', ...mean('count', ([, stage]) => stage.max_in_progress), drop: 3 },
  ];
  return table(columns, stages, width, paint);
}

function poolTable({ estimates, series }: ResultDocument, width: number, paint: Paint): string[] {
  const pools = Object.entries(estimates.pools);
  type Pool = (typeof pools)[number];
  if (pools.length === 0) return [];
  const isScaled = Object.keys(series.nodes).length > 0;
  const columns: Column<Pool>[] = [
    { title: 'Pool', left: true, cell: ([label]) => name(label) },
    { title: 'GPUs', ...mean('count', ([, pool]) => pool.gpus) },
    ...(isScaled
      ? [
          { title: 'Nodes', ...mean('count', ([, pool]: Pool) => pool.mean_nodes) },
          { title: 'Max', ...whole(([, pool]: Pool) => pool.max_nodes), drop: 4 },
        ]
      : []),
    { title: 'Busy', cell: ([, pool]) => formatPlusMinus('fraction', pool.utilisation.busy) },
    { title: 'Idle', ...mean('fraction', ([, pool]) => pool.utilisation.idle), drop: 2 },
    ...(pools.some(([, pool]) => pool.utilisation.down.mean > 0)
      ? [{ title: 'Down', ...mean('fraction', ([, pool]: (typeof pools)[number]) => pool.utilisation.down) }]
      : []),
    { title: 'Wasted', ...mean('fraction', ([, pool]) => pool.utilisation.wasted) },
    ...(pools.some(([, pool]) => pool.fragmentation.mean > 0 || pool.unallocatable_gpus.mean > 0)
      ? [
          {
            title: 'Next does not fit',
            ...mean('count', ([, pool]: (typeof pools)[number]) => pool.unallocatable_gpus),
            drop: 4,
          },
          {
            title: 'Fragmented',
            ...mean('fraction', ([, pool]: (typeof pools)[number]) => pool.fragmentation),
            drop: 5,
          },
        ]
      : []),
    { title: 'Cost', ...mean('usd-sum', ([, pool]) => pool.cost_usd), drop: 3 },
    { title: 'of it idle', ...mean('usd-sum', ([, pool]) => pool.idle_cost_usd), drop: 1 },
  ];
  return table(columns, pools, width, paint);
}

function servingTable({ estimates }: ResultDocument, width: number, paint: Paint): string[] {
  const servers = Object.entries(estimates.serving);
  if (servers.length === 0) return [];
  const columns: Column<(typeof servers)[number]>[] = [
    { title: 'LLM servers', left: true, cell: ([label]) => name(label) },
    { title: 'TTFT p50', ...percentile('p50', ([, of]) => of.ttft_s), drop: 4 },
    { title: 'TTFT p99', ...tail('p99', ([, of]) => of.ttft_s) },
    { title: 'per token p99', ...tail('p99', ([, of]) => of.tpot_s) },
    { title: 'Output tokens/s', ...mean('count', ([, of]) => of.output_tokens_hz) },
    { title: 'Batch', ...mean('count', ([, of]) => of.mean_batch), drop: 1 },
    { title: 'KV held', ...mean('fraction', ([, of]) => of.kv_fraction), drop: 2 },
    ...(servers.some(([, of]) => of.cached_prompt_fraction.mean > 0)
      ? [
          {
            title: 'Cached',
            ...mean('fraction', ([, of]: (typeof servers)[number]) => of.cached_prompt_fraction),
            drop: 3,
          },
        ]
      : []),
    ...(servers.some(([, of]) => of.evictions.mean > 0)
      ? [{ title: 'Evictions', ...whole(([, of]: (typeof servers)[number]) => of.evictions), drop: 5 }]
      : []),
    { title: '$/M tokens', ...mean('usd', ([, of]) => of.cost_per_million_tokens_usd), drop: 6 },
  ];
  return table(columns, servers, width, paint);
}

function serviceTable({ estimates }: ResultDocument, width: number, paint: Paint): string[] {
  const services = Object.entries(estimates.services);
  if (services.length === 0) return [];
  const ifLimited = (fraction: Estimate, text: string): string => (fraction.mean > 0 ? text : NO_VALUE);
  const columns: Column<(typeof services)[number]>[] = [
    { title: 'Service', left: true, cell: ([label]) => name(label) },
    { title: 'Calls', ...whole(([, service]) => service.calls) },
    { title: 'Errors', ...mean('fraction', ([, service]) => service.error_fraction) },
    {
      title: 'Busy',
      cell: ([, { utilisation }]) => ifLimited(utilisation, percent(utilisation)),
      wide: ([, { utilisation }]) => ifLimited(utilisation, formatPlusMinus('fraction', utilisation)),
    },
    { title: 'Waiting', ...mean('count', ([, service]) => service.mean_waiting), drop: 1 },
    { title: 'Mean latency', ...mean('duration', ([, service]) => service.latency_s.mean), drop: 2 },
    { title: 'p99 latency', ...tail('p99', ([, service]) => service.latency_s) },
  ];
  return table(columns, services, width, paint);
}

function closingLines({ estimates }: ResultDocument, width: number, paint: Paint): string[] {
  const { total, workloads, tenants, fairness, cost } = estimates;
  const longest = Object.entries(workloads).toSorted(
    ([, a], [, b]) => b.starvation.longest_wait_s.mean - a.starvation.longest_wait_s.mean,
  )[0];
  const who = longest === undefined ? '' : ` (${name(longest[0])})`;
  const tenantCount = Object.keys(tenants).length;
  const starvation = [
    `longest wait ${formatPlusMinus('duration', longest?.[1].starvation.longest_wait_s ?? total.starvation.longest_wait_s)}${who}`,
    `${formatPlusMinus('fraction', total.starvation.waited_over_10x_service_fraction)} waited over 10× their service`,
    ...(tenantCount > 1
      ? [
          `fairness over ${tenantCount} tenants ${formatPlusMinus('ratio', fairness.jain_speed)} (Jain, speed)`,
        ]
      : []),
  ];
  if (cost.total_usd.mean <= 0) return labelled('Starvation', starvation, width, paint);
  const spent = [
    formatPlusMinus('usd-sum', cost.total_usd),
    `${formatPlusMinus('usd-sum', cost.idle_usd)} idle`,
    `${formatPlusMinus('usd-sum', cost.wasted_usd)} wasted`,
    ...(cost.starting_usd.mean > 0
      ? [`${formatPlusMinus('usd-sum', cost.starting_usd)} for nodes that start`]
      : []),
    ...(cost.penalty_usd.mean > 0
      ? [`${formatPlusMinus('usd-sum', cost.penalty_usd)} penalties besides`]
      : []),
    `${formatPlusMinus('usd', cost.per_completed_task_usd)} per completed task`,
    ...(total.cost.per_million_tokens_usd.mean > 0
      ? [`${formatPlusMinus('usd', total.cost.per_million_tokens_usd)} per million tokens`]
      : []),
  ];
  return [...labelled('Starvation', starvation, width, paint), ...labelled('Cost', spent, width, paint)];
}

function warningLines({ warnings }: ResultDocument, paint: Paint): string[] {
  const shown = warnings.slice(0, WARNINGS_MAX).map((text) => paint('yellow', `! ${clean(text)}`));
  const more = warnings.length - WARNINGS_MAX;
  return more > 0 ? [...shown, paint('dim', `… and ${more} more warnings`)] : shown;
}

/** What the signs in the tables mean. */
function notes(
  { replications: { finished } }: ResultDocument,
  shown: readonly string[],
  width: number,
  paint: Paint,
): string[] {
  const has = (sign: string): boolean => shown.some((line) => line.includes(sign));
  return [
    ...(has(' ± ')
      ? [`± half of the 95% interval over ${finished} replications; [low, high] where its halves differ much`]
      : []),
    ...(has(ROUGH) ? [ROUGH_NOTE] : []),
  ].flatMap((note) => wrapped(note, width).map((line) => paint('dim', line)));
}

/** The run in plain text; ends with a line break. */
export function renderSummary(document: ResultDocument, { color, width }: SummaryOptions): string {
  // The caller has decided on colour; without validateStream newer Nodes decide again.
  const paint: Paint = color
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
  const blocks = [
    header(document, paint),
    sloTable(document, width, paint),
    workloadTable(document, width, paint),
    effectiveLines(document, width, paint),
    tenantTable(document, width, paint),
    rolloutTable(document, width, paint),
    stageTable(document, width, paint),
    poolTable(document, width, paint),
    servingTable(document, width, paint),
    serviceTable(document, width, paint),
    linkTable(document, width, paint),
    dataTable(document, width, paint),
    [
      ...deadlockLines(document, width, paint),
      ...interventionLines(document, width, paint),
      ...policyLines(document, width, paint),
    ],
    closingLines(document, width, paint),
  ];
  blocks.push(notes(document, blocks.flat(), width, paint), warningLines(document, paint));
  const filled = blocks.filter((lines) => lines.length > 0);
  return `${filled.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}
