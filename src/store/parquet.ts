/**
 * Writes a table as Parquet (https://parquet.apache.org) or CSV, by DuckDB's own writers. Equal tables give equal bytes as
 * long as DuckDB is of the same version, whose name is in every Parquet file.
 */
import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type DuckDb, insertTable, sqlName, sqlText, withDatabase } from './duckdb.js';
import { digestOf, RESULT_MARK } from './result-mark.js';
import { StoreError } from './store-error.js';
import type { Table } from './table.js';

export type TableFormat = 'parquet' | 'csv';

export interface WriteOptions {
  readonly format: TableFormat;
  /** Text that goes into the file beside the table, by key; Parquet only. */
  readonly metadata?: Readonly<Record<string, string>>;
}

export const writeTable = (table: Table, path: string, options: WriteOptions): Promise<void> =>
  withDatabase((connection, duckdb) => write(connection, duckdb, table, path, options));

/**
 * Writes tables into the folder of a result, as `NAME.parquet`, and those of `asCsv` as `NAME.csv` too. They carry the digest of its result.json, so that tables
 * left over from an earlier result in the same folder are not taken for this one's.
 */
export async function writeResultTables(
  tables: readonly Table[],
  folder: string,
  documentText: string,
  asCsv: readonly string[] = [],
): Promise<string[]> {
  const metadata = { [RESULT_MARK]: digestOf(documentText) };
  const files = tables.flatMap((table) => {
    const formats: TableFormat[] = asCsv.includes(table.name) ? ['parquet', 'csv'] : ['parquet'];
    return formats.map((format) => ({ table, format, path: join(folder, `${table.name}.${format}`) }));
  });
  await withDatabase(async (connection, duckdb) => {
    for (const { table, format, path } of files)
      await write(connection, duckdb, table, path, format === 'csv' ? { format } : { format, metadata });
  });
  return files.map(({ path }) => path);
}

/** Under another name first: an interrupted write leaves no file that looks whole. */
async function write(
  connection: DuckDBConnection,
  duckdb: DuckDb,
  table: Table,
  path: string,
  options: WriteOptions,
): Promise<void> {
  const whole = resolve(path);
  const unfinished = `${whole}.part`;
  try {
    await insertTable(connection, duckdb, table);
    await connection.run(
      `COPY ${sqlName(table.name)} TO ${sqlText(unfinished)} (${copyOptions(options).join(', ')})`,
    );
    await connection.run(`DROP TABLE ${sqlName(table.name)}`);
    await rename(unfinished, whole);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof StoreError || !(error instanceof Error)) throw error;
    throw new StoreError(`cannot write ${path}: ${error.message}`, { cause: error });
  }
}

function copyOptions({ format, metadata }: WriteOptions): string[] {
  if (format === 'csv') return ['FORMAT csv', 'HEADER'];
  const pairs = Object.entries(metadata ?? {}).map(([key, value]) => `${sqlName(key)}: ${sqlText(value)}`);
  return [
    'FORMAT parquet',
    'COMPRESSION zstd',
    ...(pairs.length === 0 ? [] : [`KV_METADATA {${pairs.join(', ')}}`]),
  ];
}
