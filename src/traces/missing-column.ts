/** The error for a column that the description names and the file lacks. */
import { closest, distance } from 'fastest-levenshtein';
import type { WantedColumn } from './raw-row.js';
import { TraceError } from './trace-error.js';

const MAX_LISTED = 40;

export function missingColumn(
  file: string,
  wanted: WantedColumn,
  present: readonly string[],
  hint = '',
): TraceError {
  const listed = present.slice(0, MAX_LISTED).join(', ');
  const more = present.length > MAX_LISTED ? ` and ${present.length - MAX_LISTED} more` : '';
  return new TraceError(
    `${file} has no column '${wanted.name}'${suggestion(wanted.name, present)}; it has: ${listed}${more}${hint}`,
    wanted.path,
  );
}

/** The nearest name, upper and lower case alike, unless more than half of it would have to change. */
function suggestion(name: string, present: readonly string[]): string {
  if (present.length === 0) return '';
  const lowerCase = present.map((candidate) => candidate.toLowerCase());
  const nearest = closest(name.toLowerCase(), lowerCase);
  const changes = distance(name.toLowerCase(), nearest);
  return changes * 2 <= Math.max(name.length, nearest.length)
    ? ` (did you mean '${present[lowerCase.indexOf(nearest)]!}'?)`
    : '';
}
