/**
 * Writes a table as Parquet (https://parquet.apache.org) or CSV, by DuckDB's own writers. Equal tables give equal bytes as
 * long as DuckDB is of the same version, whose name is in every Parquet file.
 */
import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { insertTable, sqlName, sqlText, withDatabase } from './duckdb.js';
import { digestOf } from './result-folder.js';
import { StoreError } from './store-error.js';
import type { Table } from './table.js';

export type TableFormat = 'parquet' | 'csv';

export interface WriteOptions {
  readonly format: TableFormat;
  /** Text that goes into the file beside the table, by key; Parquet only. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Under another name first: an interrupted write leaves no file that looks whole. */
export async function writeTable(table: Table, path: string, options: WriteOptions): Promise<void> {
  const whole = resolve(path);
  const unfinished = `${whole}.part`;
  try {
    await withDatabase(async (connection, duckdb) => {
      await insertTable(connection, duckdb, table);
      await connection.run(
        `COPY ${sqlName(table.name)} TO ${sqlText(unfinished)} (${copyOptions(options).join(', ')})`,
      );
    });
    await rename(unfinished, whole);
  } catch (error) {
    await rm(unfinished, { force: true });
    if (error instanceof StoreError || !(error instanceof Error)) throw error;
    throw new StoreError(`cannot write ${path}: ${error.message}`, { cause: error });
  }
}

/** Key of the digest of the result.json that a table was written with. */
export const RESULT_MARK = 'wipsim_result_sha256';

/**
 * Writes tables into the folder of a result, as `NAME.parquet`. They carry the digest of its result.json, so that tables
 * left over from an earlier result in the same folder are not taken for this one's.
 */
export async function writeResultTables(
  tables: readonly Table[],
  folder: string,
  documentText: string,
): Promise<string[]> {
  const paths: string[] = [];
  for (const table of tables) {
    const path = join(folder, `${table.name}.parquet`);
    await writeTable(table, path, { format: 'parquet', metadata: { [RESULT_MARK]: digestOf(documentText) } });
    paths.push(path);
  }
  return paths;
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
