/** What a planner asks about the answer: why not cheaper, what one node more buys, more load, growth, nodes down. */
import type {
  CheaperCandidate,
  ExtraNode,
  LoadHeld,
  NodesDown,
  PlanDocument,
  PlanSlo,
} from '../../experiment/plan/document.js';
import type { Chart } from '../charts/chart.js';
import { formatCount, formatFraction, formatValue } from '../format.js';
import { chartFigures } from '../frame.js';
import { type Column, escapeHtml, estimateCell, table } from '../markup.js';
import { describeMetric, formatTarget, quantityOf } from '../metric.js';
import { candidateText, statusHtml, usdPerHour } from './words.js';

const differenceCell = (metric: string, estimate: PlanSlo['estimate']): string => {
  const quantity = quantityOf(metric);
  return estimateCell(quantity === 'fraction' ? 'points' : quantity, estimate, { difference: true });
};

/** A column for each SLO, with its target below the name. */
const sloColumns = <Row>(slos: readonly PlanSlo[], of: (row: Row) => readonly PlanSlo[]): Column<Row>[] =>
  slos.map((slo) => ({
    title: `${slo.name} (${formatTarget(slo)})`,
    hint: describeMetric(slo.metric),
    cell: (row: Row) => {
      const own = of(row).find(({ name }) => name === slo.name);
      return own === undefined ? '–' : estimateCell(quantityOf(own.metric), own.estimate);
    },
  }));

export function cheaperSection(document: PlanDocument): string {
  const { cheaper, answer } = document;
  if (answer === null) return '';
  if (cheaper.length === 0)
    return '<section id="cheaper"><h2>Why not cheaper</h2>\n<p>Nothing cheaper was in the space that was searched.</p>\n</section>';
  const columns: Column<CheaperCandidate>[] = [
    {
      title: 'Candidate',
      text: true,
      cell: ({ candidate }) => escapeHtml(candidateText(document, candidate.nodes, candidate.setting)),
    },
    { title: 'Cost', cell: ({ candidate }) => usdPerHour(candidate.cost_usd_per_hour) },
    { title: 'SLOs', text: true, cell: ({ candidate }) => statusHtml(candidate.status) },
    {
      title: 'Fails',
      text: true,
      cell: ({ failing_slo }) => (failing_slo === null ? '–' : escapeHtml(failing_slo)),
    },
    {
      title: 'Missed by',
      hint: 'Mean beyond the target with its interval; negative: within it, but not shown to be',
      cell: ({ candidate, failing_slo, missed_by }) => {
        const slo = candidate.slos.find(({ name }) => name === failing_slo);
        return slo === undefined || missed_by === null ? '–' : differenceCell(slo.metric, missed_by);
      },
    },
    { title: 'Reason', text: true, cell: ({ reason }) => escapeHtml(reason) },
  ];
  return `<section id="cheaper"><h2>Why not cheaper</h2>
${table(columns, cheaper, 'Why cheaper candidates fail')}
</section>`;
}

export function extraNodeSection({ extra_nodes: extra, answer }: PlanDocument): string {
  if (extra.length === 0 || answer === null) return '';
  const columns: Column<ExtraNode>[] = [
    { title: 'One node more in', text: true, cell: ({ pool }) => escapeHtml(pool) },
    { title: 'Costs', cell: ({ cost_usd_per_hour: cost }) => usdPerHour(cost) },
    ...answer.slos.map((slo) => ({
      title: `Change of ${slo.name}`,
      hint: describeMetric(slo.metric),
      cell: ({ slos }: ExtraNode) => {
        const own = slos.find(({ name }) => name === slo.name);
        return own === undefined ? '–' : differenceCell(own.metric, own.change);
      },
    })),
    {
      title: 'Change of the p99 latency',
      cell: ({ p99_s }) => estimateCell('duration', p99_s, { difference: true }),
    },
  ];
  return `<section id="extra-nodes"><h2>What one node more buys</h2>
${table(columns, extra, 'What one node more buys')}
<p class="facts">Differences from the answer on the same random numbers, with 95% intervals. One that reaches across 0 may be chance.</p>
</section>`;
}

