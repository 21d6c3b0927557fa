/** The tables of an experiment's document beside it: Parquet and CSV, for notebooks and spreadsheets. */
import { DuckDbMissingError, StoreError } from '../store/store-error.js';
import { CommandError } from './command-error.js';
import { ExitCode } from './exit-code.js';
import { printMessage } from './output.js';

/** Those that people load elsewhere; the others are for `wipsim query`. */
const AS_CSV = ['points', 'runs', 'estimates', 'candidates'];

/** Returns the paths of the files written: none where this platform has no DuckDB. */
export async function writeTables(folder: string, document: object, text: string): Promise<string[]> {
  const { tablesOf } = await import('../store/tables.js');
  const { writeResultTables } = await import('../store/parquet.js');
  try {
    return await writeResultTables(tablesOf(document, folder), folder, text, AS_CSV);
  } catch (error) {
    if (error instanceof DuckDbMissingError) {
      printMessage(`warning: no tables are written: ${error.message}`);
      return [];
    }
    if (error instanceof StoreError) throw new CommandError(error.message, ExitCode.internalError);
    throw error;
  }
}
