/** What the pools cost by price and by use, and what of it falls to each workload and tenant. */
import type { Estimate, Mapped, ResultDocument } from '../../experiment/document.js';
import type { GroupMeasures, PoolMeasures } from '../../metrics/measures.js';
import { type Column, escapeHtml, estimateCell, estimateHtml, table } from '../markup.js';

type Named<Measures> = readonly [name: string, measures: Mapped<Measures, Estimate>];

const usd = <Measures>(
  title: string,
  pick: (measures: Mapped<Measures, Estimate>) => Estimate,
  hint?: string,
): Column<Named<Measures>> => ({
  title,
  ...(hint === undefined ? {} : { hint }),
  cell: ([, measures]) => estimateCell(title.startsWith('per ') ? 'usd' : 'usd-sum', pick(measures)),
});

const nameColumn = <Measures>(title: string): Column<Named<Measures>> => ({
  title,
  text: true,
  cell: ([name]) => escapeHtml(name),
});

const isSpent = ({ mean }: Estimate): boolean => mean > 0;

/** Columns that say something in some row. */
const told = <Measures>(
  rows: readonly Named<Measures>[],
  columns: readonly (readonly [
    title: string,
    pick: (measures: Mapped<Measures, Estimate>) => Estimate,
    hint?: string,
  ])[],
): Column<Named<Measures>>[] =>
  columns
    .filter(([, pick]) => rows.some(([, measures]) => isSpent(pick(measures))))
    .map(([title, pick, hint]) => usd(title, pick, hint));

function groupTable(title: string, rows: readonly Named<GroupMeasures>[]): string {
  const columns = [
    nameColumn<GroupMeasures>(title),
    usd<GroupMeasures>('Cost', ({ cost }) => cost.usd, 'By its share of the GPU-time that was held'),
    ...told<GroupMeasures>(rows, [
      ['per completed task', ({ cost }) => cost.per_completed_task_usd],
      ['per million prompt tokens', ({ cost }) => cost.per_million_prompt_tokens_usd],
      ['per million output tokens', ({ cost }) => cost.per_million_output_tokens_usd],
      ['per million tokens', ({ cost }) => cost.per_million_tokens_usd],
      ['Penalties', ({ cost }) => cost.penalty_usd, 'For tasks that were late or not completed'],
    ]),
  ];
  return table(columns, rows, title);
}

function poolTable(rows: readonly Named<PoolMeasures>[]): string {
  const columns = [
    nameColumn<PoolMeasures>('Pool'),
    usd<PoolMeasures>('Cost', (pool) => pool.cost_usd),
    ...told<PoolMeasures>(rows, [
      ['reserved', (pool) => pool.reserved_cost_usd, 'Paid for all the time, used or not'],
      ['spot', (pool) => pool.spot_cost_usd],
      ['on demand', (pool) => pool.on_demand_cost_usd],
      ['of which idle', (pool) => pool.idle_cost_usd, 'Free GPUs, draining nodes, unused reservations'],
      ['wasted', (pool) => pool.wasted_cost_usd],
      ['down', (pool) => pool.down_cost_usd, 'Nodes out of service, though there'],
      ['starting', (pool) => pool.starting_cost_usd, 'Nodes on their way into service'],
    ]),
  ];
  return table(columns, rows, 'Cost of the pools');
}

/** Empty where nothing costs anything. */
export function costSection({ estimates }: ResultDocument): string {
  const { cost, pools, workloads, tenants, total } = estimates;
  if (!isSpent(cost.total_usd) && !isSpent(cost.penalty_usd)) return '';
  const spent: Named<PoolMeasures>[] = Object.entries(pools).filter(([, pool]) => isSpent(pool.cost_usd));
  const named = Object.entries(workloads);
  const byTenant = Object.entries(tenants).toSorted(([, a], [, b]) => b.cost.usd.mean - a.cost.usd.mean);
  const parts = [
    `<p>${estimateHtml('usd-sum', cost.total_usd)} over the measured window. What was idle is shared out in proportion to use.</p>`,
    spent.length > 0 ? poolTable(spent) : '',
    groupTable('Workload', [...named, ...(named.length > 1 ? [['all', total] as const] : [])]),
    byTenant.length > 1 ? groupTable('Tenant', byTenant) : '',
  ];
  return `<section id="cost"><h2>Cost</h2>\n${parts.filter((part) => part !== '').join('\n')}\n</section>`;
}
