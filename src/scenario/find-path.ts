/**
 * Experiments name values by the end of their path: `gpu.nodes` for `pools.gpu.nodes`, `wip.limit` for
 * `policies.wip[1].limit`, `nodes` where one place fits. The numbers of a list's items may be left out.
 */
import { readPath } from './override.js';
import { type PathSegment, pathText, printable, quoted, ScenarioError } from './problem.js';
import { isSettable, type SettablePath, settablePaths } from './settable-paths.js';
import type { SourceDocument } from './source.js';
import { failAt, type Place, problemAt } from './source-place.js';
import { plainValue } from './source-tree.js';
import { nearest } from './suggest.js';

export interface FindPathOptions {
  /**
   * Whose policies hold (null: those of `policies`): those of other variants, and what the variant replaces, are then
   * not looked at. Without it all of them are.
   */
  readonly variant?: string | null | undefined;
}

/** More would not be read. */
const LISTED_MAX = 8;

/**
 * The full path of the value that the text means, as `--set` takes it. A full path comes back as it is, also where the
 * document does not write its key yet. What the document writes goes before what it could write, unless that could
 * be written in another place of the same kind: `nodes` is not that of the one pool that states it where another
 * pool has nodes too. Throws `ScenarioError` where nothing fits, or several places do.
 */
export function findPath(document: SourceDocument, text: string, { variant }: FindPathOptions = {}): string {
  const place: Place = { file: printable(text), line: null, column: null };
  const { path, end } = readPath(text, place);
  if (end < text.length || !path.some((segment) => typeof segment === 'string'))
    failAt(place, 'expected a path such as pools.gpu.nodes');
  if (isSettable(document, path)) return text;
  const places = settablePaths(document).filter((one) => holds(document, one.path, variant));
  const fits = narrowed(places.filter((one) => endsIn(one.path, path)));
  const [first] = fits;
  if (first === undefined)
    throw new ScenarioError([
      problemAt(place, `nothing in the scenario is called ${quoted(text)}`, suggestionFor(path, places)),
    ]);
  if (fits.length > 1)
    failAt(place, `${quoted(text)} fits several places: write ${choiceOf(fits.map((fit) => fit.path))}`);
  if (first.shortForm !== null) failAt(place, longFormNeeded(document, first.shortForm, first.path));
  return pathText(first.path);
}

/** Whether the place counts in a run with the variant. */
function holds(
  document: SourceDocument,
  [top, second]: readonly PathSegment[],
  variant: string | null | undefined,
): boolean {
  if (variant === undefined || second === undefined) return true;
  if (top === 'variants') return second === variant;
  return top !== 'policies' || variant === null || !document.has(['variants', variant, second]);
}

/** Whether the path ends in the segments, numbers of a list's items left out or not. */
function endsIn(path: readonly PathSegment[], end: readonly PathSegment[]): boolean {
  let at = path.length - 1;
  for (let i = end.length - 1; i >= 0; i--, at--) {
    const wanted = String(end[i]);
    while (i < end.length - 1 && typeof path[at] === 'number' && String(path[at]) !== wanted) at--;
    if (at < 0 || String(path[at]) !== wanted) return false;
  }
  return true;
}

function narrowed(fits: readonly SettablePath[]): readonly SettablePath[] {
  const written = fits.filter((fit) => fit.written);
  if (written.length === 0) return fits;
  const kinds = new Set(written.map(({ kind }) => kind));
  return fits.filter((fit) => fit.written || kinds.has(fit.kind));
}

function choiceOf(paths: readonly (readonly PathSegment[])[]): string {
  const shown = paths.slice(0, LISTED_MAX).map(pathText);
  const more = paths.length - shown.length;
  return more > 0 ? `${shown.join(', ')}, or another of ${paths.length}` : listed(shown);
}

const listed = (words: readonly string[]): string => `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;

/** A path whose end, of as many segments, is nearest to what was written. */
function suggestionFor(path: readonly PathSegment[], places: readonly SettablePath[]): string | undefined {
  const ends = new Map<string, string>();
  for (const one of places) {
    const named = one.path.filter((segment) => typeof segment === 'string');
    for (const length of [path.length, named.length]) {
      const end = pathText(named.slice(-length));
      if (!ends.has(end)) ends.set(end, pathText(one.path));
    }
  }
  const wanted = pathText(path);
  // A plural that was forgotten, before any word that is as near by chance.
  const near = [...ends.keys()].find((end) => end.startsWith(wanted)) ?? nearest(wanted, ends.keys());
  return near === undefined ? undefined : ends.get(near);
}

function longFormNeeded(
  document: SourceDocument,
  entry: readonly PathSegment[],
  path: readonly PathSegment[],
): string {
  const name = String(plainValue(document.node(entry)!));
  const key = String(path.at(-1));
  return `${pathText(entry)} is written as a name alone: write {policy: ${printable(name)}, ${key}: ...} there, and ${key} can be set`;
}
