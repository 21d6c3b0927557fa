import { describe, expect, test } from 'vitest';
import { replay, stopped, traceFile } from './temporary-trace.js';

const jobs = traceFile(
  'jobs.csv',
  `when,seconds,gpus,who,urgent,level
2017-10-01 00:00:30,30,1,ann,True,2
2017-10-01 00:00:10,10,2,bob,False,-1
2017-10-01 00:00:20,20,8,ann,True,0
2017-10-01 00:00:10,11,4,6214e9,False,0.5
`,
);
const arrival = { column: 'when', unit: 'datetime' };
const columns = { arrival, work: 'seconds', gpus: 'gpus', tenant: 'who', priority: 'level' };
const works = async (trace: object) => {
  const { table, report } = await replay({ file: jobs, columns, ...trace });
  return { works: Array.from(table.workS ?? []), filtered: report.filtered };
};

describe('order', () => {
  test('rows are sorted by time; rows of equal time stay in the order of the file', async () => {
    const { table } = await replay({ file: jobs, columns });
    expect(table).toEqual({
      rows: 4,
      arrivalS: Float64Array.of(0, 0, 10, 20),
      workS: Float64Array.of(10, 11, 20, 30),
      gpus: Int32Array.of(2, 4, 8, 1),
      priority: Float64Array.of(-1, 0.5, 0, 2),
      tenant: Int32Array.of(0, 1, 2, 2),
      tenantNames: ['bob', '6214e9', 'ann'],
    });
  });

  test('columns that are not asked for are absent', async () => {
    const { table } = await replay({ file: jobs, columns: { arrival } });
    expect(Object.keys(table).sort()).toEqual(['arrivalS', 'rows', 'tenantNames']);
  });

  test('100,000 shuffled rows come out sorted, ties in the order of the file', async () => {
    // 7919 is prime to 100,000, so the products run through every residue once, out of order.
    const shuffled = Array.from(
      { length: 100_000 },
      (_, i) => `${Math.floor(((i * 7919) % 100_000) / 10)},${i}`,
    );
    const file = traceFile('shuffled.csv', `t,line\n${shuffled.join('\n')}\n`);
    const { table } = await replay({ file, columns: { arrival: 't', work: 'line' } });
    expect(table.rows).toBe(100_000);
    const inOrder = (row: number) =>
      table.arrivalS[row - 1]! < table.arrivalS[row]! ||
      (table.arrivalS[row - 1] === table.arrivalS[row] && table.workS![row - 1]! < table.workS![row]!);
    for (let row = 1; row < table.rows; row++) if (!inOrder(row)) expect.unreachable(`row ${row}`);
    expect(table.arrivalS[99_999]).toBe(9999);
  });
});

describe('which rows', () => {
  test('where keeps rows equal to a value, or to one of a list, in every column named', async () => {
    expect(await works({ where: { who: 'ann' } })).toEqual({ works: [20, 30], filtered: 2 });
    expect(await works({ where: { who: ['ann', 'bob'], gpus: 8 } })).toEqual({ works: [20], filtered: 3 });
  });

  test('where compares as YAML reads: 6214e9 is a number, true is True, 1 is 1.0', async () => {
    expect((await works({ where: { who: 6214e9 } })).works).toEqual([11]);
    expect((await works({ where: { who: '6214e9' } })).works).toEqual([11]);
    expect((await works({ where: { urgent: true } })).works).toEqual([20, 30]);
    expect((await works({ where: { level: [2, 0.5] } })).works).toEqual([11, 30]);
  });

  test('a number 0 does not equal an empty cell', async () => {
    const file = traceFile('blank-cell.csv', 't,x\n1,0\n2,\n');
    expect((await replay({ file, columns: { arrival: 't' }, where: { x: 0 } })).report.rows).toBe(1);
    expect((await replay({ file, columns: { arrival: 't' }, where: { x: '' } })).report.rows).toBe(1);
  });

  test('the window includes both ends', async () => {
    const window = { from: '2017-10-01 00:00:10', to: '2017-10-01T00:00:20Z' };
    expect(await works(window)).toEqual({ works: [10, 11, 20], filtered: 1 });
    expect((await works({ from: '2017-10-01 00:00:10.0000001' })).works).toEqual([20, 30]);
  });

  test('the window is written in the unit of the arrival column', async () => {
    const file = traceFile('ms.csv', 't\n1000\n2000\n3000\n');
    const inMilliseconds = { arrival: { column: 't', unit: 'ms' } };
    expect((await replay({ file, columns: inMilliseconds, from: 2000 })).report.rows).toBe(2);
    expect((await stopped({ file, columns: inMilliseconds, to: '2017-10-01' })).path).toEqual(['to']);
    expect((await stopped({ file: jobs, columns, from: 'October' })).path).toEqual(['from']);
  });

  test('a window that ends before it begins is an error', async () => {
    expect((await stopped({ file: jobs, columns, from: '2017-10-02', to: '2017-10-01' })).path).toEqual([
      'to',
    ]);
  });

  test('limit keeps the first rows by time, and the tenants among them', async () => {
    expect(await works({ limit: 2 })).toEqual({ works: [10, 11], filtered: 2 });
    expect((await replay({ file: jobs, columns, limit: 2 })).table.tenantNames).toEqual(['bob', '6214e9']);
    expect(await works({ limit: 100 })).toEqual({ works: [10, 11, 20, 30], filtered: 0 });
  });
});

