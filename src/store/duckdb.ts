/**
 * DuckDB (https://duckdb.org), in memory and loaded only when it is needed: its library is some 70 MB. One thread, so that
 * equal tables give equal bytes and equal queries equal rows; no extension is ever looked for or downloaded.
 */
import type { DuckDBConnection, DuckDBType, DuckDBTypeId } from '@duckdb/node-api';
import { DuckDbMissingError } from './store-error.js';
import type { Cell, ColumnType, Table } from './table.js';

export type DuckDb = typeof import('@duckdb/node-api');

/** Rows that go in at a time: the size of DuckDB's own vectors. */
const CHUNK_ROWS = 2048;

const SETTINGS = {
  threads: '1',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
  // Nothing is ever put on a disk beside the result that is asked for.
  temp_directory: '',
};

/** The bindings are built for each platform ahead of time and come as optional packages. */
async function loadDuckDb(): Promise<DuckDb> {
  try {
    return await import('@duckdb/node-api');
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new DuckDbMissingError(
      `DuckDB cannot be loaded on this machine (${process.platform}-${process.arch}): ${reason}\nThere are builds for Linux (glibc and musl), macOS and Windows on x64 and arm64; \`npm install\` takes the one that fits unless it is told to leave out optional packages. Everything else in wipsim works without it.`,
      { cause: error },
    );
  }
}

/** Opens a database in memory, and closes it when the work on it is done. */
export async function withDatabase<Result>(
  work: (connection: DuckDBConnection, duckdb: DuckDb) => Promise<Result>,
): Promise<Result> {
  const duckdb = await loadDuckDb();
  const instance = await duckdb.DuckDBInstance.create(':memory:', SETTINGS);
  const connection = await instance.connect();
  try {
    return await work(connection, duckdb);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export const sqlName = (name: string): string => `"${name.replaceAll('"', '""')}"`;
export const sqlText = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const SQL_TYPES: Readonly<Record<ColumnType, string>> = {
  text: 'VARCHAR',
  integer: 'BIGINT',
  number: 'DOUBLE',
  boolean: 'BOOLEAN',
};

/** What a column of DuckDB's can be in a plain table; dates, lists and the like are text there. */
export function columnTypeOf(id: DuckDBTypeId, { DuckDBTypeId: ids }: DuckDb): ColumnType {
  switch (id) {
    case ids.BOOLEAN:
      return 'boolean';
    case ids.TINYINT:
    case ids.SMALLINT:
    case ids.INTEGER:
    case ids.BIGINT:
    case ids.HUGEINT:
    case ids.UTINYINT:
    case ids.USMALLINT:
    case ids.UINTEGER:
    case ids.UBIGINT:
    case ids.UHUGEINT:
      return 'integer';
    case ids.FLOAT:
    case ids.DOUBLE:
    case ids.DECIMAL:
      return 'number';
    default:
      return 'text';
  }
}

/** Makes the table in the given schema, its rows in their order. */
export async function insertTable(
  connection: DuckDBConnection,
  duckdb: DuckDb,
  table: Table,
  schema = 'main',
): Promise<void> {
  const columns = table.columns.map(({ name, type }) => `${sqlName(name)} ${SQL_TYPES[type]}`);
  await connection.run(`CREATE TABLE ${sqlName(schema)}.${sqlName(table.name)} (${columns.join(', ')})`);
  const types: Readonly<Record<ColumnType, DuckDBType>> = {
    text: duckdb.VARCHAR,
    integer: duckdb.BIGINT,
    number: duckdb.DOUBLE,
    boolean: duckdb.BOOLEAN,
  };
  const appender = await connection.createAppender(table.name, schema);
  for (let from = 0; from < table.rowCount; from += CHUNK_ROWS) {
    const to = Math.min(table.rowCount, from + CHUNK_ROWS);
    const chunk = duckdb.DuckDBDataChunk.create(
      table.columns.map(({ type }) => types[type]),
      to - from,
    );
    for (const [index, { type, values }] of table.columns.entries())
      chunk.setColumnValues(
        index,
        type === 'integer' ? bigOf(values.slice(from, to)) : values.slice(from, to),
      );
    appender.appendDataChunk(chunk);
  }
  appender.closeSync();
}

const bigOf = (values: readonly Cell[]): (bigint | null)[] =>
  values.map((value) => (value === null ? null : BigInt(value)));
