/** A table of a query as a person, a program or a spreadsheet reads it. */
import { formatCount, NO_VALUE } from '../report/format.js';
import type { TableInfo } from '../store/results.js';
import type { Cell, Column, Table } from '../store/table.js';
import { clean, type Paint, table as textTable } from './summary-text.js';

/** More lines than anybody reads; programs take them as CSV or JSON. */
export const ROWS_MAX = 10_000;
const DIGITS = 5;

/**
 * Aligned columns, numbers to the right. Where they do not fit into `width` they are written one below the other, row
 * by row; without a width they always stand side by side.
 */
export function queryText(table: Table, width: number | undefined, paint: Paint): string {
  const rows = Array.from({ length: Math.min(table.rowCount, ROWS_MAX) }, (_, row) => row);
  const columns = table.columns.map((column) => {
    const cells = cellsOf({ ...column, values: column.values.slice(0, ROWS_MAX) });
    return {
      title: clean(column.name),
      left: column.type !== 'number' && column.type !== 'integer',
      cell: (row: number) => cells[row]!,
    };
  });
  const lines = textTable(columns, rows, Number.POSITIVE_INFINITY, paint);
  const isTooWide =
    width !== undefined &&
    columns.length > 1 &&
    textTable(columns, rows, Number.POSITIVE_INFINITY, (_, text) => text).some((line) => line.length > width);
  if (!isTooWide) return lines.join('\n');
  const longest = Math.max(...columns.map(({ title }) => title.length));
  return rows
    .map((row) =>
      [
        paint('bold', `row ${row + 1}`),
        ...columns.map(({ title, cell }) => `  ${title.padEnd(longest)}  ${cell(row).trim()}`),
      ].join('\n'),
    )
    .join('\n\n');
}

function cellsOf({ type, values }: Column): string[] {
  if (type !== 'number') return values.map((value) => (value === null ? NO_VALUE : clean(String(value))));
  return pointsAligned(values.map((value) => (typeof value === 'number' ? digits(value) : NO_VALUE)));
}

/** Five significant digits, and never fewer than the whole part has. */
function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e15) return String(value);
  return size >= 10 ** DIGITS ? value.toFixed(0) : String(Number(value.toPrecision(DIGITS)));
}

/** With the decimal points below each other. */
function pointsAligned(texts: readonly string[]): string[] {
  const fractionOf = (text: string): number => (text.includes('.') ? text.length - text.indexOf('.') : 0);
  const longest = Math.max(0, ...texts.map(fractionOf));
  return texts.map((text) => text + ' '.repeat(longest - fractionOf(text)));
}

/** Each table with its columns, one on a line. */
export const tablesText = (tables: readonly TableInfo[], paint: Paint): string =>
  tables
    .map(({ name, rowCount, columns }) => {
      const longest = Math.max(...columns.map((column) => clean(column.name).length));
      return [
        `${paint('bold', clean(name))}  ${formatCount(rowCount)} ${rowCount === 1 ? 'row' : 'rows'}`,
        ...columns.map((column) => `  ${clean(column.name).padEnd(longest)}  ${column.type}`),
      ].join('\n');
    })
    .join('\n\n');

/** RFC 4180, every digit of every number; what is missing is empty, an empty text is `""`. */
export function queryCsv({ columns, rowCount }: Table): string {
  const lines = [columns.map(({ name }) => csvText(name)).join(',')];
  for (let row = 0; row < rowCount; row++)
    lines.push(columns.map(({ values }) => csvCell(values[row]!)).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

const csvCell = (value: Cell): string =>
  value === null ? '' : typeof value === 'string' ? csvText(value) : String(value);
const csvText = (text: string): string =>
  text === '' || /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;

/** Columns with their types, and each row as an object. */
export const queryJson = ({ columns, rowCount }: Table): object => ({
  format: 'wipsim-query',
  version: 1,
  columns: columns.map(({ name, type }) => ({ name, type })),
  rows: Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map(({ name, values }) => [name, values[row]])),
  ),
});
