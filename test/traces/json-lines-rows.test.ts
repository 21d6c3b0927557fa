import { describe, expect, test } from 'vitest';
import { replay, stopped, traceFile } from './temporary-trace.js';

const columns = { arrival: { column: 'timestamp', unit: 'ms' }, promptTokens: 'input_length' };

describe('JSON Lines', () => {
  test.each(['a.jsonl', 'a.ndjson', 'a.jsonl.gz', 'a.ndjson.gz'])('%s is read', async (name) => {
    const file = traceFile(
      name,
      '{"timestamp": 0, "input_length": 6758}\n{"timestamp": 3000, "input_length": 7322}\n',
    );
    const { table } = await replay({ file, columns });
    expect(table).toMatchObject({
      arrivalS: Float64Array.of(0, 3),
      promptTokens: Float64Array.of(6758, 7322),
    });
  });

  test('a byte order mark, CRLF, blank lines and no last line end do no harm', async () => {
    const content = '\uFEFF{"timestamp":0,"input_length":1}\r\n\r\n{"timestamp":1,"input_length":2}';
    const { report } = await replay({ file: traceFile('crlf.jsonl', content), columns });
    expect(report).toMatchObject({ rows: 2, badRows: 0 });
  });

  test('numbers may be written as text, which keeps all digits of nanoseconds since 1970', async () => {
    const content = '{"t":"1507529583000000001"}\n{"t":"1507529583000000002"}\n';
    const { table } = await replay({
      file: traceFile('text.jsonl', content),
      columns: { arrival: { column: 't', unit: 'ns' } },
    });
    expect(table.arrivalS[1]).toBe(1e-9);
  });

  test('a broken line, and one that holds no object, are bad rows with their line', async () => {
    const content =
      '{"timestamp":0,"input_length":1}\n{"timestamp":1,"inp\n[1]\n"x"\nnull\n{"timestamp":9,"input_length":1}\n';
    const { report } = await replay({ file: traceFile('broken.jsonl', content), columns });
    expect(report).toMatchObject({ rows: 2, badRows: 4 });
    expect(report.examples).toEqual([2, 3, 4, 5].map((line) => `line ${line}: not a JSON object`));
  });

  test('a key that some rows lack makes those bad; null is missing too', async () => {
    const content =
      '{"timestamp":0,"input_length":1}\n{"timestamp":1}\n{"timestamp":2,"input_length":null}\n';
    const { report } = await replay({ file: traceFile('lacking.jsonl', content), columns });
    expect(report).toMatchObject({ rows: 1, badRows: 2 });
    expect(report.examples).toEqual(['line 2: input_length is missing', 'line 3: input_length is missing']);
  });

  test('a key that no row has is an error at its column, with the keys there are', async () => {
    const content = '{"timestamp":0,"usage":{"prompt":1,"answer":2}}\n';
    const error = await stopped({
      file: traceFile('nokey.jsonl', content),
      columns: { arrival: 'timestamp', promptTokens: 'usage.promt' },
    });
    expect(error.path).toEqual(['columns', 'promptTokens']);
    expect(error.message).toContain(
      "(did you mean 'usage.prompt'?); it has: timestamp, usage.prompt, usage.answer",
    );
  });

  test('dots reach into nested objects; a key with dots of its own comes first', async () => {
    const content = '{"t":0,"usage":{"prompt":{"tokens":7}},"a.b":3,"a":{"b":4}}\n';
    const { table } = await replay({
      file: traceFile('nested.jsonl', content),
      columns: { arrival: 't', promptTokens: 'usage.prompt.tokens', outputTokens: 'a.b' },
    });
    expect(table).toMatchObject({ promptTokens: Float64Array.of(7), outputTokens: Float64Array.of(3) });
  });

  test('names that every JavaScript object inherits are not columns', async () => {
    const error = await stopped({
      file: traceFile('own.jsonl', '{"t":0}\n'),
      columns: { arrival: 't', tenant: 'constructor' },
    });
    expect(error.message).toContain("no column 'constructor'");
  });

  test('lines longer than a chunk of the file are put together, letters of several bytes included', async () => {
    const long = 'é'.repeat(1_500_000);
    const content = `{"t":0,"who":"${long}"}\n{"t":1,"who":"b\u2028"}\n`;
    const { table } = await replay({
      file: traceFile('long.jsonl', content),
      columns: { arrival: 't', tenant: 'who' },
    });
    expect(table.tenantNames[0] === long).toBe(true);
    expect(table.rows).toBe(2);
  });

  test('a JSON document spread over lines, and a file of blank lines, are said to be so', async () => {
    const pretty = await stopped({
      file: traceFile('pretty.jsonl', '[\n  {\n    "timestamp": 0\n  }\n]\n'),
      columns,
    });
    expect(pretty.message).toContain('is not JSON Lines');
    expect(pretty.path).toEqual(['file']);
    expect((await stopped({ file: traceFile('blank.jsonl', '\n\n'), columns })).message).toMatch(
      /has no rows$/,
    );
  });
});
