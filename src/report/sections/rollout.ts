/** The two policy sets of a rollout side by side; nothing without a rollout. */
import type { ResultDocument } from '../../experiment/document.js';
import { NO_VALUE } from '../format.js';
import { type Column, escapeHtml, estimateCell, roughNote, table } from '../markup.js';
import { type ArmRow, rolloutComparison } from '../rollout.js';
import { ROUGH } from '../tail.js';

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const cellOf = ({ quantity, rough, ...row }: ArmRow, arm: 'base' | 'canary'): string =>
  row[arm] === null ? NO_VALUE : `${rough[arm] ? ROUGH : ''}${estimateCell(quantity, row[arm])}`;

const COLUMNS: readonly Column<ArmRow>[] = [
  {
    title: 'Measure',
    text: true,
    cell: ({ label, hint }) =>
      escapeHtml(label) + (hint === undefined ? '' : ` <span class="hint">${escapeHtml(hint)}</span>`),
  },
  { title: 'Base', cell: (row) => cellOf(row, 'base') },
  { title: 'Canary', cell: (row) => cellOf(row, 'canary') },
  {
    title: 'Difference',
    hint: 'Canary less base, taken in each replication',
    cell: ({ differenceQuantity, difference }) =>
      difference === null ? '' : estimateCell(differenceQuantity, difference, { difference: true }),
  },
];

export function rolloutSection(document: ResultDocument): string {
  const comparison = rolloutComparison(document);
  if (comparison === null) return '';
  const { variant, outcome, rows, paired } = comparison;
  const tried = variant === null ? 'A variant' : `Variant <b>${escapeHtml(variant)}</b>`;
  const decided = outcome === null ? '' : ` ${escapeHtml(capital(outcome))}.`;
  const { finished } = document.replications;
  const missing =
    paired < finished ? ` Both sets had completed tasks in ${paired} of ${finished} replications.` : '';
  const compared = table(COLUMNS, rows, 'Rollout');
  return `<section id="rollout"><h2>Rollout</h2>
<p>${tried} was tried on the tasks of the canary, the others stayed under the base.${decided}</p>
${compared}
<p class="facts">An interval of the difference that does not contain 0 is more than chance.${missing} Once a rollout is
decided one of the sets gets nobody new, so the two are no longer of the same stretch of time; and each set has limits of
its own.</p>
${roughNote(compared)}</section>`;
}