describe('the clock', () => {
  test("time 0 is the first row kept, or 'from'", async () => {
    const from = '2017-10-01 00:00:15';
    expect(Array.from((await replay({ file: jobs, columns, from })).table.arrivalS)).toEqual([0, 10]);
    expect(Array.from((await replay({ file: jobs, columns, from, origin: 'from' })).table.arrivalS)).toEqual([
      5, 15,
    ]);
  });

  test('a time scale of 0.5 halves every inter-arrival time and leaves the work alone', async () => {
    const { table } = await replay({ file: jobs, columns, timeScale: 0.5 });
    expect(table).toMatchObject({
      arrivalS: Float64Array.of(0, 0, 5, 10),
      workS: Float64Array.of(10, 11, 20, 30),
    });
  });

  test('arrivals 100 ns apart stay 100 ns apart, 54 years after 1970', async () => {
    const file = traceFile(
      'ticks.csv',
      'at\n2023-11-16 18:15:46.6805901\n2023-11-16 18:15:46.6805900\n2023-11-16 18:15:46.6805902\n',
    );
    const { table } = await replay({ file, columns: { arrival: { column: 'at', unit: 'datetime' } } });
    expect(Array.from(table.arrivalS)).toEqual([0, 1e-7, 2e-7]);
  });
});

describe('numbers', () => {
  test('work is one column or a product of several, in its unit', async () => {
    const file = traceFile('products.csv', 't,n,each,d\n0,1046811,886,3\n');
    const work = async (column: unknown) =>
      (await replay({ file, columns: { arrival: 't', work: column } })).table.workS![0];
    // The first job of Muri's third list: 1,046,811 iterations of 886 ms.
    expect(await work({ product: ['n', 'each'], unit: 'ms' })).toBe(927_474.546);
    expect(await work('d')).toBe(3);
    expect(await work({ column: 'd', unit: 'h' })).toBe(10_800);
    expect(await work({ column: 'd', unit: 'us' })).toBe(3e-6);
  });

  const rejected = async (kind: string, values: readonly string[]) => {
    const file = traceFile(`${kind}.csv`, `t,v\n0,1\n${values.map((value) => `1,${value}\n`).join('')}`);
    return (await replay({ file, columns: { arrival: 't', [kind]: 'v' } })).report.badRows;
  };

  test('a whole number of GPUs of at least 1; tokens and work of at least 0; any finite priority', async () => {
    expect(await rejected('gpus', ['0', '0.5', '-1', '1e10', 'NaN', '', '8'])).toBe(6);
    expect(await rejected('promptTokens', ['-1', 'NaN', 'Infinity', 'many', '', '0', '0.5'])).toBe(5);
    expect(await rejected('work', ['-0.1', 'nan', 'None', ' ', '0', '1e3'])).toBe(4);
    expect(await rejected('priority', ['-5', 'high', 'Infinity', ''])).toBe(3);
    expect(await rejected('tenant', ['', '  ', 'a'])).toBe(2);
  });

  test('bad rows are counted, the first five told with line, column and value', async () => {
    const bad = ['x,1', '-3,1', ',1', '1,0', '1,1.5', '1,', '2,?'];
    const file = traceFile('bad.csv', `t,g\n${bad.join('\n')}\n7,2\n`);
    const { table, report } = await replay({ file, columns: { arrival: 't', gpus: 'g' } });
    expect(table).toMatchObject({ rows: 1, gpus: Int32Array.of(2) });
    expect(report.badRows).toBe(7);
    expect(report.examples).toEqual([
      "line 2: t 'x' is not a number of at least 0 (in s)",
      "line 3: t '-3' is not a number of at least 0 (in s)",
      'line 4: t is missing',
      "line 5: g '0' is not a whole number of at least 1",
      "line 6: g '1.5' is not a whole number of at least 1",
    ]);
  });

  test('a bad row leaves nothing behind in any column', async () => {
    const file = traceFile('half.csv', 't,d,who\n0,1,ann\n1,2,\n2,x,bob\n3,4,cyd\n');
    const { table } = await replay({ file, columns: { arrival: 't', work: 'd', tenant: 'who' } });
    expect(table).toMatchObject({
      workS: Float64Array.of(1, 4),
      tenant: Int32Array.of(0, 1),
      tenantNames: ['ann', 'cyd'],
    });
  });
});
