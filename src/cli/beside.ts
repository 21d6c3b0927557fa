/** Words beside a label, as a terminal has room for them. */
import { wrapped } from './summary-text.js';

/** Columns that a meaning needs beside the rest; with fewer it stands below. */
export const MEANING_MIN = 24;

/** Undefined where nobody looks at a screen: a line that goes to a file or a pipe is one that can be searched. */
export const terminalWidth = (): number | undefined =>
  process.stdout.isTTY === true ? process.stdout.columns || undefined : undefined;

/** The text after its label, on a terminal in as many lines as it takes, the others below the first. */
export function beside(label: string, text: string): string[] {
  const width = terminalWidth();
  if (width === undefined) return [label + text];
  return wrapped(text, Math.max(MEANING_MIN, width - label.length)).map(
    (line, index) => (index === 0 ? label : ' '.repeat(label.length)) + line,
  );
}
