import { closest, distance } from 'fastest-levenshtein';

/** The message for a name that is not in a registry: the nearest one, if near, and all of them. */
export function unknownName(what: string, given: string, names: readonly string[]): string {
  const nearest = closest(given, names);
  const hint =
    distance(given, nearest) <= Math.max(2, given.length / 3) ? `: did you mean "${nearest}"?` : '.';
  return `unknown ${what} "${given}"${hint} Known: ${names.join(', ')}`;
}
