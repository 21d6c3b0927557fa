/** Plain data as a document, so that a program's scenario goes through the same checks as a file's. */
import { type PathSegment, pathText, ScenarioError } from './problem.js';
import { SourceDocument } from './source.js';
import { failAt, type Place } from './source-place.js';
import type { SourceNode } from './source-tree.js';
import { DEPTH_MAX } from './yaml-syntax.js';

const PLACE: Place = { file: 'scenario', line: null, column: null };

/** Problems name paths, and no lines. Throws `ScenarioError` for what is not plain data. */
export function documentOf(value: object): SourceDocument {
  const root = nodeOf(value, []);
  if (root.kind !== 'map') throw new ScenarioError([{ message: 'expected an object', path: [], ...PLACE }]);
  return new SourceDocument(PLACE.file, '', root);
}

function nodeOf(value: unknown, path: PathSegment[]): SourceNode {
  if (path.length >= DEPTH_MAX) failAt(PLACE, `nested deeper than ${DEPTH_MAX} levels`, path.slice(0, 10));
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'scalar', place: PLACE, value };
  if (Array.isArray(value))
    return { kind: 'list', place: PLACE, items: value.map((item, index) => nodeOf(item, [...path, index])) };
  if (typeof value !== 'object')
    failAt(PLACE, `expected plain data at ${pathText(path)}, got a ${typeof value}`, path);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return {
    kind: 'map',
    place: PLACE,
    entries: new Map(
      entries.map(([key, inner]) => [key, { keyPlace: PLACE, node: nodeOf(inner, [...path, key]) }]),
    ),
  };
}
