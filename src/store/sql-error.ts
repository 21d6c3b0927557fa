/** DuckDB's word on a query that it refuses, with its place, and what there is to ask for instead. */
import { nearest } from '../scenario/suggest.js';
import type { TableInfo } from './results.js';
import { StoreError } from './store-error.js';

const COLUMNS_MAX = 6;
/** What DuckDB calls the work before the query, and nothing about the query. */
const PREFIX = /^Failed to extract statements: /;
const PERMISSION = /^Permission Error: /;
const ONLY_READ = 'a query reads the tables of the results and nothing else';
const MISSING = /Referenced (?<what>column|table) "(?<name>[^"]+)" not found/;

export function sqlError(error: unknown, sql: string, tables: readonly TableInfo[]): StoreError {
  if (!(error instanceof Error)) throw error;
  const hints = [
    ...(PERMISSION.test(error.message) ? [ONLY_READ] : []),
    ...columnHint(error.message, sql, tables),
    `tables: ${tableNames(tables)}`,
  ];
  return new StoreError(`${error.message.replace(PREFIX, '')}\n\n${hints.join('\n')}`, { cause: error });
}

export const tableNames = (tables: readonly TableInfo[]): string => tables.map(({ name }) => name).join(', ');

function columnHint(message: string, sql: string, tables: readonly TableInfo[]): string[] {
  const missing = MISSING.exec(message)?.groups;
  if (missing === undefined) return [];
  const asked = missing.what === 'table' ? dotted(missing.name!, sql) : missing.name!;
  const columns = tables.flatMap(({ columns: own }) => own.map(({ name }) => name));
  const same = columns.find((column) => column.toLowerCase() === asked.toLowerCase());
  if (same !== undefined && missing.what === 'table')
    return [`a name with dots in it stands in double quotes: "${same}"`];
  const like = columnsLike(asked, columns);
  return like.length === 0 ? [] : [`columns like ${like.map((column) => `"${column}"`).join(', ')}`];
}

/** Names with dots as SQL reads them outside quotes. */
const DOTTED = /[\p{L}_][\p{L}\p{N}_-]*(?:\.[\p{L}\p{N}_-]+)+/gu;

/** `total.latency_s.p99`, where DuckDB has looked for a table `total`. */
const dotted = (first: string, sql: string): string =>
  sql.match(DOTTED)?.find((name) => name.toLowerCase().startsWith(`${first.toLowerCase()}.`)) ?? first;

/** The nearest, and those that have its last part among theirs: the shortest first. */
function columnsLike(asked: string, columns: readonly string[]): string[] {
  const near = nearest(asked, columns);
  const last = asked.split('.').at(-1)!.toLowerCase();
  const having = columns
    .filter((column) => column.toLowerCase().split('.').includes(last))
    .toSorted((a, b) => a.length - b.length);
  return [...new Set([...(near === undefined ? [] : [near]), ...having])].slice(0, COLUMNS_MAX);
}
