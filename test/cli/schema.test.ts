import { describe, expect, it, vi } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { schema } from '../../src/cli/commands/schema.js';
import { resultDocument } from '../fixtures/result.js';
import { QUEUE } from './installed.js';

type JsonSchema = z.core.JSONSchema.JSONSchema;

function printed(of: string): JsonSchema {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    expect(schema(of)).toBe(0);
    return JSON.parse(write.mock.calls.map(([text]) => String(text)).join('')) as JsonSchema;
  } finally {
    write.mockRestore();
  }
}

/** Patterns are meant with Unicode (JSON Schema 2020-12, 6.4); zod's reader takes them without. */
function withoutPatterns(published: JsonSchema): JsonSchema {
  return JSON.parse(
    JSON.stringify(published, (key, value: unknown) => (key === 'pattern' ? undefined : value)),
  ) as JsonSchema;
}

describe('wipsim schema', () => {
  it.each(['scenario', 'result', 'comparison', 'sweep', 'plan'])(
    'writes the %s schema, draft 2020-12, with its name and version',
    (of) => {
      const { $schema, $id, version, type } = printed(of) as JsonSchema & { version: number };
      expect($schema).toBe('https://json-schema.org/draft/2020-12/schema');
      expect($id).toBe(`urn:wipsim:schema:${of}:1`);
      expect(version).toBe(1);
      expect(type).toBe('object');
    },
  );

  it('takes a scenario as it is written, and refuses a key that does not exist', () => {
    const scenario = z.fromJSONSchema(withoutPatterns(printed('scenario')));
    expect(scenario.safeParse(parse(QUEUE)).error).toBeUndefined();
    expect(scenario.safeParse({ ...(parse(QUEUE) as object), pool: {} }).success).toBe(false);
  });

  it('lets a policy be a file, with any parameters, but no name that does not exist', () => {
    const scenario = z.fromJSONSchema(withoutPatterns(printed('scenario')));
    const withAdmission = (admission: unknown) => ({ ...(parse(QUEUE) as object), policies: { admission } });
    for (const file of [
      './mine.ts',
      { policy: './mine.ts', at: 'chat', weight: 2 },
      ['./a.ts', 'accept-all'],
    ])
      expect(scenario.safeParse(withAdmission(file)).error).toBeUndefined();
    const patterns = JSON.stringify(printed('scenario')).match(/"pattern":"(?:[^"\\]|\\.)*\.?\(js\|[^"]*"/g);
    expect(patterns?.length).toBeGreaterThan(0);
  });

  it('takes a result document, and refuses one of another version', () => {
    const result = z.fromJSONSchema(printed('result'));
    const document = JSON.parse(JSON.stringify(resultDocument())) as object;
    expect(result.safeParse(document).error).toBeUndefined();
    expect(result.safeParse({ ...document, version: 2 }).success).toBe(false);
  });

  it('suggests what was meant', () => {
    expect(() => schema('results')).toThrow('there is no schema "results" (did you mean "result"?)');
    expect(() => schema('constructor')).toThrow('there is no schema "constructor"');
  });
});
