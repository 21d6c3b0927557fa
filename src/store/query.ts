/** SQL over stored results: one query, which changes nothing. */
import type { DuckDBConnection, DuckDBResultReader, Json } from '@duckdb/node-api';
import { columnTypeOf, type DuckDb, withDatabase } from './duckdb.js';
import { readResultFolder } from './result-folder.js';
import { openResults, type Results } from './results.js';
import { sqlError, tableNames } from './sql-error.js';
import { StoreError } from './store-error.js';
import { type Cell, type Column, type ColumnType, type Table, tableOfColumns } from './table.js';

export interface QueryAnswer extends Results {
  readonly table: Table;
}

/** What is there to ask, without asking. */
export async function describeResults(folders: readonly string[]): Promise<Results> {
  const found = await Promise.all(folders.map(readResultFolder));
  return withDatabase((connection, duckdb) => openResults(connection, duckdb, found));
}

/** Throws a `StoreError` that says what is wrong with the folders, or with the query and where. */
export async function queryResults(sql: string, folders: readonly string[]): Promise<QueryAnswer> {
  const found = await Promise.all(folders.map(readResultFolder));
  return withDatabase(async (connection, duckdb) => {
    const results = await openResults(connection, duckdb, found);
    if (isBlank(sql)) throw new StoreError(`there is no query; tables: ${tableNames(results.tables)}`);
    try {
      return { ...results, table: tableOfReader(await answer(connection, duckdb, sql), duckdb) };
    } catch (error) {
      throw error instanceof StoreError ? error : sqlError(error, sql, results.tables);
    }
  });
}

/** DuckDB has no words for it. */
const isBlank = (sql: string): boolean => sql.replaceAll(/--.*$|\/\*[\s\S]*?\*\/|[\s;]/gm, '') === '';

async function answer(
  connection: DuckDBConnection,
  { StatementType }: DuckDb,
  sql: string,
): Promise<DuckDBResultReader> {
  const statements = await connection.extractStatements(sql);
  for (let index = 0; ; index++) {
    const statement = await statements.prepare(index);
    const isLast = index === statements.count - 1;
    // A PIVOT comes as two: it first makes a type of the values that it finds.
    if (statement.statementType !== (isLast ? StatementType.SELECT : StatementType.CREATE))
      throw new StoreError(
        'expected one query: SELECT, FROM, WITH, PIVOT, DESCRIBE or SUMMARIZE; results are not changed',
      );
    if (isLast) return statement.runAndReadAll();
    await statement.run();
  }
}

/**
 * Whole numbers beyond 2^53 become the nearest float; what is not finite (1/0) is null, as JSON has it; dates, lists and
 * whatever else SQL knows become text.
 */
function tableOfReader(reader: DuckDBResultReader, duckdb: DuckDb): Table {
  // Without rows there are no arrays for the columns.
  const values = reader.getColumnsJson();
  const columns = reader
    .deduplicatedColumnNames()
    .map((name, index) =>
      columnOf(name, columnTypeOf(reader.columnTypeId(index), duckdb), values[index] ?? []),
    );
  return tableOfColumns('query', columns, reader.currentRowCount);
}

function columnOf(name: string, type: ColumnType, values: readonly Json[]): Column {
  switch (type) {
    case 'integer': {
      const numbers = values.map(finite);
      const isSafe = numbers.every((value) => value === null || Number.isSafeInteger(value));
      return { name, type: isSafe ? 'integer' : 'number', values: numbers };
    }
    case 'number':
      return { name, type, values: values.map(finite) };
    case 'boolean':
      return { name, type, values: values.map((value) => (value === null ? null : value === true)) };
    case 'text':
      return { name, type, values: values.map(textOf) };
  }
}

function finite(value: Json): Cell {
  const number = value === null ? Number.NaN : Number(value);
  return Number.isFinite(number) ? number : null;
}

const textOf = (value: Json): Cell =>
  value === null || typeof value === 'string' ? value : JSON.stringify(value);
