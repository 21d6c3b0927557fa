/**
 * A factor: what a sweep varies, and through which values. It is a path into the scenario, as `--set` has it, or one of
 * two words: `policy` (which variant's policies hold; `base` stands for the scenario's own) and `seed`.
 */

import { readPath, splitAssignment } from '../../scenario/override.js';
import { type PathSegment, pathText, printable } from '../../scenario/problem.js';
import { failAt, type Place } from '../../scenario/source-place.js';
import type { SourceNode } from '../../scenario/source-tree.js';
import { type FactorValues, type Level, listValues, nameValues, readValues, ValuesError } from './levels.js';

export interface Factor extends FactorValues {
  readonly what: 'setting' | 'policy' | 'seed';
  /** In the notation of `--set`, spelled in one way; before it is resolved, the end of a path may stand for it. */
  readonly path: string;
  /** The key in a sweep's file. */
  readonly written: string;
  readonly name: string;
  /** Whether the name was given. */
  readonly isNamed: boolean;
}

/** The scenario's own policies among the values of `policy`. */
export const BASE_POLICY = 'base';

/** `path=values` from the command line. Throws `ScenarioError`. */
export const readFactor = (text: string): Factor =>
  readFactorAt(text, { file: `--vary ${printable(text)}`, line: null, column: null });

/** The same, with the place that mistakes name. */
export function readFactorAt(text: string, place: Place): Factor {
  const { path, valueText } = splitAssignment(text, place);
  return placed(place, [], () => factorOf(path, pathText(path), valueText, null));
}

/** A path with what a file says of its values: text in the form of the command line, one value, or a list. */
export function factorOfNode(
  pathWritten: string,
  keyPlace: Place,
  node: SourceNode,
  name: string | null,
): Factor {
  const { path } = splitAssignment(`${pathWritten}=0`, keyPlace);
  return placed(node.place, ['vary', pathWritten], () => {
    if (node.kind === 'list') return factorOf(path, pathWritten, node.items, name);
    if (node.kind === 'map' || node.value === null)
      throw new ValuesError('expected values such as 2..16, or a list of them');
    return factorOf(path, pathWritten, String(node.value), name);
  });
}

function factorOf(
  segments: readonly PathSegment[],
  key: string,
  written: string | readonly SourceNode[],
  name: string | null,
): Factor {
  const path = pathText(segments);
  const what: Factor['what'] =
    segments.length === 1 && (path === 'policy' || path === 'seed') ? path : 'setting';
  const values = typeof written === 'string' ? readValues(written) : listValues(written);
  const named = { what, path, written: key, name: name ?? shortName(segments), isNamed: name !== null };
  if (what === 'setting') return { ...named, ...values };
  // A seed is a name, however it looks: 4 is no closer to 5 than to 50.
  if (what === 'seed' && values.levels !== null)
    return { ...named, ...values, kind: 'category', range: null };
  // A variant may be called `8`: it is a name all the same.
  if (values.levels === null)
    throw new ValuesError(
      what === 'seed' ? 'expected seeds such as 1..5' : 'expected names of variants, or base',
    );
  return {
    ...named,
    ...nameValues(values.levels.map(({ value, text }) => (typeof value === 'string' ? value : text))),
  };
}

/** Turns a mistake in the values into one that says where they stand. */
function placed(place: Place, path: PathSegment[], read: () => Factor): Factor {
  try {
    return read();
  } catch (error) {
    if (error instanceof ValuesError) failAt(place, error.message, path);
    throw error;
  }
}

/** The end of the path from its last name on. */
function shortName(segments: readonly PathSegment[]): string {
  let from = segments.length - 1;
  while (from > 0 && typeof segments[from] === 'number') from--;
  return pathText(segments.slice(from));
}

/** The factor with its full path, of which it may have had the end. */
export function withPath(factor: Factor, path: string): Factor {
  const { path: segments } = readPath(path, { file: path, line: null, column: null });
  return { ...factor, path, name: factor.isNamed ? factor.name : shortName(segments) };
}

/** The same factors with names that tell them apart: longer ends of their paths where shorter ones are equal. */
export function withDistinctNames(factors: readonly Factor[]): Factor[] {
  const count = new Map<string, number>();
  for (const { name } of factors) count.set(name, (count.get(name) ?? 0) + 1);
  return factors.map((factor) =>
    factor.isNamed || count.get(factor.name) === 1 ? factor : { ...factor, name: factor.path },
  );
}

/** The setting of one factor as `--set` takes it; none for the words. */
export const assignmentsOf = ({ what, path }: Factor, { text }: Level): string[] =>
  what === 'setting' ? [`${path}=${text}`] : [];
