import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { poolSchema } from '../../src/scenario/schema/pool.js';
import { traceSchema } from '../../src/scenario/trace-schema.js';

const page = readFileSync(new URL('../../docs/traces.md', import.meta.url), 'utf8');
const all = [...page.matchAll(/```yaml\n(.*?)```/gs)].map(([, text]) => parse(text!));
const examples = all.filter(({ arrival }) => arrival !== undefined);

describe('docs/traces.md', () => {
  test('every example is a valid trace', () => {
    expect(examples).toHaveLength(5);
    for (const example of examples)
      expect(traceSchema.safeParse(example.arrival.trace).error).toBeUndefined();
  });

  test('the example of a node list is valid', () => {
    const [pool] = all.flatMap(({ pools }) => (pools === undefined ? [] : [pools.cluster]));
    expect(poolSchema.safeParse(pool).error).toBeUndefined();
  });

  test('dates in YAML stay the text that was written', () => {
    const windows = examples.map(({ arrival }) => traceSchema.parse(arrival.trace).from).filter(Boolean);
    expect(windows).toEqual(['2017-10-01 00:00:00']);
  });
});
