/** Where a value of a scenario stands, and problems that point there. */
import { type PathSegment, type Problem, ScenarioError } from './problem.js';

/** A position, or the command-line argument that stands for one (`line` and `column` are then `null`). */
export interface Place {
  readonly file: string;
  readonly line: number | null;
  readonly column: number | null;
}

/** Turns an offset in the text into a place. */
export type Locator = (offset: number) => Place;

/** A locator for a file's text: lines and columns from 1. */
export function fileLocator(text: string, file: string): Locator {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = lineStarts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (lineStarts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { file, line: low + 1, column: Math.max(1, offset - lineStarts[low]! + 1) };
  };
}

/** A problem that no path leads to, because there is no readable value yet. */
export function problemAt(place: Place, message: string, suggestion?: string): Problem {
  return { message, path: [], ...place, ...(suggestion === undefined ? {} : { suggestion }) };
}

/** Throws the one problem. */
export function failAt(place: Place, message: string, path: PathSegment[] = []): never {
  throw new ScenarioError([{ ...problemAt(place, message), path }]);
}
