/**
 * A user's mistake as data: what is wrong, where it stands, what was expected, what was probably meant. Everything
 * that reads a scenario reports through these, so that the command line, the editor and a program see the same.
 */

export type PathSegment = string | number;

export interface Problem {
  readonly message: string;
  /** Where in the document's value; `[]` is the whole document. */
  readonly path: PathSegment[];
  /** The file, or the command-line argument (`--set a.b=8`) that brought the value in. */
  readonly file: string;
  /** Counted from 1; `null` where the value does not come from a file. */
  readonly line: number | null;
  /** Counted from 1 in UTF-16 units, as editors do; `null` with `line`. */
  readonly column: number | null;
  readonly expected?: string;
  readonly suggestion?: string;
}

/** Thrown for every mistake in a scenario; carries all that were found, not the first alone. */
export class ScenarioError extends Error {
  readonly problems: Problem[];

  constructor(problems: Problem[]) {
    super(listed(problems, headline));
    this.name = 'ScenarioError';
    this.problems = problems;
  }
}

/** Nobody mends more than this at once, and a generated file can be wrong in every line. */
const LISTED_MAX = 100;
/** Wider source lines (one-line JSON) are shown as a window around the column. */
const SOURCE_WIDTH = 120;
/** Control characters, and format characters such as those that reverse the writing direction. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Cs}]/gu;

/** `policies.wip["llama-3.1"][0]`: the same notation that `--set` reads. */
export function pathText(path: readonly PathSegment[]): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else if (/^[^\s.[\]"'=`\p{Cc}\p{Cf}\p{Cs}]{1,80}$/u.test(segment))
      text += text === '' ? segment : `.${segment}`;
    else text += `[${quoted(segment)}]`;
  }
  return text;
}

/** Text shortened, with nothing in it that a terminal would act on. */
export function printable(text: string): string {
  return (text.length > 60 ? `${text.slice(0, 57)}...` : text).replaceAll(UNPRINTABLE, '\uFFFD');
}

/** Text in double quotes on one line. */
export function quoted(text: string): string {
  return printable(JSON.stringify(text.length > 50 ? `${text.slice(0, 47)}...` : text));
}

/** A key as messages show it. */
export const keyText = (key: string): string => `\`${printable(key)}\``;

/**
 * One paragraph per problem, compiler style: the place and the message, and below them, where `source` is given,
 * the line with a caret under the column and what was expected. No colours: the caller knows its terminal.
 */
export function formatProblems(problems: readonly Problem[], source?: string): string {
  const lines = source?.split(/\r?\n/) ?? [];
  return listed(problems, (problem) => {
    const paragraph = [headline(problem)];
    const line = problem.line === null ? undefined : lines[problem.line - 1];
    if (line !== undefined) paragraph.push(...pointed(line, problem.line!, problem.column!));
    if (problem.expected !== undefined && !problem.message.includes(problem.expected))
      paragraph.push(`  = expected ${problem.expected}`);
    return paragraph.join('\n');
  });
}

function headline(problem: Problem): string {
  const { file, line, column, path, message, suggestion } = problem;
  const place = line === null ? file : `${file}:${line}:${column}`;
  const subject = path.length === 0 ? '' : ` ${pathText(path)}:`;
  const hint = suggestion === undefined ? '' : ` (did you mean "${suggestion}"?)`;
  return `${place}:${subject} ${message}${hint}`;
}

function listed(problems: readonly Problem[], show: (problem: Problem) => string): string {
  const shown = problems.slice(0, LISTED_MAX).map(show);
  if (problems.length > LISTED_MAX) shown.push(`... and ${problems.length - LISTED_MAX} more problems`);
  return shown.join('\n');
}

function pointed(line: string, lineNumber: number, column: number): string[] {
  const from = line.length <= SOURCE_WIDTH ? 0 : Math.max(0, column - 1 - SOURCE_WIDTH / 2);
  const window = line.slice(from, from + SOURCE_WIDTH).replaceAll(/[^\P{Cc}\t]|\p{Cf}/gu, '\uFFFD');
  // Tabs stay tabs in the padding, so that the caret stands right whatever their width.
  const padding = window.slice(0, column - 1 - from).replaceAll(/[^\t]/g, ' ');
  const gutter = `  ${lineNumber} | `;
  return [`${gutter}${window}`, `${' '.repeat(gutter.length - 2)}| ${padding}^`];
}
