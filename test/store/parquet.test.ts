import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeTable } from '../../src/store/parquet.js';
import { type Cell, type ColumnType, type Table, tableOfColumns } from '../../src/store/table.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'wipsim-parquet-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const cell: Readonly<Record<ColumnType, fc.Arbitrary<Cell>>> = {
  text: fc.string({ unit: 'grapheme' }),
  integer: fc.maxSafeInteger(),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: fc.boolean(),
};

const anyTable: fc.Arbitrary<Table> = fc
  .record({
    rowCount: fc.integer({ min: 0, max: 40 }),
    columns: fc.array(
      fc.record({
        name: fc.stringMatching(/^[A-Za-z"'. ü-]{1,12}$/),
        type: fc.constantFrom<ColumnType>('text', 'integer', 'number', 'boolean'),
      }),
      { minLength: 1, maxLength: 6 },
    ),
  })
  .chain(({ rowCount, columns }) =>
    fc
      .tuple(
        ...columns.map(({ type }) =>
          fc.array(fc.option(cell[type]), { minLength: rowCount, maxLength: rowCount }),
        ),
      )
      .map((values) =>
        tableOfColumns(
          'any table',
          columns.map((column, index) => ({ ...column, values: values[index]! })),
          rowCount,
        ),
      ),
  );

/** By a database of its own, without our code. */
async function readBack(path: string): Promise<{ names: string[]; columns: unknown[][] }> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  const reader = await connection.runAndReadAll(`FROM read_parquet('${path}')`);
  return {
    names: reader.columnNames(),
    columns: reader.columnNames().map((_, index) => reader.getColumnsJS()[index] ?? []),
  };
}

const plain = (value: unknown): unknown => (typeof value === 'bigint' ? Number(value) : value);

describe('writing a table as Parquet', () => {
  it('keeps every name and every value, to the last digit', async () => {
    const path = join(folder, 'any.parquet');
    await fc.assert(
      fc.asyncProperty(anyTable, async (table) => {
        await writeTable(table, path, { format: 'parquet' });
        const { names, columns } = await readBack(path);
        expect(names).toEqual(table.columns.map(({ name }) => name));
        expect(columns.map((values) => values.map(plain))).toEqual(table.columns.map(({ values }) => values));
      }),
      { numRuns: 40 },
    );
  });

  it('gives equal bytes for equal tables, longer ones than a vector too', async () => {
    const rowCount = 10_000;
    const values = Array.from({ length: rowCount }, (_, row) => (row * 7919) % 1000);
    const table = tableOfColumns(
      't',
      [
        { name: 'a', type: 'number', values: values.map((value) => value / 7) },
        { name: 'b', type: 'text', values: values.map((value) => `word ${value % 10}`) },
      ],
      rowCount,
    );
    const paths = ['one.parquet', 'two.parquet'].map((name) => join(folder, name));
    for (const path of paths) await writeTable(table, path, { format: 'parquet' });
    expect(readFileSync(paths[0]!).equals(readFileSync(paths[1]!))).toBe(true);
    const { columns } = await readBack(paths[0]!);
    expect(columns).toEqual(table.columns.map(({ values: own }) => own));
  });

  it('leaves no file where it cannot be written, and no half of one', async () => {
    const taken = join(folder, 'taken.parquet');
    mkdirSync(join(taken, 'inside'), { recursive: true });
    const table = tableOfColumns('t', [{ name: 'a', type: 'number', values: [1] }], 1);
    await expect(writeTable(table, taken, { format: 'parquet' })).rejects.toThrow(`cannot write ${taken}: `);
    await expect(
      writeTable(table, join(folder, 'nowhere', 't.parquet'), { format: 'parquet' }),
    ).rejects.toThrow(/cannot write .*No such file or directory/);
    expect(readdirSync(folder).filter((name) => name.endsWith('.part'))).toEqual([]);
  });
});

describe('writing a table as CSV', () => {
  it('gives every number back as it was', async () => {
    const path = join(folder, 'any.csv');
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 30 }),
        async (values) => {
          await writeTable(
            tableOfColumns('t', [{ name: 'x.y', type: 'number', values }], values.length),
            path,
            { format: 'csv' },
          );
          const [header, ...rows] = parse(readFileSync(path)) as string[][];
          expect(header).toEqual(['x.y']);
          expect(rows.map(([text]) => Number(text))).toEqual(values);
        },
      ),
      { numRuns: 20 },
    );
  });
});
