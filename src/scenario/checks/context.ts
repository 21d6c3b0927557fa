/** What every check works with: the parsed scenario, where it was written, and a list for what is found. */
import { optionWords } from '../issue-wording.js';
import { keyText, type PathSegment, type Problem } from '../problem.js';
import type { Scenario } from '../schema.js';
import type { SourceDocument } from '../source.js';
import { nearest } from '../suggest.js';
import type { LoadedTraces } from '../trace-uses.js';

interface Details {
  readonly key?: boolean;
  readonly expected?: string;
  readonly suggestion?: string;
}

export class CheckContext {
  readonly problems: Problem[] = [];

  constructor(
    readonly scenario: Scenario,
    readonly document: SourceDocument,
    /** The variant asked for. */
    readonly variant: string | null,
    /** Null before the traces are read. */
    readonly traces: LoadedTraces | null,
  ) {}

  problem(path: readonly PathSegment[], message: string, details: Details = {}): void {
    this.problems.push(this.document.problem(path, message, details));
  }

  /** Reports a name that is none of `names`; true where it is one. */
  knows(
    what: string,
    name: string,
    names: readonly string[],
    path: readonly PathSegment[],
    details: Details = {},
  ): boolean {
    if (names.includes(name)) return true;
    const suggestion = nearest(name, names);
    const none = names.length === 0 ? `; there are no ${what}s` : '';
    this.problem(path, `unknown ${what} ${keyText(name)}${none}`, {
      ...details,
      ...(names.length === 0 ? {} : { expected: optionWords(names) }),
      ...(suggestion === undefined ? {} : { suggestion }),
    });
    return false;
  }
}
