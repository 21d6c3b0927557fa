/** The key tables: workloads, tenants, stages, pools and services, each number with its 95% interval. */
import type { Estimate, Mapped, ResultDocument } from '../../experiment/document.js';
import type {
  DataMeasures,
  GroupMeasures,
  LimitMeasures,
  LinkMeasures,
  PoolMeasures,
  ServiceMeasures,
  ServingMeasures,
  StageMeasures,
} from '../../metrics/measures.js';
import { formatCount, type Quantity } from '../format.js';
import {
  type Column,
  escapeHtml,
  estimateCell,
  estimateHtml,
  percentileCell,
  roughNote,
  table,
} from '../markup.js';
import { type Percentile, pooledOver, type SummaryEstimates } from '../tail.js';

interface Named<Measures> {
  readonly name: string;
  readonly of: Mapped<Measures, Estimate>;
}

type Pick<Measures> = (of: Mapped<Measures, Estimate>) => Estimate;

interface MeasureColumn<Measures> extends Column<Named<Measures>> {
  /** Whether this row is a reason to have the column; without it the column is always there. */
  readonly isTold?: (of: Mapped<Measures, Estimate>) => boolean;
}

/** A column of estimates. */
const column = <Measures>(
  title: string,
  quantity: Quantity,
  pick: Pick<Measures>,
  hint?: string,
): MeasureColumn<Measures> => ({
  title,
  ...(hint === undefined ? {} : { hint }),
  cell: ({ of }) => estimateCell(quantity, pick(of)),
});

/** A column of a percentile of a duration. */
const tailColumn = <Measures>(
  title: string,
  percentile: Percentile,
  pick: (of: Mapped<Measures, Estimate>) => SummaryEstimates,
  hint?: string,
): MeasureColumn<Measures> => ({
  title,
  ...(hint === undefined ? {} : { hint }),
  cell: ({ of }) => {
    const { count, [percentile]: estimate } = pick(of);
    return percentileCell('duration', estimate, percentile, count.mean);
  },
});

/** A column that is left out where it is zero, or the same as another column, in all rows. */
const columnIfAny = <Measures>(
  title: string,
  quantity: Quantity,
  pick: Pick<Measures>,
  hint?: string,
  other?: Pick<Measures>,
): MeasureColumn<Measures> => ({
  ...column(title, quantity, pick, hint),
  isTold: (of) => pick(of).mean !== (other?.(of).mean ?? 0),
});

const told = <Measures>(
  columns: readonly MeasureColumn<Measures>[],
  rows: readonly Named<Measures>[],
): MeasureColumn<Measures>[] =>
  columns.filter(({ isTold }) => isTold === undefined || rows.some(({ of }) => isTold(of)));

const nameColumn = <Measures>(title: string): Column<Named<Measures>> => ({
  title,
  text: true,
  cell: ({ name }) => escapeHtml(name),
});

const named = <Measures>(measures: { [name: string]: Mapped<Measures, Estimate> }): Named<Measures>[] =>
  Object.entries(measures).map(([name, of]) => ({ name, of }));

const section = (id: string, title: string, body: string): string =>
  `<section id="${id}"><h2>${title}</h2>\n${body}${roughNote(body)}\n</section>`;

const groupColumns = (title: string): Column<Named<GroupMeasures>>[] => [
  nameColumn(title),
  column('Arrived', 'count', (g) => g.arrived),
  column('Completed', 'count', (g) => g.completed),
  column('Throughput', 'rate', (g) => g.throughput_hz),
  column('Rejected', 'fraction', (g) => g.reject_fraction, 'Share of arrivals refused for good'),
  column('Timed out', 'fraction', (g) => g.timeout_fraction),
  tailColumn('p50', 'p50', (g) => g.latency_s, 'Latency from arrival to completion'),
  tailColumn('p95', 'p95', (g) => g.latency_s),
  tailColumn('p99', 'p99', (g) => g.latency_s),
  column('Max', 'duration', (g) => g.latency_s.max),
  column('In the system', 'count', (g) => g.mean_in_system, 'Average number of tasks in the system'),
];

