/**
 * Policies of the user's own: entries that name a file instead of a policy of the catalogue. The files are found
 * here and read elsewhere, because reading them is not pure; so this looks at the document before any schema does.
 */
import { POLICY_POINTS, type PolicyPoint } from '../policies/definition.js';
import type { UserPolicyDefinition } from '../policies/user-policy.js';
import type { PathSegment } from './problem.js';
import type { SourceDocument } from './source.js';
import type { SourceNode } from './source-tree.js';

/** By the name that the scenario's entries have. */
export type UserPolicies = ReadonlyMap<string, UserPolicyDefinition>;

export const NO_USER_POLICIES: UserPolicies = new Map();

/** Names of the catalogue have neither a slash at the beginning nor an ending. */
export const POLICY_FILE = /^\.{0,2}\/|\.(js|mjs|cjs|ts|mts|cts)$/;

export interface PolicyFileUse {
  /** As written. */
  readonly file: string;
  readonly point: PolicyPoint;
  /** Where the name stands. */
  readonly path: readonly PathSegment[];
}

/** Every use of a file, in the policies and in all variants, in the order of the points. */
export function policyFilesOf(document: SourceDocument): PolicyFileUse[] {
  const variants = document.node(['variants']);
  const sets: PathSegment[][] = [['policies']];
  if (variants?.kind === 'map') for (const name of variants.entries.keys()) sets.push(['variants', name]);
  return sets.flatMap((set) =>
    POLICY_POINTS.flatMap((point) => usesAt(document.node([...set, point]), point, [...set, point])),
  );
}

function usesAt(
  node: SourceNode | undefined,
  point: PolicyPoint,
  path: readonly PathSegment[],
): PolicyFileUse[] {
  if (node?.kind === 'list')
    return node.items.flatMap((item, index) =>
      // A list in the list is a mistake, which the schema tells.
      item.kind === 'list' ? [] : usesAt(item, point, [...path, index]),
    );
  if (node?.kind === 'map') return usesAt(node.entries.get('policy')?.node, point, [...path, 'policy']);
  const name = node?.value;
  return typeof name === 'string' && POLICY_FILE.test(name) ? [{ file: name, point, path }] : [];
}
