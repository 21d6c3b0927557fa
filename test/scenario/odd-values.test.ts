import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { compileObject } from '../../src/scenario/compile.js';
import { ScenarioError } from '../../src/scenario/problem.js';

const page = readFileSync(new URL('../../docs/scenario.md', import.meta.url), 'utf8');
const [quickStart] = /(?<=```yaml\n)[\s\S]*?(?=```)/.exec(page)!;
const rich = parse(quickStart) as Record<string, unknown>;

const ODD = [
  null,
  true,
  -1,
  0,
  0.5,
  1e300,
  '',
  'x',
  'constructor',
  '5%',
  'inf',
  'end',
  'trace',
  [],
  {},
  [[]],
  { a: 1 },
];

type Path = readonly (string | number)[];

const pathsOf = (value: unknown, path: Path = []): Path[] =>
  typeof value === 'object' && value !== null
    ? [
        ...(path.length > 0 ? [path] : []),
        ...Object.entries(value).flatMap(([key, inner]) =>
          pathsOf(inner, [...path, Array.isArray(value) ? Number(key) : key]),
        ),
      ]
    : [path];

function replaced(value: unknown, path: Path, by: unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return by;
  if (Array.isArray(value)) return value.map((item, i) => (i === key ? replaced(item, rest, by) : item));
  const map = value as Record<string, unknown>;
  return { ...map, [key]: replaced(map[key], rest, by) };
}

describe('whatever stands in a scenario, it compiles or its mistakes are told as such', () => {
  test.each(Object.keys(rich))('%s', (section) => {
    for (const path of pathsOf(rich[section], [section]))
      for (const odd of ODD) {
        try {
          compileObject(replaced(rich, path, odd) as object);
        } catch (error) {
          if (!(error instanceof ScenarioError))
            throw new Error(`${path.join('.')} = ${JSON.stringify(odd)}: ${String(error)}`, { cause: error });
          expect(error.problems.length).toBeGreaterThan(0);
        }
      }
  });
});
