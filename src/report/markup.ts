/** HTML in small pieces. Everything that comes from a scenario goes through `escapeHtml`. */
import type { Estimate } from '../experiment/document.js';
import { valuesNeeded } from '../experiment/tail.js';
import { type EstimateOptions, estimateText, formatCount, NO_VALUE, type Quantity } from './format.js';
import { ROUGH, ROUGH_NOTE, standingOf } from './tail.js';

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (character) => ENTITIES[character]!);

/** Data in a script element: valid JSON in which nothing can end the element. */
export const scriptJson = (data: unknown): string =>
  JSON.stringify(data)
    .replaceAll('<', '\\u003c')
    .replaceAll('\u2028', '\\u2028')
    .replaceAll('\u2029', '\\u2029');

/** Code in a script element: the two sequences that change how a parser reads on (HTML standard, 4.12.1.3). */
export const scriptCode = (code: string): string =>
  code
    .replace(/<\/(script)/gi, '<\\/$1')
    .replaceAll('<!--', '<\\!--')
    .replace(/^\/\/# sourceMappingURL=.*$/gm, '');

/** `12.3 [11.9, 12.7] s`, the interval in quieter type. */
export function estimateHtml(quantity: Quantity, estimate: Estimate, options?: EstimateOptions): string {
  const { prefix, mean, interval, suffix } = estimateText(quantity, estimate, options);
  const between = interval === '' ? '' : ` <span class="ci">${interval}</span>`;
  return `${prefix}${mean}${between}${suffix}`;
}

/** The same for a table's cell: the interval below its mean, which keeps columns narrow. */
export function estimateCell(quantity: Quantity, estimate: Estimate, options?: EstimateOptions): string {
  const { prefix, mean, interval, suffix } = estimateText(quantity, estimate, options);
  const between = interval === '' ? '' : ` <span class="ci below">${interval}</span>`;
  return `${prefix}${mean}${quantity === 'fraction' ? suffix.trim() : suffix}${between}`;
}

/** A percentile in a table's cell: none of no values, and marked where too few of a run are behind it. */
export function percentileCell(
  quantity: Quantity,
  estimate: Estimate,
  percentile: string,
  values: number,
): string {
  const standing = standingOf(percentile, values);
  if (standing === 'none') return NO_VALUE;
  return `${standing === 'rough' ? roughMark(percentile, values) : ''}${estimateCell(quantity, estimate)}`;
}

/** `≈`, with the numbers for the pointer. */
export const roughMark = (percentile: string, values: number): string =>
  `<abbr title="${escapeHtml(`${formatCount(values)} values; ${formatCount(valuesNeeded(percentile) ?? 0)} would be enough`)}">${ROUGH}</abbr>`;

/** What the mark means, below what has any. */
export const roughNote = (body: string): string =>
  body.includes(ROUGH) ? `<p class="facts">${escapeHtml(ROUGH_NOTE)}.</p>` : '';

export interface Column<Row> {
  readonly title: string;
  /** What the column means, for the pointer. */
  readonly hint?: string;
  readonly text?: boolean;
  /** HTML. */
  readonly cell: (row: Row) => string;
}

/** A table that scrolls sideways on its own when it is wider than the page. */
export function table<Row>(columns: readonly Column<Row>[], rows: readonly Row[], label: string): string {
  const head = columns
    .map(({ title, hint, text }) => {
      const hinted = hint === undefined ? '' : ` title="${escapeHtml(hint)}"`;
      return `<th scope="col"${text ? ' class="text"' : ''}${hinted}>${escapeHtml(title)}</th>`;
    })
    .join('');
  const body = rows
    .map((row) => {
      const cells = columns.map(({ text, cell }, index) =>
        index === 0
          ? `<th scope="row" class="text">${cell(row)}</th>`
          : `<td${text ? ' class="text"' : ''}>${cell(row)}</td>`,
      );
      return `<tr>${cells.join('')}</tr>`;
    })
    .join('\n');
  return `<div class="scroll" role="region" tabindex="0" aria-label="${escapeHtml(label)}">
<table><thead><tr>${head}</tr></thead><tbody>
${body}
</tbody></table></div>`;
}
