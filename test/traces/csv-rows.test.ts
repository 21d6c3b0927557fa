import { describe, expect, test } from 'vitest';
import { replay, stopped, traceFile } from './temporary-trace.js';

const columns = { arrival: 'time', work: 'duration', tenant: 'user' };
const good = {
  arrivalS: Float64Array.of(0, 1.5),
  workS: Float64Array.of(10, 20),
  tenantNames: ['ann', 'bob'],
};

describe('CSV', () => {
  test.each([
    ['line feeds', 'time,duration,user\n5,10,ann\n6.5,20,bob\n'],
    ['no line end after the last row', 'time,duration,user\n5,10,ann\n6.5,20,bob'],
    ['CRLF', 'time,duration,user\r\n5,10,ann\r\n6.5,20,bob\r\n'],
    ['CRLF and LF mixed', 'time,duration,user\r\n5,10,ann\n6.5,20,bob\r\n'],
    ['a byte order mark', '\uFEFFtime,duration,user\n5,10,ann\n6.5,20,bob\n'],
    ['quoted fields', '"time","duration","user"\n"5","10","ann"\n"6.5","20","bob"\n'],
    ['spaces around fields', 'time, duration , user\n5, 10 , ann\n 6.5, 20, bob\n'],
    ['blank lines', '\ntime,duration,user\n\n5,10,ann\n\n6.5,20,bob\n\n'],
    ['other columns in another order', 'user,x,duration,y,time\nann,,10,?,5\nbob,,20,?,6.5\n'],
  ])('reads a file with %s', async (what, content) => {
    const { table, report } = await replay({ file: traceFile(`${what}.csv`, content), columns });
    expect(table).toMatchObject(good);
    expect(report).toMatchObject({ rows: 2, badRows: 0, filtered: 0, examples: [] });
  });

  test('a quoted field may hold commas, doubled quotes and line ends', async () => {
    const content =
      'time,duration,user\n1,1,"Bloggs, J."\n2,1,"the ""new"" one"\n3,1,"two\nlines"\n4,x,last\n';
    const { table, report } = await replay({ file: traceFile('quotes.csv', content), columns });
    expect(table.tenantNames).toEqual(['Bloggs, J.', 'the "new" one', 'two\nlines']);
    expect(report.examples).toEqual(["line 6: duration 'x' is not a number of at least 0"]);
  });

  test('rows of the wrong width are bad, with their line in the file', async () => {
    const content = 'time,duration,user\n1,1,a\n\n2,1\n3,1,a,b\n4,1,a\n';
    const { report } = await replay({ file: traceFile('width.csv', content), columns });
    expect(report).toMatchObject({ rows: 2, badRows: 2 });
    expect(report.examples).toEqual([
      'line 4: 2 columns where the header has 3',
      'line 5: 4 columns where the header has 3',
    ]);
  });

  test('a stray quote costs at most its own row', async () => {
    const content = 'time,duration,user\n1,1,5" disk\n2,1,"x" y\n3,"1"0,a\n4,1,a\n';
    const { table, report } = await replay({ file: traceFile('stray.csv', content), columns });
    expect(Array.from(table.arrivalS)).toEqual([0, 1, 3]);
    expect(report).toMatchObject({ badRows: 1, examples: [expect.stringMatching(/^line 4: duration/)] });
  });

  test('a quote left open over the next row makes a bad row, not a mixture of two', async () => {
    const content = 'time,duration,user\n1,1,"ann\n2,1,"bob"\n3,1,cyd\n';
    const { table, report } = await replay({ file: traceFile('open.csv', content), columns });
    expect(table.tenantNames).toEqual(['cyd']);
    expect(report.badRows).toBe(1);
  });

  test('a quote that is never closed stops the reading rather than swallow the rest', async () => {
    const rows = Array.from({ length: 200_000 }, (_, i) => `${i},1,ann`).join('\n');
    for (const content of [
      `time,duration,user\n1,1,ann\n2,1,"ann\n3,1,bob\n`,
      `time,duration,user\n1,1,"ann\n${rows}\n`,
    ]) {
      const error = await stopped({ file: traceFile('never.csv', content), columns });
      expect(error.message).toContain('quoted field that is never closed');
      expect(error.path).toEqual(['file']);
    }
  });

  test('a header with no rows, and no header at all, are said to be so', async () => {
    expect(
      (await stopped({ file: traceFile('header.csv', 'time,duration,user\n'), columns })).message,
    ).toMatch(/header\.csv has no rows$/);
    expect((await stopped({ file: traceFile('blank.csv', '\n\n'), columns })).message).toMatch(
      /blank\.csv has no header and no rows$/,
    );
  });

  test('a missing column is an error at its key, with the nearest name', async () => {
    const file = traceFile('missing.csv', 'time,durations,user\n1,1,a\n');
    const error = await stopped({ file, columns });
    expect(error.path).toEqual(['columns', 'work']);
    expect(error.message).toContain(
      "no column 'duration' (did you mean 'durations'?); it has: time, durations, user",
    );
    expect((await stopped({ file, columns: { arrival: 'time' }, where: { usr: 'a' } })).path).toEqual([
      'where',
      'usr',
    ]);
  });

  test('a file separated by semicolons, or without a header, is recognised', async () => {
    const semicolons = await stopped({
      file: traceFile('semicolons.csv', 'time;duration;user\n1;1;a\n'),
      columns,
    });
    expect(semicolons.message).toContain('separated by commas, not by ";"');
    const headless = await stopped({ file: traceFile('headless.csv', '1,1,a\n2,1,b\n'), columns });
    expect(headless.message).toContain('the first line must hold the names');
  });

  test('a column that occurs twice is ambiguous where it is used, and only there', async () => {
    const content = 'time,duration,user,user\n1,1,a,b\n';
    expect((await stopped({ file: traceFile('twice.csv', content), columns })).path).toEqual([
      'columns',
      'tenant',
    ]);
    const { report } = await replay({ file: 'twice.csv', columns: { arrival: 'time' } });
    expect(report.rows).toBe(1);
  });
});
