/** Reads a recorded trace for replay. */
import { resolve } from 'node:path';
import type { TraceTable } from '../model/trace-table.js';
import type { TraceSpec } from '../scenario/trace-schema.js';
import { readCsvRows } from './csv-rows.js';
import { readJsonLinesRows } from './json-lines-rows.js';
import { TraceError } from './trace-error.js';
import { TraceRows } from './trace-rows.js';

/** What became of the rows of the file: `rows + badRows + filtered` is all of them. */
export interface TraceReport {
  /** Absolute path of the file. */
  readonly file: string;
  /** Rows in the table. */
  readonly rows: number;
  /** Rows that could not be used, left out. */
  readonly badRows: number;
  /** The first bad rows, each with its line number and the reason. */
  readonly examples: readonly string[];
  /** Rows left out by `where`, `from`, `to` or `limit`. */
  readonly filtered: number;
}

export interface TraceRead {
  readonly table: TraceTable;
  readonly report: TraceReport;
}

/**
 * Reads the file that `spec` names, relative to `baseDirectory` (the scenario's folder), as a stream. Bad rows are
 * counted and skipped; what makes the whole trace useless is a `TraceError` with the key of `spec` at fault.
 */
export async function readTrace(spec: TraceSpec, baseDirectory: string): Promise<TraceRead> {
  const file = resolve(baseDirectory, spec.file);
  const rows = new TraceRows(spec);
  const read = spec.format === 'csv' ? readCsvRows : readJsonLinesRows;
  await read(file, rows.wanted, rows);
  if (rows.kept === 0) throw nothingLeft(file, spec, rows);
  const table = rows.table();
  const { badRows, examples } = rows;
  const filtered = rows.filtered + rows.kept - table.rows;
  return { table, report: { file, rows: table.rows, badRows, examples, filtered } };
}

function nothingLeft(file: string, spec: TraceSpec, { badRows, filtered, examples }: TraceRows): TraceError {
  if (badRows + filtered === 0) return new TraceError(`${file} has no rows`, ['file']);
  if (filtered === 0)
    return new TraceError(
      `${file} has no good row: ${badRows} of ${badRows} are bad; ${examples.join('; ')}`,
      ['columns'],
    );
  const filters = (['where', 'from', 'to'] as const).filter((key) =>
    key === 'where' ? Object.keys(spec.where).length > 0 : spec[key] !== undefined,
  );
  const rest = badRows === 0 ? '' : `; the other ${badRows} are bad: ${examples.join('; ')}`;
  return new TraceError(
    `${file} has no row left: ${filters.map((key) => `'${key}'`).join(', ')} left out ${filtered} rows${rest}`,
    [filters[0]!],
  );
}
