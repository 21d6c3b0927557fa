/** What the readers of file formats hand on, whatever the format. */

/** A cell as the file has it. CSV knows only texts; `undefined` is a key that a JSON object lacks. */
export type Cell = string | number | boolean | null | undefined | object;

/** A column that the trace's description names. */
export interface WantedColumn {
  readonly name: string;
  /** The key of the description that names it. */
  readonly path: readonly (string | number)[];
}

export interface RowSink {
  /** Cells in the order of the wanted columns; the array is used again for the next row. */
  row(cells: readonly Cell[], line: number): void;
  /** A line that is no row at all. */
  bad(line: number, reason: string): void;
}

/** A cell as text, spaces around it removed; a missing one is empty. */
export function cellText(cell: Cell): string {
  if (typeof cell === 'string') return cell.trim();
  return cell === undefined || cell === null
    ? ''
    : typeof cell === 'object'
      ? JSON.stringify(cell)
      : String(cell);
}
