/**
 * Which branch of a failed union the writer meant. Zod reports every branch; a reader wants the one that nearly
 * fitted, or, where the value is of a kind that no branch takes, one sentence with all the kinds there are.
 */
import type { z } from 'zod';
import { optionWords, typeWords } from './issue-wording.js';

type Issue = z.core.$ZodIssue;

/** Whether the value as a whole is of the wrong kind, so that nothing inside it was looked at. */
function isWrongKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  if (issue.code === 'invalid_type' || issue.code === 'invalid_value') return true;
  return issue.code === 'invalid_union' && issue.errors.length > 0 && issue.errors.every(isWrongKindBranch);
}

const isWrongKindBranch = (branch: readonly Issue[]): boolean => branch.some(isWrongKind);

/**
 * The branch that got furthest, or `undefined` where the value is of the wrong kind for all of them. Keys that are
 * missing, unknown or hold another literal at the top say most about the shape, so the branch with fewest of those
 * wins; then the one with fewest issues, then the one whose issues lie deepest.
 */
export function nearestBranch(
  branches: readonly (readonly Issue[])[],
  isMissing: (path: readonly PropertyKey[]) => boolean,
): readonly Issue[] | undefined {
  let best: { branch: readonly Issue[]; rank: readonly number[] } | undefined;
  for (const branch of branches) {
    if (isWrongKindBranch(branch)) continue;
    const rank = [
      sum(branch, (issue) => misfitsOf(issue, isMissing)),
      sum(branch, (issue) => (issue.code === 'unrecognized_keys' ? issue.keys.length : 1)),
      -Math.max(0, ...branch.map((issue) => issue.path.length)),
    ];
    if (best === undefined || isBefore(rank, best.rank)) best = { branch, rank };
  }
  return best?.branch;
}

/** The kinds of value that a union's branches (or any other issue) ask for, to follow "expected", and literals. */
export function wantedBy(issue: Issue): { kinds: string[]; literals: unknown[] } {
  switch (issue.code) {
    case 'invalid_type':
      return { kinds: [ownWords(issue) ?? typeWords(issue.expected)], literals: [] };
    case 'invalid_value':
      return { kinds: [], literals: [...issue.values] };
    case 'invalid_union': {
      const own = ownWords(issue);
      if (own !== undefined) return { kinds: [own], literals: [] };
      if (issue.discriminator !== undefined) return { kinds: [], literals: discriminatorsOf(issue) };
      const wanted = issue.errors
        .map((branch) => branch.find(isWrongKind))
        .map((root) => root && wantedBy(root));
      return {
        kinds: [...new Set(wanted.flatMap((one) => one?.kinds ?? []))],
        literals: [...new Set(wanted.flatMap((one) => one?.literals ?? []))],
      };
    }
    default:
      return { kinds: [], literals: [] };
  }
}

/** The values a discriminated union knows. */
const discriminatorsOf = (issue: z.core.$ZodIssueInvalidUnion): unknown[] =>
  'options' in issue ? [...(issue.options ?? [])] : [];

/** `one of a, b or a number or a map`; `undefined` where nothing is known. */
export function wantedWords({
  kinds,
  literals,
}: {
  kinds: string[];
  literals: unknown[];
}): string | undefined {
  const words = [...(literals.length === 0 ? [] : [optionWords(literals)]), ...kinds];
  return words.length === 0 ? undefined : words.join(' or ');
}

/** What a message that the schema itself carries asks for: `expected a duration, for example 8s`. */
function ownWords(issue: Issue): string | undefined {
  const { message } = issue;
  return message.startsWith('expected ') && !message.includes(', got ')
    ? message.slice('expected '.length)
    : undefined;
}

function misfitsOf(issue: Issue, isMissing: (path: readonly PropertyKey[]) => boolean): number {
  if (issue.code === 'unrecognized_keys') return issue.path.length === 0 ? issue.keys.length : 0;
  if (issue.path.length !== 1) return 0;
  const isOtherLiteral =
    (issue.code === 'invalid_value' && issue.values.length === 1) ||
    (issue.code === 'invalid_union' && issue.discriminator !== undefined);
  return isOtherLiteral || isMissing(issue.path) ? 1 : 0;
}

const sum = (issues: readonly Issue[], count: (issue: Issue) => number): number =>
  issues.reduce((total, issue) => total + count(issue), 0);

function isBefore(a: readonly number[], b: readonly number[]): boolean {
  for (const [i, value] of a.entries()) if (value !== b[i]) return value < b[i]!;
  return false;
}