const TENANT_COLUMNS: readonly Column<Named<GroupMeasures>>[] = [
  nameColumn('Tenant'),
  column('Arrived', 'count', (g) => g.arrived),
  column('Completed', 'count', (g) => g.completed),
  column('Rejected', 'fraction', (g) => g.reject_fraction),
  tailColumn('p50', 'p50', (g) => g.latency_s),
  tailColumn('p99', 'p99', (g) => g.latency_s),
  column('Longest wait', 'duration', (g) => g.starvation.longest_wait_s, 'From arrival to first start'),
  column('Waited over 10× service', 'fraction', (g) => g.starvation.waited_over_10x_service_fraction),
  column('Speed', 'ratio', (g) => g.starvation.speed, 'Mean service time over mean latency: 1 never waited'),
];

const STAGE_COLUMNS: readonly Column<Named<StageMeasures>>[] = [
  nameColumn('Stage'),
  column('Completed', 'count', (s) => s.completed),
  column('Refused', 'count', (s) => s.refused, 'Turned away by a full queue'),
  column('Had to wait', 'fraction', (s) => s.waited_fraction),
  column('Wait, mean', 'duration', (s) => s.wait_s.mean),
  tailColumn('Wait, p99', 'p99', (s) => s.wait_s),
  column('Service, mean', 'duration', (s) => s.service_s.mean),
  column('Queue, mean', 'count', (s) => s.mean_queue_length),
  column('Queue, max', 'count', (s) => s.max_queue_length),
  column('In progress, mean', 'count', (s) => s.mean_in_progress),
  column('In progress, max', 'count', (s) => s.max_in_progress),
];

const POOL_COLUMNS: readonly MeasureColumn<PoolMeasures>[] = [
  nameColumn('Pool'),
  column('Nodes', 'count', (p) => p.mean_nodes, 'In service, on average; of LLM servers the replicas'),
  columnIfAny(
    'Most',
    'count',
    (p) => p.max_nodes,
    'Nodes in service at most',
    (p) => p.mean_nodes,
  ),
  column('GPUs', 'count', (p) => p.gpus),
  column(
    'Busy',
    'fraction',
    (p) => p.utilisation.busy,
    'Wasted GPU-time included; LLM servers while they have any request',
  ),
  column(
    'Wasted',
    'fraction',
    (p) => p.utilisation.wasted,
    'Work lost to aborts and failures; saving, loading, recomputing',
  ),
  column('Idle', 'fraction', (p) => p.utilisation.idle),
  columnIfAny(
    'Next does not fit',
    'count',
    (p) => p.unallocatable_gpus,
    'GPUs free while the next task does not fit',
  ),
  columnIfAny(
    'Fragmented',
    'fraction',
    (p) => p.fragmentation,
    'Part of the free GPUs that a task like those so far could not use, in the mean',
  ),
  columnIfAny(
    'Down',
    'fraction',
    (p) => p.utilisation.down,
    'In repair or maintenance, or taking nobody in before it',
  ),
  column('GPU-hours', 'hours', (p) => p.gpu_hours),
  columnIfAny(
    'Billed',
    'hours',
    (p) => p.billed_gpu_hours,
    'GPU-hours of nodes from their order until they are gone',
    (p) => p.gpu_hours,
  ),
];

/** What those who send requests see. Prefill replicas write no tokens after the first, so there is nothing per token. */
const SERVING_COLUMNS: readonly MeasureColumn<ServingMeasures>[] = [
  nameColumn('Pool'),
  column('Replicas', 'count', (s) => s.replicas),
  column('Requests', 'count', (s) => s.requests),
  tailColumn('TTFT, p50', 'p50', (s) => s.ttft_s, 'Time to first token, from coming to the stage'),
  tailColumn('TTFT, p99', 'p99', (s) => s.ttft_s),
  tailColumn('Per token, p50', 'p50', (s) => s.tpot_s, 'Time per token after the first'),
  tailColumn('Per token, p99', 'p99', (s) => s.tpot_s),
  column('Prompt tokens/s', 'count', (s) => s.prompt_tokens_hz, 'Read or found in the prefix cache'),
  column('Output tokens/s', 'count', (s) => s.output_tokens_hz),
  columnIfAny(
    'Per million tokens',
    'usd',
    (s) => s.cost_per_million_tokens_usd,
    'Cost, over prompt and output tokens',
  ),
];

