import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ResultDocument } from '../../src/experiment/document.js';
import { type Installed, install, QUEUE } from './installed.js';

let cli: Installed;
let fifo: string;
let lifo: string;

beforeAll(async () => {
  cli = await install();
  const file = join(cli.folder, 'queue.yaml');
  writeFileSync(file, QUEUE);
  [fifo, lifo] = ['fifo', 'lifo'].map((name) => join(cli.folder, name)) as [string, string];
  await cli.wipsim(['run', file, '--out', fifo]);
  await cli.wipsim(['run', file, '--policy', 'lifo', '--out', lifo]);
}, 60_000);
afterAll(() => cli.remove());

const query = (...args: string[]) => cli.wipsim(['query', ...args]);
const documentIn = (folder: string): ResultDocument =>
  JSON.parse(readFileSync(join(folder, 'result.json'), 'utf8')) as ResultDocument;

interface Answer {
  readonly format: string;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

describe('wipsim query', () => {
  it('answers with the numbers of the result', async () => {
    const { code, stdout, stderr } = await query(
      'SELECT replication, "total.latency_s.p99" AS p99 FROM runs',
      fifo,
      '--json',
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const { format, rows } = JSON.parse(stdout) as Answer;
    expect(format).toBe('wipsim-query');
    expect(rows).toEqual(
      documentIn(fifo).runs.map(({ total }, replication) => ({ replication, p99: total.latency_s.p99 })),
    );
  });

  it('compares folders, by default in an aligned table', async () => {
    const sql = "SELECT folder, mean FROM estimates WHERE metric = 'total.latency_s.p50' ORDER BY folder";
    const { code, stdout } = await query(sql, fifo, lifo);
    expect(code).toBe(0);
    const [header, ...rows] = stdout.trimEnd().split('\n');
    expect(header).toMatch(/^folder +mean$/);
    expect(rows.map((row) => row.split(/ +/)[0])).toEqual([fifo, lifo]);
    for (const [index, folder] of [fifo, lifo].entries()) {
      const { mean } = documentIn(folder).estimates.total.latency_s.p50;
      expect(Number(rows[index]!.split(/ +/)[1])).toBeCloseTo(mean, 3);
    }
  });

  it('writes CSV, and files of it and of Parquet, which can be asked again', async () => {
    const answers = join(cli.folder, 'answers');
    mkdirSync(answers);
    const csv = await query('SELECT slo, met FROM slos', fifo, '--csv');
    expect(csv.stdout).toBe('slo,met\r\nquick,true\r\n');
    for (const ending of ['csv', 'parquet']) {
      const file = join(answers, `answer.${ending}`);
      const { code, stdout, stderr } = await query('SELECT slo, met FROM slos', fifo, '-o', file);
      expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '', stderr: `wrote ${file} (1 row)\n` });
      expect(existsSync(file)).toBe(true);
    }
    expect((await query('SELECT * FROM answer', join(answers, 'answer.parquet'), '--csv')).stdout).toBe(
      csv.stdout,
    );
  });

  it('reads the query from standard input', async () => {
    const { stdout } = await cli.wipsim(['query', '-', fifo, '--csv'], { input: 'SELECT 1 AS one' });
    expect(stdout).toBe('one\r\n1\r\n');
  });

  it('lists tables and columns, of the present folder by default', async () => {
    const { code, stdout } = await query('--tables', fifo);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^runs {2}3 rows\n {2}scenario +text$/m);
    expect(stdout).toMatch(/^ {2}workloads\.chat\.latency_s\.p99 +number$/m);
    const { tables } = JSON.parse((await query('--tables', '--json', fifo)).stdout) as {
      tables: { name: string; rows: number }[];
    };
    expect(tables.map(({ name }) => name)).toEqual(['estimates', 'latency_curves', 'runs', 'series', 'slos']);
    // Where the tests run there is no result.
    expect((await query('--tables')).stderr).toBe(
      'error: .: there is no result in this folder; `wipsim run FILE --out FOLDER` writes one (result.json, or tables as Parquet files)\n',
    );
  });

  it("tells mistakes with exit status 2 and DuckDB's place, without a stack", async () => {
    for (const [args, message] of [
      [['SELECT 1', join(cli.folder, 'none')], /^error: .*none: no such file or folder\n$/],
      [
        ['SELECT foo FROM runs', fifo],
        /^error: Binder Error: .*\n[\s\S]*LINE 1: SELECT foo FROM runs\n +\^\n[\s\S]*\ntables: /,
      ],
      [[], /^error: give a query, for example wipsim query/],
      [['SELECT 1', fifo, '--csv', '--json'], /^error: give one of the two: --json or --csv\n$/],
      [
        ['SELECT 1', fifo, '-o', 'x.txt'],
        /^error: --output x\.txt: expected a file that ends in \.parquet or \.csv\n$/,
      ],
      [['--tables', fifo, '--csv'], /^error: --tables goes with --json/],
      [['SELECT 1', fifo, '-o', join(cli.folder, 'none', 'x.csv')], /^error: cannot write .*x\.csv: /],
    ] as const) {
      const { code, stdout, stderr } = await query(...args);
      expect(stderr).toMatch(message);
      expect(stderr).not.toMatch(/^ +at /m);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    }
  });
});
