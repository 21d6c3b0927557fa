/**
 * `--set path=value`: one value of a scenario replaced from the command line. The path is `a.b.c`, a list's item is
 * `a[0]` or `a.0`, and a key with dots in it is quoted: `models."llama-3.1".tp` or `models["llama-3.1"].tp`. The
 * value is a YAML scalar or flow collection (`8`, `30/min`, `[a, b]`, `{limit: 8}`).
 */
import { keyText, type PathSegment, pathText, printable, quoted } from './problem.js';
import { SourceDocument } from './source.js';
import { failAt, type Place } from './source-place.js';
import { type MapNode, readTree, type SourceNode } from './source-tree.js';
import { DEPTH_MAX } from './yaml-syntax.js';

/** The document with the assignment made; the one given stays as it is. Throws `ScenarioError`. */
export function applyOverride(document: SourceDocument, assignment: string): SourceDocument {
  const place: Place = { file: `--set ${printable(assignment)}`, line: null, column: null };
  const { path, valueText } = splitAssignment(assignment, place);
  const leaf = readValue(valueText, place);
  const root = assigned(document.root, path, 0, leaf, place);
  return new SourceDocument(document.file, document.text, root);
}

const STEP =
  /\[(?<index>\d{1,9})\]|\["(?<bracketed>[^"]+)"\]|(?<dot>\.?)(?:"(?<quoted>[^"]+)"|(?<bare>[^.[\]"=\s]+))/y;

/** Path and value of `path=value`; throws `ScenarioError`. */
export function splitAssignment(
  assignment: string,
  place: Place,
): { path: PathSegment[]; valueText: string } {
  const { path, end: at } = readPath(assignment, place);
  if (path.length === 0 || at === assignment.length) failAt(place, 'expected path=value');
  if (path.length >= DEPTH_MAX) failAt(place, `nested deeper than ${DEPTH_MAX} levels`);
  const valueText = assignment.slice(at + 1).trim();
  if (valueText === '' || valueText.startsWith('#'))
    failAt(place, 'expected a value after "="; write null for none, or "" for empty text', path);
  return { path, valueText };
}

/** The path that a text begins with, up to its first `=` or its end. */
export function readPath(text: string, place: Place): { path: PathSegment[]; end: number } {
  const path: PathSegment[] = [];
  let at = 0;
  while (at < text.length && text[at] !== '=') {
    STEP.lastIndex = at;
    const step = STEP.exec(text)?.groups;
    const named = step?.quoted ?? step?.bare;
    const dotFits = named === undefined || (step?.dot === '.') === path.length > 0;
    if (step === undefined || !dotFits)
      failAt(place, `expected a path such as a.b[0].c before "=", cannot read ${quoted(text.slice(at))}`);
    path.push(step.index === undefined ? (step.bracketed ?? named!) : Number(step.index));
    at = STEP.lastIndex;
  }
  return { path, end: at };
}

function readValue(valueText: string, place: Place): SourceNode {
  const node = readTree(valueText, () => place);
  if (node.kind === 'scalar') return node;
  if (!/^[[{]/.test(valueText))
    failAt(place, 'expected one value, a [list] or a {map: ...}; text with ": " or "- " needs quotes');
  return node;
}

/** Copies the nodes along the path, because an aliased one may stand in other places too. */
function assigned(
  node: SourceNode | undefined,
  path: readonly PathSegment[],
  at: number,
  leaf: SourceNode,
  place: Place,
): SourceNode {
  const segment = path[at];
  if (segment === undefined) return leaf;
  const here = at === 0 ? 'the document' : keyText(pathText(path.slice(0, at)));
  const inside = (child: SourceNode | undefined) => assigned(child, path, at + 1, leaf, place);

  if (node?.kind === 'list') {
    const index = typeof segment === 'number' || /^\d{1,9}$/.test(segment) ? Number(segment) : undefined;
    if (index === undefined)
      failAt(place, `${here} is a list; expected an index, got ${quoted(String(segment))}`);
    const count = node.items.length;
    if (index >= count)
      failAt(
        place,
        `index ${index} is out of range: ${here} has ${count === 1 ? '1 item' : `${count} items`}`,
      );
    return { ...node, items: node.items.map((item, i) => (i === index ? inside(item) : item)) };
  }

  if (typeof segment === 'number') failAt(place, `${here} is not a list`);
  if (segment === '__proto__') failAt(place, 'the key `__proto__` is not allowed');
  // `wip:` with nothing after it reads as a map that is still empty.
  const isMissing = node === undefined || (node.kind === 'scalar' && node.value === null);
  const map: MapNode | undefined = isMissing
    ? { kind: 'map', place, entries: new Map() }
    : node.kind === 'map'
      ? node
      : undefined;
  if (map === undefined) failAt(place, `${here} is a single value, not a map`);
  const earlier = map.entries.get(segment);
  const isLast = at === path.length - 1;
  const keyPlace = isLast || earlier === undefined ? place : earlier.keyPlace;
  const entry = { keyPlace, node: inside(earlier?.node) };
  return { ...map, entries: new Map(map.entries).set(segment, entry) };
}
