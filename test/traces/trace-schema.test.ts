import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { traceSchema } from '../../src/scenario/trace-schema.js';

const minimal = { file: 'jobs.csv', columns: { arrival: 'time' } };

const problems = (trace: unknown) =>
  traceSchema.safeParse(trace).error?.issues.map(({ path, message }) => ({ path, message })) ?? [];

describe('traceSchema', () => {
  test('fills in what is left out: seconds, every row, at the recorded pace, from the first row', () => {
    expect(traceSchema.parse(minimal)).toEqual({
      file: 'jobs.csv',
      format: 'csv',
      columns: { arrival: { column: 'time', unit: 's' } },
      where: {},
      timeScale: 1,
      origin: 'first',
    });
  });

  test.each([
    ['a.csv', 'csv'],
    ['a.CSV.GZ', 'csv'],
    ['a.jsonl', 'jsonl'],
    ['a.ndjson.gz', 'jsonl'],
  ])('%s is %s by its extension', (file, format) => {
    expect(traceSchema.parse({ ...minimal, file }).format).toBe(format);
  });

  test('an unknown extension needs a format', () => {
    expect(problems({ ...minimal, file: 'a.txt' })).toEqual([
      { path: ['file'], message: expect.stringContaining("add 'format: csv'") },
    ]);
    expect(traceSchema.parse({ ...minimal, file: 'a.txt', format: 'jsonl' }).format).toBe('jsonl');
  });

  test('a column is its name, a name with a unit, or a product', () => {
    const columns = (work: unknown) =>
      traceSchema.parse({ ...minimal, columns: { arrival: 't', work } }).columns.work;
    expect(columns('d')).toEqual({ factors: ['d'], unit: 's' });
    expect(columns({ column: 'd', unit: 'h' })).toEqual({ factors: ['d'], unit: 'h' });
    expect(columns({ product: ['n', 'each'], unit: 'ms' })).toEqual({ factors: ['n', 'each'], unit: 'ms' });
  });

  test('a unit that does not exist is answered with those that do', () => {
    expect(problems({ ...minimal, columns: { arrival: { column: 't', unit: 'seconds' } } })).toEqual([
      { path: ['columns', 'arrival'], message: expect.stringContaining('s, ms, us, ns, min, h, datetime') },
    ]);
    expect(
      problems({ ...minimal, columns: { arrival: 't', work: { column: 'd', unit: 'datetime' } } }),
    ).toHaveLength(1);
  });

  test('an unknown column or key, and an arrival left out, are errors', () => {
    expect(problems({ ...minimal, columns: { arrival: 't', prompt: 'p' } })[0]?.path).toEqual(['columns']);
    expect(problems({ ...minimal, colums: {} })[0]?.message).toContain('colums');
    expect(problems({ file: 'a.csv', columns: {} })[0]?.path).toEqual(['columns', 'arrival']);
  });

  test('where takes one value or several', () => {
    expect(traceSchema.parse({ ...minimal, where: { a: 'x', b: [1, true] } }).where).toEqual({
      a: ['x'],
      b: [1, true],
    });
    expect(problems({ ...minimal, where: { a: [] } })[0]?.path).toEqual(['where', 'a']);
  });

  test("'origin: from' needs 'from'; a time scale is above 0; a limit is a whole number of at least 1", () => {
    expect(problems({ ...minimal, origin: 'from' })[0]?.path).toEqual(['origin']);
    expect(problems({ ...minimal, timeScale: 0 })[0]?.path).toEqual(['timeScale']);
    expect(problems({ ...minimal, limit: 0 })[0]?.path).toEqual(['limit']);
  });

  test('its JSON Schema lets an editor accept both ways to write a column', () => {
    const schema = z.toJSONSchema(traceSchema, { io: 'input' });
    expect(schema.required).toEqual(['file', 'columns']);
    const columns = schema.properties?.columns as {
      properties: { arrival: { anyOf: { type: string }[] } };
    };
    expect(columns.properties.arrival.anyOf.map(({ type }) => type)).toEqual(['string', 'object']);
  });
});
