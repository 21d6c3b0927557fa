/** `wipsim query SQL FOLDER...`: results as tables, asked in SQL. */
import { text as readText } from 'node:stream/consumers';
import { styleText } from 'node:util';
import { formatCount } from '../../report/format.js';
import { type TableFormat, writeTable } from '../../store/parquet.js';
import { describeResults, queryResults } from '../../store/query.js';
import type { Results } from '../../store/results.js';
import { DuckDbMissingError, StoreError } from '../../store/store-error.js';
import type { Table } from '../../store/table.js';
import { terminalWidth } from '../beside.js';
import { CommandError } from '../command-error.js';
import { ExitCode } from '../exit-code.js';
import { jsonText, print, printMessage, wantsColor } from '../output.js';
import { queryCsv, queryJson, queryText, ROWS_MAX, tablesText } from '../query-text.js';
import type { Paint } from '../summary-text.js';

export interface QueryOptions {
  readonly tables?: boolean;
  readonly json?: boolean;
  readonly csv?: boolean;
  readonly output?: string;
  readonly color: boolean;
}

export async function query(
  sql: string | undefined,
  folders: readonly string[],
  options: QueryOptions,
): Promise<ExitCode> {
  if (options.json === true && options.csv === true)
    throw new CommandError('give one of the two: --json or --csv');
  try {
    if (options.tables === true) await list(sql === undefined ? [] : [sql, ...folders], options);
    else await ask(sql, folders, options);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    throw new CommandError(
      error.message,
      error instanceof DuckDbMissingError ? ExitCode.internalError : ExitCode.usage,
    );
  }
  return ExitCode.fine;
}

/** Where a result is looked for without a folder. */
const HERE = ['.'];

async function ask(
  sql: string | undefined,
  folders: readonly string[],
  { json, csv, output, color }: QueryOptions,
): Promise<void> {
  if (sql === undefined)
    throw new CommandError(
      "give a query, for example wipsim query 'SELECT metric, mean FROM estimates' FOLDER; wipsim query --tables FOLDER lists what there is",
    );
  const format = output === undefined ? undefined : formatOf(output);
  const { table, notes } = await queryResults(
    sql === '-' ? await readText(process.stdin) : sql,
    orHere(folders),
  );
  tell(notes);
  if (output !== undefined && format !== undefined) {
    await writeTable(table, output, { format });
    printMessage(`wrote ${output} (${rowsOf(table)})`);
  } else if (json === true) print(jsonText(queryJson(table)));
  else if (csv === true) print(queryCsv(table));
  else {
    print(queryText(table, terminalWidth(), paintFor(color)));
    if (table.rowCount > ROWS_MAX)
      printMessage(
        `the first ${formatCount(ROWS_MAX)} of ${rowsOf(table)}; --csv, --json and --output have them all`,
      );
  }
}

async function list(folders: readonly string[], { json, csv, output, color }: QueryOptions): Promise<void> {
  if (csv === true || output !== undefined)
    throw new CommandError('--tables goes with --json, not with --csv or --output');
  const { tables, notes } = await describeResults(orHere(folders));
  tell(notes);
  print(json === true ? jsonText(tablesJson({ tables, notes })) : tablesText(tables, paintFor(color)));
}

const tablesJson = ({ tables }: Results): object => ({
  format: 'wipsim-tables',
  version: 1,
  tables: tables.map(({ name, rowCount, columns }) => ({ name, rows: rowCount, columns })),
});

const orHere = (folders: readonly string[]): readonly string[] => (folders.length === 0 ? HERE : folders);
const rowsOf = ({ rowCount }: Table): string => `${formatCount(rowCount)} ${rowCount === 1 ? 'row' : 'rows'}`;

function tell(notes: readonly string[]): void {
  for (const note of notes) printMessage(`note: ${note}`);
}

function formatOf(output: string): TableFormat {
  if (output.endsWith('.parquet')) return 'parquet';
  if (output.endsWith('.csv')) return 'csv';
  throw new CommandError(`--output ${output}: expected a file that ends in .parquet or .csv`);
}

function paintFor(color: boolean): Paint {
  return wantsColor(process.stdout, color)
    ? (style, text) => styleText(style, text, { validateStream: false })
    : (_, text) => text;
}
