/** After the charts: warnings, checks, traces, and how to read the page. */
import type { ResultDocument } from '../../experiment/document.js';
import { formatCount, formatFraction } from '../format.js';
import { escapeHtml } from '../markup.js';

const list = (items: readonly string[]): string =>
  `<ul>${items.map((item) => `<li>${item}</li>`).join('')}</ul>`;

function traceText(trace: ResultDocument['traces'][number]): string {
  const bad = trace.bad_rows === 0 ? '' : `, ${formatCount(trace.bad_rows)} could not be read`;
  const examples = trace.bad_row_examples.map((example) => `<code>${escapeHtml(example)}</code>`).join(', ');
  return `${escapeHtml(trace.workload)} replays <code>${escapeHtml(trace.file)}</code>: ${formatCount(trace.rows)} rows${bad}${examples === '' ? '' : ` (${examples})`}`;
}

function littlesLaw(error: number): string {
  return error < 1e-9
    ? 'exactly, but for rounding'
    : `to ${error < 1e-4 ? 'better than 0.01%' : formatFraction(error)}`;
}

const READING = [
  '<b>12.3 <span class="ci">[11.9, 12.7]</span> s</b> is the mean over the replications and its 95% confidence interval (Student t). Two results whose intervals overlap may be the same. Without brackets it is the same in every replication, or there was one only: then treat it as an example.',
  '<b>≈</b> before a percentile says that fewer than 10 values lie beyond it, so that it is mostly chance: a p95 takes 200 values, a p99 1,000, a p99.9 10,000. For the latency of workloads those of all replications count, for everything else those of one.',
  '<b>p99 latency</b> of 12 s: 99 of 100 completed tasks took 12 s or less from arrival to completion. Tasks that were rejected or timed out are not in it; read it together with those shares.',
  '<b>Busy</b> GPU-time includes <b>wasted</b> GPU-time, which brought no task forward: work that was lost, and the saving, loading and recomputing of states. Busy and idle add up to 100%.',
  '<b>Charts over time</b> show the first replication from its start; the shaded part is the warm-up, which no table counts. Distributions pool all replications.',
  '<b>Uncertain</b> verdicts have the target inside the interval. More replications narrow it: four times as many halve it.',
];

export function closingSections(document: ResultDocument): string {
  const { warnings, checks, traces } = document;
  const warned =
    warnings.length === 0
      ? '<p>No warnings.</p>'
      : `<div class="notice">${list(warnings.map((warning) => escapeHtml(warning)))}</div>`;
  const checked = [
    'Every task that arrived is accounted for: completed, rejected, timed out, cancelled, dead-lettered or still in the system.',
    `Little's law (number in the system = arrival rate × time in the system) holds at every stage ${littlesLaw(checks.littles_law_max_error)}.`,
    ...traces.map(traceText),
  ];
  return `<section id="warnings"><h2>Warnings and checks</h2>
${warned}
${list(checked)}
</section>
<section id="reading"><h2>How to read this</h2>
${list(READING)}
</section>`;
}
