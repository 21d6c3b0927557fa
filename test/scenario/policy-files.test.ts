import { describe, expect, test } from 'vitest';
import { POLICIES } from '../../src/policies/registry.js';
import { POLICY_FILE, policyFilesOf } from '../../src/scenario/policy-files.js';
import { parseSource } from '../../src/scenario/source.js';

describe('what names a file', () => {
  test.each(['./a', '../a.ts', '/home/me/a.ts', 'a.js', 'a.mjs', 'policies/a.ts', 'C:\\me\\a.ts'])(
    '%s',
    (name) => {
      expect(POLICY_FILE.test(name)).toBe(true);
    },
  );

  test('no policy of the catalogue does', () => {
    expect(POLICIES.filter(({ name }) => POLICY_FILE.test(name))).toEqual([]);
  });
});

test('files are found in every way of writing a policy, with their places, before any schema has looked', () => {
  const text = `
nonsense: [1]
policies:
  admission: [token-bucket, ./a.ts, {policy: ./b.ts, at: 7}, [./no.ts], null]
  ordering: ./c.ts
  retry: {policy: 3}
  unknown: ./no.ts
variants:
  fast: {wip: {policy: ../d.mjs}}
  broken: 5
`;
  const document = parseSource(text, 'test.yaml');
  expect(policyFilesOf(document)).toEqual([
    { file: './a.ts', point: 'admission', path: ['policies', 'admission', 1] },
    { file: './b.ts', point: 'admission', path: ['policies', 'admission', 2, 'policy'] },
    { file: './c.ts', point: 'ordering', path: ['policies', 'ordering'] },
    { file: '../d.mjs', point: 'wip', path: ['variants', 'fast', 'wip', 'policy'] },
  ]);
});
