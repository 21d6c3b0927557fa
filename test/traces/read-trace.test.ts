import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { folder, replay, stopped, traceFile } from './temporary-trace.js';

const file = traceFile('five.csv.gz', 't,g\n0,1\n1,1\n2,0\n3,1\n90,1\n');
const columns = { arrival: 't', gpus: 'g' };

describe('readTrace', () => {
  test('accounts for every row of the file', async () => {
    const { table, report } = await replay({ file, columns, to: 10, limit: 2 });
    expect(report).toEqual({
      file: join(folder, file),
      rows: 2,
      badRows: 1,
      filtered: 2,
      examples: ["line 4: g '0' is not a whole number of at least 1"],
    });
    expect(table.rows).toBe(2);
  });

  test('an absolute path is taken as it is', async () => {
    expect((await replay({ file: join(folder, file), columns })).report.file).toBe(join(folder, file));
  });

  test('a file whose every row is bad is an error with examples', async () => {
    const error = await stopped({ file: traceFile('allbad.csv', 't,g\n0,0\n1,0\n'), columns });
    expect(error.path).toEqual(['columns']);
    expect(error.message).toContain(
      "2 of 2 are bad; line 2: g '0' is not a whole number of at least 1; line 3",
    );
  });

  test('filters that leave nothing are named', async () => {
    const error = await stopped({ file, columns, where: { g: 7 }, from: 1 });
    expect(error.path).toEqual(['where']);
    expect(error.message).toContain("no row left: 'where', 'from' left out 5 rows");
    expect((await stopped({ file, columns, from: 91 })).path).toEqual(['from']);
  });

  test('the file is read by its format, not by its name, where both are given', async () => {
    const name = traceFile('log.txt', '{"t": 4}\n');
    expect((await replay({ file: name, format: 'jsonl', columns: { arrival: 't' } })).report.rows).toBe(1);
  });
});
