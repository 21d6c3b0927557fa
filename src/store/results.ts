/**
 * Stored results as a database: a view per table of a folder, over its Parquet files or its result.json. Once it is
 * open it is closed to the outside: a query reaches no file but those Parquet files, and changes no setting.
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { columnTypeOf, type DuckDb, insertTable, sqlName, sqlText } from './duckdb.js';
import type { ParquetFile, ResultFolder } from './result-folder.js';
import { RESULT_MARK } from './result-mark.js';
import { StoreError } from './store-error.js';
import type { ColumnType } from './table.js';

export interface TableInfo {
  readonly name: string;
  readonly rowCount: number;
  readonly columns: readonly { readonly name: string; readonly type: ColumnType }[];
}

export interface Results {
  /** In the order of their names. */
  readonly tables: readonly TableInfo[];
  /** What was left out, in words. */
  readonly notes: readonly string[];
}

/** A table of one folder, as SQL that a view can read. */
interface Source {
  readonly name: string;
  readonly from: string;
}

/**
 * Of several folders every table begins with a column `folder`, and a column that one of them has not is null there.
 */
export async function openResults(
  connection: DuckDBConnection,
  duckdb: DuckDb,
  folders: readonly ResultFolder[],
): Promise<Results> {
  const notes: string[] = [];
  const parquet: ParquetFile[] = [];
  const views = new Map<string, { readonly name: string; readonly selects: string[] }>();
  for (const [index, folder] of folders.entries()) {
    const files = await filesOfThisResult(connection, folder, notes);
    parquet.push(...files);
    const label = folders.length === 1 ? '' : `${sqlText(folder.label)} AS folder, `;
    for (const { name, from } of await sourcesOf(connection, duckdb, folder, files, `folder_${index}`)) {
      const view = views.get(name.toLowerCase()) ?? { name, selects: [] };
      view.selects.push(`SELECT ${label}* FROM ${from}`);
      views.set(name.toLowerCase(), view);
    }
  }
  for (const { name, selects } of views.values()) await createView(connection, name, selects);
  await connection.run(`SET allowed_paths = [${parquet.map(({ path }) => sqlText(path)).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
  return { tables: await describeViews(connection, duckdb), notes };
}

async function createView(
  connection: DuckDBConnection,
  name: string,
  selects: readonly string[],
): Promise<void> {
  try {
    await connection.run(`CREATE VIEW ${sqlName(name)} AS ${selects.join(' UNION ALL BY NAME ')}`);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new StoreError(`the tables "${name}" of these folders do not go together: ${error.message}`, {
      cause: error,
    });
  }
}

/** Parquet files first; SQL does not tell upper from lower case in their names. */
async function sourcesOf(
  connection: DuckDBConnection,
  duckdb: DuckDb,
  folder: ResultFolder,
  files: readonly ParquetFile[],
  schema: string,
): Promise<Iterable<Source>> {
  const sources = new Map<string, Source>();
  for (const { name, path } of files)
    sources.set(name.toLowerCase(), { name, from: `read_parquet(${sqlText(path)})` });
  await connection.run(`CREATE SCHEMA ${schema}`);
  for (const table of folder.tables) {
    if (sources.has(table.name.toLowerCase())) continue;
    await insertTable(connection, duckdb, table, schema);
    sources.set(table.name.toLowerCase(), { name: table.name, from: `${schema}.${sqlName(table.name)}` });
  }
  return sources.values();
}

/** Without those that were written with another result.json than the one in the folder. */
async function filesOfThisResult(
  connection: DuckDBConnection,
  { parquet, digest }: ResultFolder,
  notes: string[],
): Promise<ParquetFile[]> {
  const own: ParquetFile[] = [];
  for (const file of parquet) {
    const mark = await resultMarkOf(connection, file.path);
    if (digest === null || mark === null || mark === digest) own.push(file);
    else
      notes.push(`${file.path} was written with another result.json than the one beside it and is left out`);
  }
  return own;
}

async function resultMarkOf(connection: DuckDBConnection, path: string): Promise<string | null> {
  try {
    const reader = await connection.runAndReadAll(
      `SELECT decode(value) FROM parquet_kv_metadata(${sqlText(path)}) WHERE key = ${sqlText(RESULT_MARK)}::BLOB`,
    );
    const [row] = reader.getRowsJson();
    return typeof row?.[0] === 'string' ? row[0] : null;
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new StoreError(`${path} cannot be read as Parquet: ${error.message}`, { cause: error });
  }
}

async function describeViews(connection: DuckDBConnection, duckdb: DuckDb): Promise<TableInfo[]> {
  const names = await connection.runAndReadAll(
    "SELECT view_name FROM duckdb_views() WHERE schema_name = 'main' AND NOT internal ORDER BY view_name",
  );
  const tables: TableInfo[] = [];
  for (const [name] of names.getRowsJson() as [string][]) {
    const rows = await connection.runAndReadAll(`SELECT count(*) FROM ${sqlName(name)}`);
    const none = await connection.runAndReadAll(`FROM ${sqlName(name)} LIMIT 0`);
    const columns = none.columnNames().map((column, index) => ({
      name: column,
      type: columnTypeOf(none.columnTypeId(index), duckdb),
    }));
    tables.push({ name, rowCount: Number(rows.getRowsJson()[0]![0]), columns });
  }
  return tables;
}
