/**
 * What there is to query in a folder of `--out`: the tables of its result.json, and Parquet files, which stand for the
 * table of their name. Parquet files that were written with another result.json than the one there are left out.
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { digestOf } from './result-mark.js';
import { StoreError } from './store-error.js';
import type { Table } from './table.js';
import { tablesOf } from './tables.js';

export interface ParquetFile {
  readonly name: string;
  /** Absolute. */
  readonly path: string;
}

export interface ResultFolder {
  /** As the user wrote it. */
  readonly label: string;
  readonly tables: readonly Table[];
  readonly parquet: readonly ParquetFile[];
  /** SHA-256 of result.json; null where there is none. */
  readonly digest: string | null;
}

const ENDING = '.parquet';

/** A folder, or a document alone (`result.json` under any name, a Parquet file). */
export async function readResultFolder(label: string): Promise<ResultFolder> {
  const info = await stat(label).catch(() => undefined);
  if (info === undefined) throw new StoreError(`${label}: no such file or folder`);
  if (!info.isDirectory())
    return label.endsWith(ENDING)
      ? { label, tables: [], parquet: [parquetFile(label)], digest: null }
      : { label, ...(await readDocument(label)), parquet: [] };
  const names = (await readdir(label).catch(unreadable(label))).toSorted();
  const parquet = names.filter((name) => name.endsWith(ENDING)).map((name) => parquetFile(join(label, name)));
  const document = names.includes('result.json') ? await readDocument(join(label, 'result.json')) : undefined;
  if (document === undefined && parquet.length === 0)
    throw new StoreError(
      `${label}: there is no result in this folder; \`wipsim run FILE --out FOLDER\` writes one (result.json, or tables as Parquet files)`,
    );
  return { label, tables: document?.tables ?? [], parquet, digest: document?.digest ?? null };
}

const parquetFile = (path: string): ParquetFile => ({
  name: basename(path, ENDING),
  path: resolve(path),
});

async function readDocument(path: string): Promise<{ tables: readonly Table[]; digest: string }> {
  const text = await readFile(path, 'utf8').catch(unreadable(path));
  return { tables: tablesOf(parsed(text, path), path), digest: digestOf(text) };
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new StoreError(`${path} is no JSON document, or only a part of one`);
  }
}

const unreadable =
  (path: string) =>
  (error: NodeJS.ErrnoException): never => {
    throw new StoreError(
      `${path} cannot be read: ${error.code === 'EACCES' ? 'no permission' : error.message}`,
    );
  };
