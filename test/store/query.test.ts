import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/experiment/document.js';
import { writeResultTables, writeTable } from '../../src/store/parquet.js';
import { describeResults, queryResults } from '../../src/store/query.js';
import { type Cell, tableOfColumns } from '../../src/store/table.js';
import { tablesOf } from '../../src/store/tables.js';
import { type Folders, folders, smallResult } from './results-on-disk.js';

let disk: Folders;
let fifo: ResultDocument;
let lifo: ResultDocument;
let a: string;
let b: string;

beforeAll(async () => {
  disk = folders();
  [fifo, lifo] = [await smallResult('7'), await smallResult('7', 'lifo')];
  a = disk.folder('a', fifo);
  b = disk.folder("b's", lifo);
});
afterAll(() => disk.remove());

async function rowsOf(sql: string, ...of: string[]): Promise<Cell[][]> {
  const { table } = await queryResults(sql, of.length === 0 ? [a] : of);
  return Array.from({ length: table.rowCount }, (_, row) => table.columns.map(({ values }) => values[row]!));
}

const p99 = ({ runs }: ResultDocument): number[] => runs.map(({ total }) => total.latency_s.p99);
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** A copy of folder `a` with its tables as Parquet, as an experiment writes them. */
async function withParquet(name: string): Promise<string> {
  const folder = disk.folder(name, fifo);
  const text = readFileSync(join(folder, 'result.json'), 'utf8');
  await writeResultTables(tablesOf(JSON.parse(text), 'result.json'), folder, text);
  return folder;
}

describe('a query', () => {
  it('computes with the numbers of the document', async () => {
    const [[average, largest]] = (await rowsOf(
      'SELECT avg("total.latency_s.p99"), max("total.latency_s.p99") FROM runs',
    )) as [[number, number]];
    expect(average).toBeCloseTo(mean(p99(fifo)), 12);
    expect(largest).toBe(Math.max(...p99(fifo)));
  });

  it('gives the rows in the order of the replications, equal bytes every time', async () => {
    const sql = 'SELECT replication, "total.latency_s.p99" FROM runs';
    expect(await rowsOf(sql)).toEqual(p99(fifo).map((value, index) => [index, value]));
    expect(JSON.stringify(await queryResults(sql, [a]))).toBe(JSON.stringify(await queryResults(sql, [a])));
  });

  it('tells columns and types of an answer without rows', async () => {
    const { table } = await queryResults('SELECT slo, met, mean FROM slos WHERE false', [a]);
    expect(table.rowCount).toBe(0);
    expect(table.columns.map(({ name, type }) => `${name} ${type}`)).toEqual([
      'slo text',
      'met boolean',
      'mean number',
    ]);
  });

  it('makes plain values of what SQL has beyond them', async () => {
    expect(
      await rowsOf("SELECT sum(replication), 0.25, 1/0, DATE '2026-01-02', [1, 2], NULL FROM runs"),
    ).toEqual([[3, 0.25, null, '2026-01-02', '[1,2]', null]]);
    const [[large]] = (await rowsOf('SELECT 2::HUGEINT ** 70')) as [[number]];
    expect(large).toBe(2 ** 70);
  });

  it('may turn rows into columns', async () => {
    const { table } = await queryResults('PIVOT (SELECT slo, mean FROM slos) ON slo USING first(mean)', [a]);
    expect(table.columns.map(({ name, values }) => [name, ...values])).toEqual(
      fifo.slos.map(({ name, estimate }) => [name, estimate.mean]).toSorted(),
    );
  });

  it('puts several folders together, with a column that says which', async () => {
    const rows = await rowsOf('SELECT folder, variant, "total.latency_s.p99" FROM runs', a, b);
    expect(rows).toEqual([
      ...p99(fifo).map((value) => [a, null, value]),
      ...p99(lifo).map((value) => [b, 'lifo', value]),
    ]);
  });

  it('takes a document alone', async () => {
    expect(await rowsOf('SELECT count(*) FROM runs', join(a, 'result.json'))).toEqual([[3]]);
  });
});

