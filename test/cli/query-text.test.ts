import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { queryCsv, queryJson, queryText, tablesText } from '../../src/cli/query-text.js';
import { tableOfColumns } from '../../src/store/table.js';

const plain = (_: string, text: string): string => text;

const TABLE = tableOfColumns(
  'query',
  [
    { name: 'metric', type: 'text', values: ['p50', 'p99', null, 'many'] },
    { name: 'mean', type: 'number', values: [0.0123456, 404.34375, null, 1_234_567.8] },
    { name: 'n', type: 'integer', values: [3, 1_234_567, 0, null] },
    { name: 'met', type: 'boolean', values: [true, false, null, true] },
  ],
  4,
);

describe('the answer on a terminal', () => {
  it('has its numbers to the right, decimal points below each other, five digits and never less than the whole part', () => {
    expect(queryText(TABLE, undefined, plain).split('\n')).toEqual([
      'metric            mean        n  met',
      'p50           0.012346        3  true',
      'p99         404.34      1234567  false',
      '–             –               0  –',
      'many    1234568               –  true',
    ]);
  });

  it('stands row by row where it is wider than the terminal', () => {
    expect(queryText(TABLE, 30, plain).split('\n').slice(0, 7)).toEqual([
      'row 1',
      '  metric  p50',
      '  mean    0.012346',
      '  n       3',
      '  met     true',
      '',
      'row 2',
    ]);
  });

  it('is the header alone where there are no rows', () => {
    const empty = tableOfColumns('query', [{ name: 'mean', type: 'number', values: [] }], 0);
    expect(queryText(empty, 80, plain)).toBe('mean');
  });

  it('has nothing in it that a terminal would act on', () => {
    const hostile = tableOfColumns(
      'query',
      [{ name: 'a\u001b[2J', type: 'text', values: ['b\u001b]0;x\u0007\nc'] }],
      1,
    );
    // biome has a rule against control characters in patterns, so they are looked for by code.
    const isControl = (text: string): boolean =>
      [...text].some((character) => character !== '\n' && character.codePointAt(0)! < 0x20);
    expect(isControl(queryText(hostile, undefined, plain))).toBe(false);
    expect(queryText(hostile, undefined, plain).split('\n')).toHaveLength(2);
  });
});

describe('the answer as CSV', () => {
  it('is read by another reader as what it was', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.string({ unit: 'grapheme', minLength: 1 }),
            fc.double({ noNaN: true, noDefaultInfinity: true, min: -1e300 }),
          ),
          { minLength: 1 },
        ),
        (rows) => {
          const table = tableOfColumns(
            'query',
            [
              { name: 'a "name", quoted', type: 'text', values: rows.map(([text]) => text) },
              { name: 'x', type: 'number', values: rows.map(([, number]) => number) },
            ],
            rows.length,
          );
          const [header, ...read] = parse(queryCsv(table)) as [string, string][];
          expect(header).toEqual(['a "name", quoted', 'x']);
          // Text has no negative zero.
          expect(read.map(([text, number]) => [text, Number(number)])).toEqual(
            rows.map(([text, number]) => [text, number + 0]),
          );
        },
      ),
    );
  });

  it('tells an empty text from a missing one', () => {
    const table = tableOfColumns(
      'query',
      [
        { name: 'a', type: 'text', values: ['', null] },
        { name: 'b', type: 'boolean', values: [true, null] },
      ],
      2,
    );
    expect(queryCsv(table)).toBe('a,b\r\n"",true\r\n,\r\n');
  });
});

it('as JSON it has the columns, and each row as an object', () => {
  expect(queryJson(TABLE)).toMatchObject({
    format: 'wipsim-query',
    version: 1,
    columns: [
      { name: 'metric', type: 'text' },
      { name: 'mean', type: 'number' },
      { name: 'n', type: 'integer' },
      { name: 'met', type: 'boolean' },
    ],
    rows: [
      { metric: 'p50', mean: 0.0123456, n: 3, met: true },
      {},
      { metric: null, mean: null, n: 0, met: null },
      {},
    ],
  });
});

it('the tables are listed with their columns and types', () => {
  const columns = [
    { name: 'metric', type: 'text' as const },
    { name: 'mean', type: 'number' as const },
  ];
  expect(
    tablesText(
      [
        { name: 'estimates', rowCount: 1, columns },
        { name: 'runs', rowCount: 12_345, columns },
      ],
      plain,
    ),
  ).toBe(
    'estimates  1 row\n  metric  text\n  mean    number\n\nruns  12,345 rows\n  metric  text\n  mean    number',
  );
});
