import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { checkSchema } from '../../src/scenario/check-schema.js';
import { applyOverride } from '../../src/scenario/override.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { parseSource, type SourceDocument } from '../../src/scenario/source.js';
import { count, durationS, rateHz } from '../../src/units/schema.js';

const policy = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('token-bucket'), rate: rateHz(), burst: count() }),
  z.strictObject({ kind: z.literal('gcra'), rate: rateHz() }),
]);
const pool = z.strictObject({
  gpus: count(),
  nodes: z.int().min(1).default(1),
  tags: z.array(z.string()).optional(),
});
const schema = z.strictObject({
  name: z.string().optional(),
  fleet: z.record(z.string().regex(/^[a-z]/), pool).optional(),
  arrivals: z
    .union([
      rateHz(),
      z.strictObject({ poisson: z.strictObject({ rate: rateHz() }) }),
      z.strictObject({ constant: z.strictObject({ every: durationS() }) }),
    ])
    .optional(),
  policies: z.array(policy).optional(),
  ordering: z.enum(['fifo', 'lifo', 'edf']).optional(),
  tools: z.union([z.enum(['none', 'all']), z.number(), z.array(z.string())]).optional(),
  caps: z.partialRecord(z.enum(['gpu', 'cpu']), z.number()).optional(),
  deadline: durationS().optional(),
});