describe('Parquet files of a folder', () => {
  it('give the same answers as its document', async () => {
    const folder = await withParquet('parquet');
    for (const { name } of (await describeResults([a])).tables)
      expect(await rowsOf(`FROM ${name}`, folder)).toEqual(await rowsOf(`FROM ${name}`));
    expect((await describeResults([folder])).tables).toEqual((await describeResults([a])).tables);
    rmSync(join(folder, 'result.json'));
    expect(await rowsOf('SELECT count(*) FROM runs', folder)).toEqual([[3]]);
  });

  it('are left out, with a note, where the result is of a later run', async () => {
    const folder = await withParquet('stale');
    cpSync(join(b, 'result.json'), join(folder, 'result.json'));
    const { table, notes } = await queryResults('SELECT DISTINCT variant FROM runs', [folder]);
    expect(table.columns[0]!.values).toEqual(['lifo']);
    expect(notes).toHaveLength(5);
    expect(notes).toContain(
      `${join(folder, 'runs.parquet')} was written with another result.json than the one beside it and is left out`,
    );
  });

  it('may be of somebody else, in a folder of any name', async () => {
    const folder = join(disk.root, "it's [a] folder*");
    mkdirSync(folder);
    const prices = tableOfColumns('prices', [{ name: 'usd', type: 'number', values: [1.5, 2] }], 2);
    await writeTable(prices, join(folder, 'Prices.parquet'), { format: 'parquet' });
    expect(await rowsOf('SELECT sum(usd) FROM prices', folder)).toEqual([[3.5]]);
    expect(await rowsOf('SELECT usd FROM prices', folder, a)).toEqual([[1.5], [2]]);
  });

  it('that cannot be put together are told', async () => {
    const folder = disk.folder('folder-column', fifo);
    const own = tableOfColumns('runs', [{ name: 'folder', type: 'text', values: ['x'] }], 1);
    await writeTable(own, join(folder, 'runs.parquet'), { format: 'parquet' });
    expect(await rowsOf('FROM runs', folder)).toEqual([['x']]);
    await expect(rowsOf('FROM runs', folder, a)).rejects.toThrow(
      /^the tables "runs" of these folders do not go together: /,
    );
  });

  it('that are none are refused', async () => {
    const folder = disk.folder('broken', fifo);
    writeFileSync(join(folder, 'runs.parquet'), 'not at all');
    await expect(rowsOf('FROM runs', folder)).rejects.toThrow(
      `${join(folder, 'runs.parquet')} cannot be read as Parquet: `,
    );
  });
});

describe('what a query may not do', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await withParquet('guarded');
  });

  it.each([
    "COPY (SELECT 1) TO 'TARGET'",
    "COPY runs TO 'TARGET'",
    "EXPLAIN ANALYZE COPY (SELECT 1) TO 'TARGET'",
    "CREATE TABLE t AS SELECT 1; COPY t TO 'TARGET'",
    "ATTACH 'TARGET'",
    "EXPORT DATABASE 'TARGET'",
  ])('%s writes no file', async (sql) => {
    for (const target of [join(folder, 'new.parquet'), join(folder, 'runs.parquet')]) {
      const before = existsSync(target) ? readFileSync(target) : undefined;
      await expect(rowsOf(sql.replaceAll('TARGET', target), folder)).rejects.toThrow();
      expect(existsSync(target) ? readFileSync(target) : undefined).toEqual(before);
    }
  });

  it.each([
    "FROM read_csv('TARGET')",
    "FROM read_text('TARGET')",
    "FROM 'TARGET'",
    "FROM glob('TARGET')",
    "SELECT * FROM runs, read_json('TARGET')",
  ])('%s reads no file beside the results', async (sql) => {
    const secret = join(disk.root, 'secret.json');
    writeFileSync(secret, '{"a": 1}');
    await expect(rowsOf(sql.replaceAll('TARGET', secret), folder)).rejects.toThrow(
      /Permission Error|does not exist/,
    );
  });

  it.each([
    'SET threads = 4',
    'INSTALL httpfs',
    'LOAD httpfs',
    'SET enable_external_access = true',
    'DROP VIEW runs',
  ])('%s is no query', async (sql) => {
    await expect(rowsOf(sql)).rejects.toThrow();
    expect(await rowsOf('SELECT count(*) FROM runs')).toEqual([[3]]);
  });

  it('asks two things at once', async () => {
    await expect(rowsOf('SELECT 1; SELECT 2')).rejects.toThrow('expected one query');
  });
});

describe('a mistake', () => {
  const TABLES = 'tables: estimates, latency_curves, runs, series, slos';

  it('in SQL is told with its place and with the tables', async () => {
    await expect(rowsOf('SELECT avg( FROM runs')).rejects.toThrow(
      /^Parser Error: syntax error.*\n\nLINE 1: SELECT avg\( FROM runs\n +\^\n\ntables: estimates, /,
    );
    await expect(rowsOf('FROM run')).rejects.toThrow('Did you mean "runs"?');
  });

  it('in the name of a column is told with those like it', async () => {
    await expect(rowsOf('SELECT p999 FROM runs')).rejects.toThrow(
      /columns like ("[a-z_.]+\.p999"(, )?)+\ntables: /,
    );
    await expect(rowsOf('SELECT "total.latency.p99" FROM runs')).rejects.toThrow('"total.latency_s.p99"');
  });

  it('of forgotten quotes is told as that', async () => {
    await expect(rowsOf('SELECT total.latency_s.p99 FROM runs')).rejects.toThrow(
      'a name with dots in it stands in double quotes: "total.latency_s.p99"',
    );
  });

  it('of asking nothing is told', async () => {
    for (const sql of ['', ' ;\n', '-- SELECT 1', '/* nothing\n */ ;'])
      await expect(rowsOf(sql)).rejects.toThrow(`there is no query; ${TABLES}`);
  });

  it('in a folder is told with its name', async () => {
    const empty = join(disk.root, 'empty');
    mkdirSync(empty);
    const cut = disk.folder('cut', {});
    writeFileSync(join(cut, 'result.json'), '{"format": "wipsim-res');
    await expect(rowsOf('SELECT 1', join(disk.root, 'none'))).rejects.toThrow(
      /none: no such file or folder$/,
    );
    await expect(rowsOf('SELECT 1', empty)).rejects.toThrow(`${empty}: there is no result in this folder;`);
    await expect(rowsOf('SELECT 1', cut)).rejects.toThrow(/result\.json is no JSON document, or only a part/);
  });
});
