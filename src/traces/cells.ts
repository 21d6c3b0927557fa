/** What a cell of a file says, as a number or compared with a value written in YAML. */
import { type Cell, cellText } from './raw-row.js';

/** NaN for what is no number, an empty cell included. */
export function toNumber(cell: Cell): number {
  if (typeof cell === 'number') return cell;
  return typeof cell === 'string' && cell.trim() !== '' ? Number(cell) : Number.NaN;
}

/**
 * YAML reads an unquoted `1` or `6214e9` as a number, so a number equals a cell that spells the same number; and
 * `true` equals `True`.
 */
export function equals(cell: Cell, value: string | number | boolean): boolean {
  if (typeof value === 'number') return toNumber(cell) === value;
  const text = cellText(cell);
  return typeof value === 'boolean' ? text.toLowerCase() === String(value) : text === value;
}