/** What the replicas are like inside. */
const BATCH_COLUMNS: readonly MeasureColumn<ServingMeasures>[] = [
  nameColumn('Pool'),
  column('Mean batch', 'count', (s) => s.mean_batch, 'Requests in the batch of a replica'),
  column('Tokens/s a GPU', 'count', (s) => s.tokens_per_gpu_hz, 'Prompt and output tokens'),
  column('KV held', 'fraction', (s) => s.kv_fraction, 'Share of the KV cache in use, on average'),
  column('KV, most', 'fraction', (s) => s.kv_peak_fraction),
  columnIfAny(
    'Cached',
    'fraction',
    (s) => s.cached_prompt_fraction,
    'Share of prompt tokens found in the prefix cache',
  ),
  columnIfAny(
    'Evictions',
    'count',
    (s) => s.evictions,
    'Requests put out of the batch for want of KV memory',
  ),
  columnIfAny('Recomputed tokens', 'count', (s) => s.recomputed_tokens),
];

const SERVICE_COLUMNS: readonly Column<Named<ServiceMeasures>>[] = [
  nameColumn('Service'),
  column('Calls', 'count', (s) => s.calls),
  column('Errors', 'fraction', (s) => s.error_fraction),
  {
    title: 'Busy',
    hint: 'Share of its concurrency in use',
    cell: ({ of }) => (of.utilisation.mean > 0 ? estimateCell('fraction', of.utilisation) : 'unlimited'),
  },
  column('Calls at a time', 'count', (s) => s.mean_busy),
  column('Waiting inside', 'count', (s) => s.mean_waiting),
  column('Latency, mean', 'duration', (s) => s.latency_s.mean),
  tailColumn('Latency, p99', 'p99', (s) => s.latency_s),
];

/** Rows of the busiest links; a link for each node and rack would fill pages. */
const LINKS_MAX = 12;

const LINK_COLUMNS: readonly Column<Named<LinkMeasures>>[] = [
  nameColumn('Link'),
  column('In use', 'fraction', (l) => l.utilisation, 'Share of its bandwidth, on average'),
  column('At most', 'fraction', (l) => l.peak_utilisation),
  column('Carried', 'bytes', (l) => l.carried_bytes),
];

const DATA_COLUMNS: readonly Column<Named<DataMeasures>>[] = [
  nameColumn('Data set'),
  column('Uses', 'count', (d) => d.uses, 'By a task on a node'),
  column('Already there', 'fraction', (d) => d.hit_fraction, 'Uses where the node had it'),
  column('Fetched', 'bytes', (d) => d.fetched_bytes),
];

const LIMIT_COLUMNS: readonly Column<Named<LimitMeasures>>[] = [
  nameColumn('Stage'),
  column('Mean', 'count', (l) => l.mean),
  column('Lowest', 'count', (l) => l.min),
  column('Highest', 'count', (l) => l.max),
  column('At the end', 'count', (l) => l.last),
];

/** The busiest first: one of them is what transfers wait for. */
function linkSection(links: readonly Named<LinkMeasures>[]): string {
  if (links.length === 0) return '';
  const used = links
    .filter(({ of }) => of.carried_bytes.mean > 0)
    .toSorted((a, b) => b.of.utilisation.mean - a.of.utilisation.mean);
  const idle = links.length - used.length;
  const left = Math.max(0, used.length - LINKS_MAX);
  const notes = [
    ...(left > 0 ? [`Busiest first; ${left} that ${left === 1 ? 'was' : 'were'} less busy left out.`] : []),
    ...(idle > 0
      ? [`${used.length === 0 ? 'All' : 'Another'} ${idle} of ${links.length} carried nothing.`]
      : []),
  ];
  const note = notes.length === 0 ? '' : `<p class="facts">${notes.join(' ')}</p>`;
  return section(
    'links',
    'Links',
    (used.length === 0 ? '' : table(LINK_COLUMNS, used.slice(0, LINKS_MAX), 'Links')) + note,
  );
}