export function headRoomSection(document: PlanDocument, charts: readonly Chart[]): string {
  const { head_room, answer, load } = document;
  if (head_room === null || answer === null) return '';
  const { loads, largest_load_met: most, least_load_not_met: least, first_broken_slo: first } = head_room;
  const columns: Column<LoadHeld>[] = [
    {
      title: 'Load',
      text: true,
      cell: (held) => `+${formatFraction(Math.round((held.load / load - 1) * 1000) / 1000)}`,
    },
    { title: 'SLOs', text: true, cell: ({ status }) => statusHtml(status) },
    {
      title: 'Breaks',
      text: true,
      cell: ({ broken_slos: broken }) => (broken.length === 0 ? '–' : escapeHtml(broken.join(', '))),
    },
    ...sloColumns<LoadHeld>(answer.slos, ({ slos }) => slos),
  ];
  const edge =
    least === null
      ? `The plan holds at every load that was tried, up to <b>${percent(most)}</b> of the scenario's.`
      : `The plan holds up to <b>${percent(most)}</b> of the scenario's load; at ${percent(least)} ${
          first === null ? 'it does not' : `<b>${escapeHtml(first)}</b> breaks`
        }.`;
  return `<section id="head-room"><h2>Head-room</h2>
<p>${edge}</p>
${table(columns, loads, 'Head-room')}
${chartFigures(charts)}
</section>`;
}

const percent = (load: number): string => `${formatCount(Math.round(100 * load))}%`;

export function growthSection({ growth }: PlanDocument): string {
  if (growth === null) return '';
  const { rate_per_month: rate, months, pools, plan_fails_month: fails } = growth;
  const holds =
    fails === null
      ? `At ${formatFraction(rate)} more load every month the plan holds for all ${months} months that were asked for.`
      : `At ${formatFraction(rate)} more load every month the plan is outgrown in <b>month ${fails}</b> (load ${formatValue('ratio', (1 + rate) ** fails)} times today's).`;
  const columns: Column<(typeof pools)[number]>[] = [
    { title: 'Pool', text: true, cell: ({ pool }) => escapeHtml(pool) },
    {
      title: 'Runs out in month',
      hint: 'With all other pools as large as the search allows',
      cell: ({ runs_out_month: month }) => (month === null ? `not within ${months}` : `<b>${month}</b>`),
    },
    {
      title: 'Load by then',
      cell: ({ runs_out_month: month }) =>
        month === null ? '–' : `${formatValue('ratio', (1 + rate) ** month)} times`,
    },
  ];
  return `<section id="growth"><h2>Growth</h2>
<p>${holds} ${pools.length > 1 ? 'A pool runs out when it fails although all others are as large as they may be.' : ''}</p>
${pools.length === 0 ? '' : table(columns, pools, 'Growth')}
</section>`;
}

export function nodesDownSection({ nodes_down: down, answer }: PlanDocument): string {
  if (down === null || answer === null) return '';
  const columns: Column<NodesDown['pools'][number]>[] = [
    { title: 'Down in', text: true, cell: ({ pool }) => escapeHtml(pool) },
    { title: 'SLOs', text: true, cell: ({ status }) => statusHtml(status) },
    ...sloColumns<NodesDown['pools'][number]>(answer.slos, ({ slos }) => slos),
  ];
  return `<section id="nodes-down"><h2>With ${down.spares === 1 ? 'a node' : `${down.spares} nodes`} down</h2>
<p>The answer was chosen so that it holds with ${down.spares === 1 ? 'one node' : `${down.spares} nodes`} fewer in any one pool.</p>
${table(columns, down.pools, 'With nodes down')}
</section>`;
}
