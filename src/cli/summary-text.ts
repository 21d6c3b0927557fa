/** Plain text in columns for a terminal: aligned, no wider than it, and nothing in it that could steer it. */
import { stripVTControlCharacters } from 'node:util';

export type Style = 'bold' | 'dim' | 'green' | 'red' | 'yellow';
export type Paint = (style: Style, text: string) => string;

const NAME_LENGTH_MAX = 32;
const NAME_LENGTH_MIN = 10;
const GAP = '  ';
/** The longest label of a labelled line, and a gap. */
const LABEL_LENGTH = 'Starvation  '.length;

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => string;
  /** More of the same, such as its interval, shown where there is room. */
  readonly wide?: (row: Row) => string;
  readonly left?: boolean;
  readonly style?: (row: Row) => Style | undefined;
  /** Left out when the table is too wide, the highest number first; without one it always stays. */
  readonly drop?: number;
}

// The control characters are the point here: C0, DEL and C1.
const isControl = (character: string): boolean => {
  const code = character.codePointAt(0)!;
  return code < 0x20 || (code >= 0x7f && code < 0xa0);
};

export const clean = (text: string): string =>
  [...stripVTControlCharacters(text)].map((character) => (isControl(character) ? ' ' : character)).join('');

function shorten(text: string, length: number): string {
  const characters = [...text];
  return characters.length <= length ? text : `${characters.slice(0, Math.max(1, length - 1)).join('')}…`;
}

export const name = (text: string): string => shorten(clean(text), NAME_LENGTH_MAX);
const lengthOf = (text: string): number => [...text].length;

function pad(text: string, length: number, left: boolean): string {
  const space = ' '.repeat(Math.max(0, length - lengthOf(text)));
  return left ? text + space : space + text;
}

/** Parts joined by dots into lines no longer than `length`, as far as no part alone is longer. */
export function joined(parts: readonly string[], length: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    const longer = last === undefined ? undefined : `${last} · ${part}`;
    if (longer !== undefined && lengthOf(longer) <= length) lines[lines.length - 1] = longer;
    else lines.push(part);
  }
  return lines;
}

/** Longer lines of prose are hard to read, however wide the terminal is. */
const PROSE_WIDTH_MAX = 100;

/** A sentence in lines no longer than `width`, as far as no word alone is longer. */
export function wrapped(text: string, width: number): string[] {
  const length = Math.min(width, PROSE_WIDTH_MAX);
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && lengthOf(last) + 1 + lengthOf(word) <= length)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** What is left for prose beside a label. */
export const besideLabel = (width: number): number => Math.min(width, PROSE_WIDTH_MAX) - LABEL_LENGTH;

/** The first line after its label, the others below it. */
export function labelledLines(title: string, lines: readonly string[], paint: Paint): string[] {
  const indent = ' '.repeat(LABEL_LENGTH);
  const label = paint('bold', title) + ' '.repeat(Math.max(1, LABEL_LENGTH - lengthOf(title)));
  return lines.map((line, index) => (index === 0 ? label : indent) + line);
}

/** `Title  part · part`, continued below the first part where the line would be too long. */
export const labelled = (title: string, parts: readonly string[], width: number, paint: Paint): string[] =>
  labelledLines(title, joined(parts, besideLabel(width)), paint);

/**
 * A header line and a line per row, no wider than `width` as far as fewer columns and shorter names can help. Room that
 * is left goes to the wide cells, the columns that matter most first, of equals the last.
 */
export function table<Row>(
  columns: readonly Column<Row>[],
  rows: readonly Row[],
  width: number,
  paint: Paint,
): string[] {
  const filled = columns.map((column) => {
    const cells = rows.map((row) => column.cell(row));
    return {
      column,
      title: column.title,
      cells,
      length: Math.max(lengthOf(column.title), ...cells.map(lengthOf)),
    };
  });
  const excess = (): number =>
    filled.reduce((sum, { length }) => sum + length + GAP.length, -GAP.length) - width;
  while (excess() > 0) {
    const order = Math.max(...filled.map(({ column }) => column.drop ?? 0));
    if (order === 0) break;
    filled.splice(
      filled.findIndex(({ column }) => column.drop === order),
      1,
    );
  }
  const [names] = filled;
  if (names !== undefined && excess() > 0) {
    names.length = Math.max(NAME_LENGTH_MIN, names.length - excess());
    names.cells = names.cells.map((cell) => shorten(cell, names.length));
    names.title = shorten(names.title, names.length);
  }
  const byWorth = filled.toReversed().toSorted((a, b) => (a.column.drop ?? 0) - (b.column.drop ?? 0));
  for (const one of byWorth) {
    const { wide } = one.column;
    if (wide === undefined) continue;
    const cells = rows.map(wide);
    const length = Math.max(lengthOf(one.title), ...cells.map(lengthOf));
    if (excess() + length - one.length <= 0) Object.assign(one, { cells, length });
  }
  const line = (texts: readonly string[]): string => texts.join(GAP).trimEnd();
  const header = line(filled.map(({ column, title, length }) => pad(title, length, column.left ?? false)));
  return [
    paint('bold', header),
    ...rows.map((row, index) =>
      line(
        filled.map(({ column, cells, length }) => {
          const style = column.style?.(row);
          const painted = style === undefined ? cells[index]! : paint(style, cells[index]!);
          return pad(cells[index]!, length, column.left ?? false).replace(cells[index]!, () => painted);
        }),
      ),
    ),
  ];
}