/** A workload, or all of them: its percentiles of latency are of the tasks of all replications. */
const pooled =
  (replications: number) =>
  ({ name, of }: Named<GroupMeasures>): Named<GroupMeasures> => ({
    name,
    of: { ...of, latency_s: pooledOver(of.latency_s, replications) },
  });

/** What intervals rest on: tasks that wait in one queue wait together. */
function effectiveFacts(effective: ResultDocument['effective_tasks']): string {
  const about = (value: number): string => formatCount(Number(value.toPrecision(2)));
  const parts = Object.entries(effective).flatMap(([name, { tasks, for_mean, for_p99 }]) =>
    for_mean === null || for_p99 === null
      ? []
      : [
          `${escapeHtml(name)}: ${formatCount(tasks)} tasks are worth about ${about(for_mean)} independent ones for the mean, ${about(for_p99)} for the p99`,
        ],
  );
  return parts.length === 0 ? '' : `<p class="facts">Effective sample size. ${parts.join('; ')}.</p>`;
}

export function tableSections({
  estimates,
  replications,
  effective_tasks: effective,
}: ResultDocument): string {
  const workloads = named<GroupMeasures>(estimates.workloads).map(pooled(replications.finished));
  const everything =
    workloads.length > 1 ? [pooled(replications.finished)({ name: 'all', of: estimates.total })] : [];
  const tenants = named<GroupMeasures>(estimates.tenants).toSorted(
    (a, b) => b.of.starvation.longest_wait_s.mean - a.of.starvation.longest_wait_s.mean,
  );
  const stages = named<StageMeasures>(estimates.stages);
  const pools = named<PoolMeasures>(estimates.pools);
  const serving = named<ServingMeasures>(estimates.serving);
  const services = named<ServiceMeasures>(estimates.services);
  const links = named<LinkMeasures>(estimates.links);
  const data = named<DataMeasures>(estimates.data);
  const limits = named<LimitMeasures>(estimates.limits);
  const fairness = `<p>Jain's fairness index over tenants (1 is equal for all): speed
${estimateHtml('ratio', estimates.fairness.jain_speed)}, share completed
${estimateHtml('ratio', estimates.fairness.jain_completed_share)}.</p>`;
  return [
    section(
      'workloads',
      'Workloads',
      table(groupColumns('Workload'), [...workloads, ...everything], 'Workloads') + effectiveFacts(effective),
    ),
    tenants.length > 1
      ? section(
          'tenants',
          'Tenants',
          `<p>Longest wait first.</p>${table(TENANT_COLUMNS, tenants, 'Tenants')}${fairness}`,
        )
      : '',
    stages.length > 0 ? section('stages', 'Stages', table(STAGE_COLUMNS, stages, 'Stages')) : '',
    limits.length > 0
      ? section('limits', 'Concurrency limits', table(LIMIT_COLUMNS, limits, 'Concurrency limits'))
      : '',
    pools.length > 0 ? section('pools', 'Pools', table(told(POOL_COLUMNS, pools), pools, 'Pools')) : '',
    serving.length > 0
      ? section(
          'serving',
          'LLM servers',
          table(told(SERVING_COLUMNS, serving), serving, 'LLM servers: requests') +
            table(told(BATCH_COLUMNS, serving), serving, 'LLM servers: batches and memory'),
        )
      : '',
    services.length > 0 ? section('services', 'Services', table(SERVICE_COLUMNS, services, 'Services')) : '',
    linkSection(links),
    data.length > 0 ? section('data', 'Data sets', table(DATA_COLUMNS, data, 'Data sets')) : '',
  ].join('\n');
}
