/** The verdict in words: who is best in what, and what each setup changes against the baseline. */
import type {
  ComparedMetric,
  ComparisonDocument,
  SetupDifference,
} from '../../experiment/compare/document.js';
import { escapeHtml } from '../markup.js';
import { describeMetric } from '../metric.js';
import { differenceHtml, timesText } from './difference-text.js';
import { againstBaseline, findingOf, othersOf } from './finding.js';

export function findingsSection(document: ComparisonDocument): string {
  const cards = othersOf(document).map((setup) => card(document, setup));
  return `<section id="verdict"><h2>Verdict</h2>
${headlines(document)}
<div class="cards">${cards.join('\n')}</div>
${savings(document)}
</section>`;
}

const named = (metrics: readonly ComparedMetric[]): string =>
  metrics.map(({ metric }) => escapeHtml(describeMetric(metric))).join('; ');

function headlines({ metrics, setups }: ComparisonDocument): string {
  const judged = metrics.filter(({ better }) => better !== null);
  const winners = setups.flatMap(({ name }) => {
    const won = judged.filter(({ winner }) => winner === name);
    return won.length === 0
      ? []
      : [`<b>★ ${escapeHtml(name)}</b> is best in ${won.length} of ${judged.length}: ${named(won)}.`];
  });
  const open = judged.filter(({ winner }) => winner === null);
  if (open.length === judged.length)
    return '<p class="headline plain">None is best beyond chance in any metric.</p>';
  const rest = open.length === 0 ? [] : [`None is best beyond chance in ${open.length}: ${named(open)}.`];
  return `<p class="headline plain">${[...winners, ...rest].join('<br>')}</p>`;
}

/** One setup against the baseline: what got better and worse in the document's own words, the rest by name. */
function card(document: ComparisonDocument, setup: string): string {
  const found = document.metrics.flatMap((metric) => {
    const difference = againstBaseline(document, metric, setup);
    return difference === undefined
      ? []
      : [{ metric, verdict: verdictHtml(metric, difference), ...findingOf(metric, difference) }];
  });
  const told = (kind: 'better' | 'worse' | 'different', mark: string): string[] =>
    found
      .filter((one) => one.kind === kind)
      .map(({ verdict }) => `<li><span class="${kind}">${mark} ${kind}:</span> ${verdict}</li>`);
  const quiet = [...new Set(found.filter(({ kind }) => kind === 'none').map(({ words }) => words))].map(
    (words) => {
      const metrics = found.filter((one) => one.words === words).map(({ metric }) => metric);
      return `<li>${words[0]!.toUpperCase()}${words.slice(1)}: ${named(metrics)}</li>`;
    },
  );
  const lines = [...told('better', '✓'), ...told('worse', '✗'), ...told('different', '◆'), ...quiet];
  return `<div class="card"><h3>${escapeHtml(setup)} against ${escapeHtml(document.baseline)}</h3><ul>${lines.join('')}</ul></div>`;
}

/** The document's own sentence has no unit where there is no share of the baseline. */
const verdictHtml = ({ metric }: ComparedMetric, difference: SetupDifference): string =>
  difference.relative === null
    ? `${escapeHtml(`${difference.setup}'s ${describeMetric(metric)}`)} changes by ${differenceHtml(metric, difference)}`
    : escapeHtml(difference.verdict);

/** Replications that independent random numbers would have needed for intervals as narrow. */
function savings({ metrics }: ComparisonDocument): string {
  const factors = metrics
    .flatMap(({ differences }) => differences.map(({ variance_reduction: factor }) => factor))
    .filter((factor) => factor !== null)
    .toSorted((a, b) => a - b);
  if (factors.length === 0) return '';
  const middle = factors[Math.floor((factors.length - 1) / 2)]!;
  const range =
    factors.length === 1
      ? ''
      : `, from ${timesText(factors[0]!)} to ${timesText(factors.at(-1)!)} by difference`;
  return `<p id="savings">Common random numbers: on independent ones, intervals as narrow would have taken <b>${timesText(middle)}</b> as many replications (median${range}).</p>`;
}