const problemsOf = (document: SourceDocument, by: z.ZodType = schema) => {
  try {
    checkSchema(by, document);
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
};
/** Each problem as `line:column message -> suggestion`. */
const check = (text: string, by?: z.ZodType) =>
  problemsOf(parseSource(text, 's'), by).map(
    ({ line, column, message, suggestion }) =>
      `${line}:${column} ${message}${suggestion === undefined ? '' : ` -> ${suggestion}`}`,
  );

test('a valid document comes back parsed: units as numbers, defaults filled in', () => {
  const document = parseSource('deadline: 2 min\nfleet: {h100: {gpus: 8}}\n', 's');
  expect(checkSchema(schema, document)).toEqual({ deadline: 120, fleet: { h100: { gpus: 8, nodes: 1 } } });
});

describe('keys', () => {
  test('an unknown key is marked itself, with the nearest key that is not there yet', () => {
    expect(check('fleet:\n  h100:\n    gpsu: 8\n    gpus: 8\n    nods: 2\n')).toEqual([
      '3:5 unknown key `gpsu`',
      '5:5 unknown key `nods` -> nodes',
    ]);
  });

  test('an unknown key comes with the known ones', () => {
    const [problem] = problemsOf(parseSource('fleet: {a: {gpus: 1, zzzzz: 2}}', 's'));
    expect(problem).toMatchObject({ path: ['fleet', 'a', 'zzzzz'], expected: 'one of gpus, nodes, tags' });
  });

  test('an unknown key of a policy is compared with the keys of that policy', () => {
    expect(check('policies:\n  - kind: gcra\n    rate: 1/s\n    brst: 1\n')).toEqual([
      '4:5 unknown key `brst`',
    ]);
    expect(check('policies:\n  - kind: token-bucket\n    rate: 1/s\n    brst: 1\n')).toEqual([
      '2:5 missing key `burst`',
      '4:5 unknown key `brst` -> burst',
    ]);
  });

  test('a missing key is told at the key of the map that lacks it', () => {
    expect(check('fleet:\n  h100:\n    nodes: 2\n')).toEqual(['2:3 missing key `gpus`']);
    const [problem] = problemsOf(parseSource('fleet: {h100: {}}', 's'));
    expect(problem).toMatchObject({ path: ['fleet', 'h100'], expected: 'a whole number of at least 1' });
  });

  test('a missing key at the top is told on the first line of content', () => {
    expect(check('# comment\nb: 1\n', z.strictObject({ a: z.string(), b: z.number() }))).toEqual([
      '2:1 missing key `a`',
    ]);
  });

  test('a key outside the set of a record is unknown, with the nearest of the set', () => {
    expect(check('caps:\n  gpo: 3\n')).toEqual(['2:3 unknown key `gpo` -> gpu']);
  });

  test('a key that the pattern of a record refuses is marked itself', () => {
    expect(check('fleet:\n  H100: {gpus: 1}\n')).toEqual([
      '2:3 key `H100`: expected text that matches /^[a-z]/, got text "H100"',
    ]);
  });

  test('known keys beyond the twelfth are left out', () => {
    const many = z.strictObject(
      Object.fromEntries(Array.from({ length: 20 }, (_, i) => [`k${i}`, z.number().optional()])),
    );
    const [problem] = problemsOf(parseSource('zzzz: 1', 's'), many);
    expect(problem!.expected).toBe('one of k0, k1, k2, k3, k4, k5, k6, k7, k8, k9, k10, k11, ...');
  });
});

describe('kinds of value are told in the words of YAML', () => {
  test.each([
    ['a list', 'fleet: {a: {gpus: 1, tags: abc}}', '1:28 expected a list, got text "abc"'],
    ['text', 'name: 5', '1:7 expected text, got 5'],
    ['a map', 'fleet: [a]', '1:8 expected a map, got a list'],
    ['a map, where nothing is written', 'fleet:', '1:1 expected a map, got nothing'],
    ['a whole number', 'fleet: {a: {gpus: 1, nodes: 1.5}}', '1:29 expected a whole number, got 1.5'],
    ['a bound', 'fleet: {a: {gpus: 1, nodes: 0}}', '1:29 expected a number of at least 1, got 0'],
    ['a unit', 'deadline: 8 parsecs', '1:11 expected a duration, for example 8s, got text "8 parsecs"'],
    ['a quantity', 'deadline: []', '1:11 expected a duration, for example 8s, got an empty list'],
    ['a bound of a quantity', 'deadline: -1s', '1:11 expected a duration of at least 0, got -1s'],
  ])('%s', (_, text, expected) => {
    expect(check(text)).toEqual([expected]);
  });
});

describe('options', () => {
  test('a wrong one is told with the nearest', () => {
    expect(check('ordering: fif')).toEqual(['1:11 expected one of fifo, lifo, edf, got text "fif" -> fifo']);
  });

  test('a wrong kind of policy is told with the nearest kind', () => {
    expect(check('policies:\n  - kind: tokenbucket\n    rate: 5/s\n')).toEqual([
      '2:11 expected one of token-bucket, gcra, got text "tokenbucket" -> token-bucket',
    ]);
  });

  test('a policy without its kind is told what kinds there are', () => {
    const [problem] = problemsOf(parseSource('policies:\n  - rate: 1\n', 's'));
    expect(problem).toMatchObject({
      line: 2,
      column: 5,
      message: 'missing key `kind`',
      expected: 'one of token-bucket, gcra',
    });
  });
});

describe('of a union', () => {
  test('only the branch that fits best is told', () => {
    expect(check('arrivals:\n  poisson:\n    rtae: 5/s\n')).toEqual([
      '2:3 missing key `rate`',
      '3:5 unknown key `rtae` -> rate',
    ]);
    expect(check('arrivals: {constant: {every: soon}}')).toEqual([
      '1:30 expected a duration, for example 8s, got text "soon"',
    ]);
    expect(check('arrivals: 5/parsec')).toEqual([
      '1:11 expected a rate, for example 5/s, got text "5/parsec"',
    ]);
  });

  test('all branches are told in one sentence where none takes such a value', () => {
    expect(check('tools: al')).toEqual([
      '1:8 expected one of none, all or a number or a list, got text "al" -> all',
    ]);
    expect(check('arrivals: [5]')).toEqual(['1:11 expected a rate, for example 5/s or a map, got a list']);
  });

  test('a literal key decides where zod was not told of a discriminator', () => {
    const byKind = z.strictObject({
      x: z.union([
        z.strictObject({ kind: z.literal('b'), r: z.number() }),
        z.strictObject({ kind: z.literal('a'), p: z.number(), q: z.number(), s: z.number() }),
      ]),
    });
    expect(check('x: {kind: a, p: one, q: two, s: six}', byKind)).toEqual([
      '1:17 expected a number, got text "one"',
      '1:25 expected a number, got text "two"',
      '1:33 expected a number, got text "six"',
    ]);
  });
});

test('a check of the schema itself passes its message through, at the path it names', () => {
  const ordered = z
    .strictObject({ low: z.number(), high: z.number() })
    .superRefine(({ low, high }, context) => {
      if (low > high)
        context.addIssue({ code: 'custom', path: ['high'], message: 'the high mark is below the low one' });
    });
  expect(check('low: 5\nhigh: 3\n', ordered)).toEqual(['2:7 the high mark is below the low one']);
});

test('schemas that refer to themselves report at any depth', () => {
  type Step = { run?: string | undefined; steps?: Step[] | undefined };
  const step: z.ZodType<Step> = z.lazy(() =>
    z.strictObject({ run: z.string().optional(), steps: z.array(step).optional() }),
  );
  expect(check('steps:\n  - steps:\n      - rnu: x\n', step)).toEqual(['3:9 unknown key `rnu` -> run']);
});

test('problems come in the order of the file', () => {
  const text = 'policies: 1\nordering: 2\nname: 3\nfleet: 4\n';
  expect(problemsOf(parseSource(text, 's')).map(({ line }) => line)).toEqual([1, 2, 3, 4]);
});

test('what an alias repeats is told once, where it is written', () => {
  expect(check('fleet:\n  a: &a\n    gpus: no\n  b: {<<: *a}\n  c: *a\n')).toEqual([
    '3:11 expected a whole number of at least 1, got text "no"',
  ]);
});

test('a value set from the command line is reported as the argument', () => {
  const document = applyOverride(parseSource('fleet: {a: {gpus: 8}}', 's'), 'fleet.a.gpus=many');
  expect(new ScenarioError(problemsOf(document)).message).toBe(
    '--set fleet.a.gpus=many: fleet.a.gpus: expected a whole number of at least 1, got text "many"',
  );
});

test('a key missing in a map set from the command line is reported as the argument', () => {
  const document = applyOverride(parseSource('fleet: {a: {gpus: 8}}', 's'), 'fleet.a={}');
  expect(problemsOf(document)).toMatchObject([{ file: '--set fleet.a={}', message: 'missing key `gpus`' }]);
});
