/** A document checked against a zod schema, with every issue told as a problem at its line and column. */
import type { z } from 'zod';
import { knownKeysOf, optionWords, unknownKeyWords, valueWords, wordIssue } from './issue-wording.js';
import { keyText, type PathSegment, type Problem, ScenarioError } from './problem.js';
import type { SourceDocument } from './source.js';
import { plainValue } from './source-tree.js';
import { nearest } from './suggest.js';
import { nearestBranch, wantedBy, wantedWords } from './union-branch.js';

type Issue = z.core.$ZodIssue;

/** The parsed value; throws `ScenarioError` with all that is wrong, in the order of the file. */
export function checkSchema<T>(schema: z.ZodType<T>, document: SourceDocument): T {
  const result = schema.safeParse(document.value, { error: wordIssue });
  if (result.success) return result.data;
  const problems = result.error.issues.flatMap((issue) => problemsOf(issue, [], document));
  throw new ScenarioError(inFileOrder(problems));
}

/** `base` is the path of the union or record whose issue this one lies in; zod's inner paths are relative to it. */
function problemsOf(issue: Issue, base: readonly PathSegment[], document: SourceDocument): Problem[] {
  const path = [...base, ...issue.path.map(segmentOf)];
  if (issue.code !== 'custom' && isMissingKey(path, document)) return [missingKey(issue, path, document)];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, knownKeysOf(issue), path, document));
    case 'invalid_key':
      return [invalidKey(issue, path, document)];
    case 'invalid_union':
      return unionProblems(issue, path, document);
    case 'invalid_value':
      return [wrongOption(issue.message, issue.values, path, document)];
    default:
      return [document.problem(path, withGot(issue.message, path, document), expectedOf(issue))];
  }
}

function unionProblems(
  issue: z.core.$ZodIssueInvalidUnion,
  path: readonly PathSegment[],
  document: SourceDocument,
): Problem[] {
  // A message of the union's own is meant for values of the wrong kind, as in "expected a duration".
  if (issue.message !== '') return [document.problem(path, withGot(issue.message, path, document))];
  const isMissing = (inner: readonly PropertyKey[]) =>
    isMissingKey([...path, ...inner.map(segmentOf)], document);
  const branch = nearestBranch(issue.errors, isMissing);
  if (branch !== undefined) return branch.flatMap((inner) => problemsOf(inner, path, document));
  const wanted = wantedBy(issue);
  const words = wantedWords(wanted);
  if (words === undefined)
    return [document.problem(path, `${valueWords(valueAt(path, document))} is not valid here`)];
  const message = `expected ${words}, got ${valueWords(valueAt(path, document))}`;
  return [wrongOption(message, wanted.literals, path, document, words)];
}

function missingKey(issue: Issue, path: readonly PathSegment[], document: SourceDocument): Problem {
  const parent = path.slice(0, -1);
  return document.problem(parent, `missing key ${keyText(String(path.at(-1)))}`, {
    key: true,
    ...expectedOf(issue),
  });
}

function unknownKey(
  key: string,
  known: readonly string[],
  path: readonly PathSegment[],
  document: SourceDocument,
): Problem {
  const node = document.node(path);
  const present = node?.kind === 'map' ? node.entries : undefined;
  // A key that is there already is not what this one was meant to be.
  const suggestion = nearest(
    key,
    known.filter((option) => !present?.has(option)),
  );
  return document.problem([...path, key], unknownKeyWords(key), {
    key: true,
    ...(known.length === 0 ? {} : { expected: optionWords(known) }),
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

function invalidKey(
  issue: z.core.$ZodIssueInvalidKey,
  path: readonly PathSegment[],
  document: SourceDocument,
): Problem {
  const key = String(path.at(-1));
  const inner = issue.issues[0];
  if (inner?.code === 'invalid_value')
    return unknownKey(key, inner.values.map(String), path.slice(0, -1), document);
  const why = inner === undefined || inner.message === '' ? 'is not valid here' : inner.message;
  return document.problem(path, `key ${keyText(key)}: ${why}`, { key: true });
}

function wrongOption(
  message: string,
  options: readonly unknown[],
  path: readonly PathSegment[],
  document: SourceDocument,
  expected = options.length === 0 ? undefined : optionWords(options),
): Problem {
  const got = valueAt(path, document);
  const suggestion = typeof got === 'string' ? nearest(got, options.map(String)) : undefined;
  return document.problem(path, withGot(message, path, document), {
    ...(expected === undefined ? {} : { expected }),
    ...(suggestion === undefined ? {} : { suggestion }),
  });
}

function expectedOf(issue: Issue): { expected?: string } {
  const expected = wantedWords(wantedBy(issue));
  return expected === undefined ? {} : { expected };
}

/** Schemas' own messages say what they expect and do not see what they got. */
function withGot(message: string, path: readonly PathSegment[], document: SourceDocument): string {
  if (!message.startsWith('expected ') || message.includes(', got ') || !document.has(path)) return message;
  return `${message}, got ${valueWords(valueAt(path, document))}`;
}

function valueAt(path: readonly PathSegment[], document: SourceDocument): unknown {
  const node = document.node(path);
  return node === undefined ? undefined : plainValue(node);
}

function isMissingKey(path: readonly PathSegment[], document: SourceDocument): boolean {
  return path.length > 0 && !document.has(path) && document.node(path.slice(0, -1))?.kind === 'map';
}

const segmentOf = (segment: PropertyKey): PathSegment =>
  typeof segment === 'number' ? segment : String(segment);

/** By position; what an alias repeats in several places is told once. */
function inFileOrder(problems: readonly Problem[]): Problem[] {
  const told = new Set<string>();
  const line = (problem: Problem) => problem.line ?? Number.MAX_SAFE_INTEGER;
  const column = (problem: Problem) => problem.column ?? 0;
  return problems
    .filter((problem) => {
      const { file, message } = problem;
      const what = JSON.stringify([
        file,
        problem.line,
        problem.column,
        message,
        problem.line === null && problem.path,
      ]);
      return !told.has(what) && told.add(what);
    })
    .sort((a, b) => line(a) - line(b) || column(a) - column(b));
}
