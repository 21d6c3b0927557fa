/** Plain data as a document, so that a program's scenario goes through the same checks as a file's. */
import { type PathSegment, pathText, ScenarioError } from './problem.js';
import { SourceDocument } from './source.js';
import { failAt, type Place } from './source-place.js';
import type { SourceNode } from './source-tree.js';
import { DEPTH_MAX } from './yaml-syntax.js';

/**
 * Problems name paths, and no lines. Throws `ScenarioError` for what is not plain data.
 * @param name what problems call it
 */
export function documentOf(value: object, name = 'scenario'): SourceDocument {
  const place: Place = { file: name, line: null, column: null };
  const root = nodeOf(value, [], place);
  if (root.kind !== 'map') throw new ScenarioError([{ message: 'expected an object', path: [], ...place }]);
  return new SourceDocument(name, '', root);
}

function nodeOf(value: unknown, path: PathSegment[], place: Place): SourceNode {
  if (path.length >= DEPTH_MAX) failAt(place, `nested deeper than ${DEPTH_MAX} levels`, path.slice(0, 10));
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return { kind: 'scalar', place, value };
  if (Array.isArray(value))
    return { kind: 'list', place, items: value.map((item, index) => nodeOf(item, [...path, index], place)) };
  if (typeof value !== 'object')
    failAt(place, `expected plain data at ${pathText(path)}, got a ${typeof value}`, path);
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined);
  return {
    kind: 'map',
    place,
    entries: new Map(
      entries.map(([key, inner]) => [key, { keyPlace: place, node: nodeOf(inner, [...path, key], place) }]),
    ),
  };
}
