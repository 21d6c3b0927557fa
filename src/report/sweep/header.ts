/** What was swept: scenario, design, and the factors with their values. */
import type { DesignKind, SweepDocument, SweptFactor } from '../../experiment/sweep/document.js';
import { formatCount } from '../format.js';
import { type Column, escapeHtml, table } from '../markup.js';
import { levelsText } from './factor-text.js';

const DESIGNS: Readonly<Record<DesignKind, string>> = {
  grid: 'grid of every combination',
  random: 'random points',
  'latin-hypercube': 'Latin hypercube',
  sobol: 'Sobol points',
};

const COLUMNS: readonly Column<SweptFactor>[] = [
  { title: 'Factor', text: true, cell: ({ name }) => escapeHtml(name) },
  { title: 'Path', text: true, cell: ({ path }) => `<code>${escapeHtml(path)}</code>` },
  {
    title: 'Kind',
    text: true,
    cell: ({ kind, scale }) => (kind === 'number' && scale === 'log' ? 'number, logarithmic' : kind),
  },
  { title: 'Values', text: true, cell: (factor) => escapeHtml(levelsText(factor)) },
];

export function headerSection(document: SweepDocument): string {
  const { scenario, seed, design, replications, factors } = document;
  const variant =
    scenario.variant === null ? '' : ` <span class="variant">${escapeHtml(scenario.variant)}</span>`;
  const finished = design.finished === design.planned ? '' : `${formatCount(design.finished)} of `;
  const duplicates =
    design.duplicates === 0 ? '' : ` (${design.requested} asked for, ${design.duplicates} equal to others)`;
  const facts = [
    `seed <b>${escapeHtml(seed)}</b>`,
    `<b>${DESIGNS[design.kind]}</b>`,
    `<b>${finished}${formatCount(design.planned)} points</b>${duplicates}`,
    `<b>${replications} ${replications === 1 ? 'replication' : 'replications'}</b> at each`,
    `scenario <code>${escapeHtml(scenario.hash.slice(0, 12))}</code>`,
  ];
  const interrupted = document.interrupted
    ? `<p class="notice">This sweep was interrupted: ${design.finished} of ${design.planned} points have all their replications.</p>`
    : '';
  return `<header>
<p class="brand">wipsim sweep</p>
<h1>${escapeHtml(scenario.name)}${variant}</h1>
${scenario.description === '' ? '' : `<p class="lead">${escapeHtml(scenario.description)}</p>`}
<p class="facts">${facts.join(' <span aria-hidden="true">·</span> ')}</p>
${interrupted}
</header>
<section id="factors"><h2>Factors</h2>
${table(COLUMNS, factors, 'Factors')}
</section>`;
}
