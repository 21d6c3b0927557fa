/** The points of a sweep: the best that meet the SLOs first, and all of them in a table. */
import type { SweepDocument, SweepPoint } from '../../experiment/sweep/document.js';
import { formatCount } from '../format.js';
import { type Column, escapeHtml, estimateCell, table } from '../markup.js';
import { describeMetric, quantityOf } from '../metric.js';
import { commandHtml, shellWord } from '../sections/notes.js';
import { pointText, valueText } from './factor-text.js';

const BEST_MAX = 10;
const POINTS_MAX = 100;
const COST = 'cost.total_usd';

const meetsAll = ({ slos }: SweepPoint): boolean => slos.every(({ met }) => met);
const isCertain = ({ slos }: SweepPoint): boolean => slos.every(({ certain }) => certain);

function sloText(point: SweepPoint): string {
  const missed = point.slos.filter(({ met }) => !met);
  if (missed.length === 0)
    return `<span class="verdict met">✓ met${isCertain(point) ? '' : ', uncertain'}</span>`;
  const names = missed.map(({ name }) => escapeHtml(name)).join(', ');
  const doubt = missed.some(({ certain }) => certain) ? '' : ', uncertain';
  return `<span class="verdict missed">✗ missed${doubt}</span><span class="hint">${names}</span>`;
}

function columns({ factors, metrics, points }: SweepDocument): Column<SweepPoint>[] {
  const hasSlos = points.some(({ slos }) => slos.length > 0);
  return [
    { title: 'Point', text: true, cell: ({ index }) => String(index) },
    ...factors.map((factor) => ({
      title: factor.name,
      text: true,
      cell: ({ values }: SweepPoint) => escapeHtml(valueText(factor, values[factor.name]!)),
    })),
    ...(hasSlos ? [{ title: 'SLOs', text: true, cell: sloText }] : []),
    ...metrics.map((metric) => ({
      title: describeMetric(metric),
      cell: ({ estimates }: SweepPoint) => estimateCell(quantityOf(metric), estimates[metric]!),
    })),
  ];
}

interface Ranking {
  readonly metric: string;
  readonly better: 'lower' | 'higher';
}

/** What points that all meet the SLOs are ranked by: the cost, or else the first metric that has a better side. */
function rankingOf({ metrics, better: ways }: SweepDocument, points: readonly SweepPoint[]): Ranking | null {
  for (const metric of metrics.toSorted((a, b) => Number(b === COST) - Number(a === COST))) {
    const means = points.map(({ estimates }) => estimates[metric]!.mean);
    if (means.every((mean) => mean === means[0])) continue;
    const better = ways[metric] ?? null;
    if (better !== null) return { metric, better };
  }
  return null;
}

function ranked(points: readonly SweepPoint[], ranking: Ranking | null): readonly SweepPoint[] {
  if (ranking === null) return points;
  const sign = ranking.better === 'higher' ? -1 : 1;
  const meanOf = ({ estimates }: SweepPoint): number => estimates[ranking.metric]!.mean;
  return points.toSorted((a, b) => sign * (meanOf(a) - meanOf(b)) || a.index - b.index);
}

export function bestSection(document: SweepDocument): string {
  const { points, factors } = document;
  if (points.every(({ slos }) => slos.length === 0))
    return `<section id="best"><h2>In short</h2>
<p>The scenario has no SLOs, so no point is called the best; the charts show what each factor does.</p>
</section>`;
  const meeting = points.filter(meetsAll);
  const all = formatCount(points.length);
  if (meeting.length === 0)
    return `<section id="best"><h2>Points that meet the SLOs</h2>
<p class="headline missed">None of the ${all} points meets all SLOs. ${sloCounts(points)}</p>
</section>`;
  const ranking = rankingOf(document, meeting);
  const sorted = ranked(meeting, ranking);
  const shown = sorted.slice(0, BEST_MAX);
  const certain = meeting.filter(isCertain).length;
  const best = sorted.find(isCertain) ?? sorted[0]!;
  const order = ranking === null ? 'In the order of the design' : `${sentenceStart(ranking)} first`;
  const first = shown.length < sorted.length ? `; ${shown.length} of ${sorted.length}` : '';
  return `<section id="best"><h2>Points that meet the SLOs</h2>
<p class="headline met">${formatCount(meeting.length)} of ${all} points ${meeting.length === 1 ? 'meets' : 'meet'} all SLOs, ${formatCount(certain)} of them with certainty.</p>
<p class="facts">${escapeHtml(order)}${first}. Where intervals overlap, the order may be chance.</p>
${table(columns(document), shown, 'Points that meet the SLOs')}
<p class="facts">The first${best === sorted[0] ? '' : ' that is certain'} (${escapeHtml(pointText(factors, best))}) as a run of its own:</p>
${commandHtml(commandOf(document, best))}
</section>`;
}

/** At how many points each SLO is met: which one is in the way. */
const sloCounts = (points: readonly SweepPoint[]): string =>
  points[0]!.slos
    .map(({ name }, place) => {
      const met = points.filter(({ slos }) => slos[place]?.met === true).length;
      return `<b>${escapeHtml(name)}</b> is met at ${formatCount(met)}.`;
    })
    .join(' ');

const sentenceStart = ({ metric, better }: Ranking): string =>
  metric === COST ? 'Cheapest' : `${better === 'lower' ? 'Lowest' : 'Highest'} ${describeMetric(metric)}`;

/** The run of one point; the scenario's file is not in the document. */
const commandOf = (
  { replications }: SweepDocument,
  { variant, set, seed }: SweepPoint,
): readonly string[] => [
  'wipsim run SCENARIO.yaml',
  ...(variant === null ? [] : [`--policy ${shellWord(variant)}`]),
  ...set.map((assignment) => `--set ${shellWord(assignment)}`),
  `--seed ${shellWord(seed)}`,
  `--replications ${replications}`,
];

export function pointSection(document: SweepDocument): string {
  const shown = document.points.slice(0, POINTS_MAX);
  const left = document.points.length - shown.length;
  const more =
    left > 0
      ? `<p class="facts">The first ${shown.length}; ${formatCount(left)} more are in the document.</p>`
      : '';
  return `<section id="points"><h2>Points</h2>
${more}
${table(columns(document), shown, 'Points')}
</section>`;
}
