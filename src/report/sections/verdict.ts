/** The answer first: which SLOs are kept, and the four numbers a planner asks for. */
import type { ResultDocument, SloOutcome } from '../../experiment/document.js';
import { valuesBehind } from '../../experiment/tail.js';
import { formatCount, formatEstimate, formatFraction } from '../format.js';
import { type Column, escapeHtml, estimateHtml, roughMark, roughNote, table } from '../markup.js';
import { describeMetric, formatTarget, quantityOf, verdictOf } from '../metric.js';
import { standingOf } from '../tail.js';

/** What was measured, marked where it is a percentile of too few values. */
function measured(
  { metric, estimate }: Pick<SloOutcome, 'metric' | 'estimate'>,
  { estimates, replications }: ResultDocument,
): string {
  const values = valuesBehind(estimates, metric, replications.finished);
  const percentile = metric.slice(metric.lastIndexOf('.') + 1);
  const isRough = values !== undefined && standingOf(percentile, values) === 'rough';
  return (isRough ? roughMark(percentile, values) : '') + estimateHtml(quantityOf(metric), estimate);
}

const columns = (document: ResultDocument): readonly Column<SloOutcome>[] => [
  { title: 'SLO', text: true, cell: (slo) => escapeHtml(slo.name) },
  { title: 'Measure', text: true, cell: (slo) => escapeHtml(describeMetric(slo.metric)) },
  { title: 'Target', cell: (slo) => formatTarget(slo) },
  { title: 'Measured', cell: (slo) => measured(slo, document) },
  {
    title: 'Verdict',
    text: true,
    hint: 'Uncertain: the 95% interval reaches across the target, or there is one replication only.',
    cell: (slo) =>
      `<span class="verdict ${slo.met ? 'met' : 'missed'}">${slo.met ? '✓' : '✗'} ${verdictOf(slo)}</span>`,
  },
];

function headline({ slos }: ResultDocument): string {
  const missed = slos.filter((slo) => !slo.met);
  const uncertain = slos.filter((slo) => !slo.certain);
  const turning = uncertain.length === 1 ? 'One verdict' : `${uncertain.length} verdicts`;
  const doubt = uncertain.length === 0 ? '' : ` ${turning} could turn with more replications.`;
  if (missed.length === 0)
    return `<p class="headline met">${slos.length === 1 ? 'The SLO is met.' : `All ${slos.length} SLOs are met.`}${doubt}</p>`;
  const names = missed.map((slo) => `<b>${escapeHtml(slo.name)}</b>`).join(', ');
  return `<p class="headline missed">${missed.length} of ${slos.length} SLOs missed: ${names}.${doubt}</p>`;
}

const tile = (label: string, value: string, note: string): string =>
  `<div class="tile"><dt>${escapeHtml(label)}</dt><dd>${value}</dd><dd class="note">${note}</dd></div>`;

function tiles(document: ResultDocument): string {
  const { total, pools, serving, cost } = document.estimates;
  const busiest = Object.entries(pools).toSorted(
    ([, a], [, b]) => b.utilisation.busy.mean - a.utilisation.busy.mean,
  )[0];
  const shown = [
    tile(
      'Completed tasks',
      formatCount(Math.round(total.completed.mean)),
      `of ${formatCount(Math.round(total.arrived.mean))} arrived; ${formatFraction(total.reject_fraction.mean)} rejected, ${formatFraction(total.timeout_fraction.mean)} timed out`,
    ),
    tile(
      'p99 latency',
      measured({ metric: 'total.latency_s.p99', estimate: total.latency_s.p99 }, document),
      `median ${formatEstimate('duration', total.latency_s.p50)}`,
    ),
  ];
  if (busiest !== undefined) {
    const [name, pool] = busiest;
    // A replica is busy with one request already: the batch says how much it has to do.
    const batch = serving[name] === undefined ? '' : `; batch ${formatCount(serving[name].mean_batch.mean)}`;
    shown.push(
      tile(
        Object.keys(pools).length === 1 ? 'GPUs busy' : 'Busiest pool',
        estimateHtml('fraction', pool.utilisation.busy),
        `${escapeHtml(name)}, ${formatCount(pool.gpus.mean)} GPUs; ${formatFraction(pool.utilisation.wasted.mean)} wasted${batch}`,
      ),
    );
  }
  if (cost.total_usd.mean > 0)
    shown.push(
      tile(
        'Cost',
        estimateHtml('usd-sum', cost.total_usd),
        `${formatEstimate('usd', cost.per_completed_task_usd)} per completed task; ${formatEstimate('usd-sum', cost.idle_usd)} idle`,
      ),
    );
  return `<dl class="tiles">${shown.join('')}</dl>`;
}

function sloTable(document: ResultDocument): string {
  const told = table(columns(document), document.slos, 'Service level objectives');
  return told + roughNote(told);
}

export function verdictSection(document: ResultDocument): string {
  const slos = document.slos.length === 0 ? '' : `${headline(document)}\n${sloTable(document)}`;
  return `<section id="verdict"><h2>${document.slos.length === 0 ? 'In short' : 'Verdict'}</h2>
${slos}
${tiles(document)}
</section>`;
}
