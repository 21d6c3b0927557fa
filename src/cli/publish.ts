/** What a command does with its document: JSON or a summary on standard output, files in the folder of `--out`. */
import { extname } from 'node:path';
import { jsonText, print, printMessage, wantsColor } from './output.js';
import { writeDocument } from './output-folder.js';

export interface PublishOptions {
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color: boolean;
}

/** How a summary is written. */
export interface SummaryStyle {
  readonly color: boolean;
  /** Columns of the terminal. */
  readonly width: number;
}

export interface Renderings {
  readonly summary: (style: SummaryStyle) => string;
  /** The self-contained HTML page. */
  readonly report: () => Promise<string>;
  /** Whether the folder has the document's tables too. */
  readonly hasTables?: boolean;
}

/** Columns of a summary that goes to a file or a pipe: room for the interval of every number. */
const WIDTH_DEFAULT = 140;

/** @param alsoWritten files of the folder that were written before */
export async function publish(
  document: object,
  { out, json, quiet, color }: PublishOptions,
  { summary, report, hasTables }: Renderings,
  alsoWritten: readonly string[] = [],
): Promise<void> {
  const files = out === undefined ? [] : await writeDocument(out, document, await report());
  if (out !== undefined && hasTables === true) files.push(...(await tableFiles(out, document)));
  files.push(...alsoWritten);
  if (json === true) print(jsonText(document));
  else if (quiet !== true)
    print(
      summary({ color: wantsColor(process.stdout, color), width: process.stdout.columns || WIDTH_DEFAULT }),
    );
  if (files.length > 0 && quiet !== true) printMessage(`wrote ${listOf(files)}`);
}

/** Loaded only where it is needed: DuckDB is large. */
async function tableFiles(folder: string, document: object): Promise<string[]> {
  const { writeTables } = await import('./result-files.js');
  const files = await writeTables(folder, document, jsonText(document));
  const kinds = [...new Set(files.map((file) => extname(file).slice(1)))];
  return files.length === 0 ? [] : [`its tables as ${kinds.join(' and ')}`];
}

/** `a`, `a and b`, `a, b and c`. */
const listOf = (files: readonly string[]): string =>
  files.length < 2 ? files.join('') : `${files.slice(0, -1).join(', ')} and ${files.at(-1)}`;
