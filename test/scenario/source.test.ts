import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Problem, ScenarioError } from '../../src/scenario/problem.js';
import { parseSource } from '../../src/scenario/source.js';

const problemsOf = (text: string): Problem[] => {
  try {
    parseSource(text, 's.yaml');
  } catch (error) {
    if (error instanceof ScenarioError) return error.problems;
    throw error;
  }
  return [];
};
const first = (text: string) => {
  const [problem] = problemsOf(text);
  return problem === undefined
    ? 'no problem'
    : `${problem.file}:${problem.line}:${problem.column}: ${problem.message}`;
};

describe('a parsed source', () => {
  test('has the plain value of the YAML 1.2 core schema', () => {
    const text = 'a: 1\nb: [x, true, ~, 0x10, 1e3]\nc: {yes: no, d: 8s}\n"e f": >\n  long\n  text\n';
    expect(parseSource(text, 's.yaml').value).toEqual({
      a: 1,
      b: ['x', true, null, 16, 1000],
      c: { yes: 'no', d: '8s' },
      'e f': 'long text\n',
    });
  });

  test('may be JSON, indented with tabs too', () => {
    expect(parseSource('{\n\t"a": [\n\t\t1\n\t]\n}', 's.json').value).toEqual({ a: [1] });
  });

  test('may begin with a byte order mark, which takes no column', () => {
    expect(parseSource('\uFEFFa: 1', 's.yaml').locate(['a'], { key: true })).toEqual({ line: 1, column: 1 });
  });

  test('keeps dates and other tagged forms of YAML 1.1 as text', () => {
    expect(parseSource('a: 2001-01-01\nb: 1:30\n', 's.yaml').value).toEqual({ a: '2001-01-01', b: '1:30' });
  });

  test('resolves aliases and merge keys; own keys win over merged ones, earlier maps over later', () => {
    const text = 'x: &x {p: 1, q: 1}\ny: &y {q: 2, r: 2, s: 2}\nz:\n  r: 3\n  <<: [*x, *y]\n  p: 3\nw: *x\n';
    expect(parseSource(text, 's.yaml').value).toMatchObject({
      z: { p: 3, q: 1, r: 3, s: 2 },
      w: { p: 1, q: 1 },
    });
  });

  test('treats a quoted "<<" as a key like any other', () => {
    expect(parseSource('"<<": {a: 1}', 's.yaml').value).toEqual({ '<<': { a: 1 } });
  });
});

describe('locate', () => {
  const text = [
    'name: demo', // 1
    'base: &base', // 2
    '  gpus: 8', // 3
    'pools:', // 4
    '  - name: h100', // 5
    '    <<: *base', // 6
    '    price: $2/h', // 7
    '  - *base', // 8
    'empty:', // 9
  ].join('\r\n');
  const source = parseSource(text, 's.yaml');

  test.each([
    [['name'], 1, 7],
    [['base', 'gpus'], 3, 9],
    [['pools'], 5, 3],
    [['pools', 0], 5, 5],
    [['pools', 0, 'price'], 7, 12],
  ])('finds the value at %j', (path, line, column) => {
    expect(source.locate(path)).toEqual({ line, column });
  });

  test.each([
    [['name'], 1, 1],
    [['pools', 0, 'price'], 7, 5],
    [['pools', 0], 5, 5],
  ])('finds the key at %j', (path, line, column) => {
    expect(source.locate(path, { key: true })).toEqual({ line, column });
  });

  test('follows a merge key to where the value is written', () => {
    expect(source.locate(['pools', 0, 'gpus'])).toEqual({ line: 3, column: 9 });
  });

  test('gives the place of use for an aliased value, and the place of writing for what is in it', () => {
    expect(source.locate(['pools', 1])).toEqual({ line: 8, column: 5 });
    expect(source.locate(['pools', 1, 'gpus'], { key: true })).toEqual({ line: 3, column: 3 });
  });

  test('falls back to the nearest ancestor for what is not there', () => {
    expect(source.locate(['pools', 0, 'nodes', 'x'])).toEqual({ line: 5, column: 5 });
    expect(source.locate(['pools', 7])).toEqual({ line: 5, column: 3 });
    expect(source.locate(['nope'])).toEqual({ line: 1, column: 1 });
  });

  test('gives the key for a value that is not written out', () => {
    expect(source.locate(['empty'])).toEqual({ line: 9, column: 1 });
  });
});

test('a problem made by a later check carries the place, expectation and suggestion', () => {
  const source = parseSource('stages:\n  - pool: h10\n', 's.yaml');
  expect(source.problem(['stages', 0, 'pool'], 'no such pool', { suggestion: 'h100' })).toEqual({
    message: 'no such pool',
    path: ['stages', 0, 'pool'],
    file: 's.yaml',
    line: 2,
    column: 11,
    suggestion: 'h100',
  });
});

describe('an error says where and what for', () => {
  test.each([
    ['an empty file', '', '1:1: the file is empty'],
    ['a file of comments', '# nothing\n', '1:1: the file is empty'],
    ['a list', '# c\n- a\n', '2:1: expected a map of keys and values, got a list'],
    ['a lone value', 'abc', '1:1: expected a map of keys and values, got a single value'],
    ['a duplicate key', 'a: 1\nb:\n  c: 1\n  c: 2\n', '4:3: duplicate key `c`; it is already set on line 3'],
    ['a key in two spellings', '1: a\n"1": b\n', '2:1: duplicate key `1`; it is already set on line 1'],
    [
      'two documents',
      'a: 1\n---\nb: 2\n',
      '2:1: the file holds more than one YAML document; a scenario is one',
    ],
    ['a tab as indentation', 'a:\n\tb: 1\n', '2:1: tabs cannot indent YAML; use spaces'],
    ['an unclosed quote', 'a: "abc', '1:8: missing closing " quote'],
    [
      'an unclosed list',
      'a: [1,\nb: 2\n',
      '2:1: expected "]" to close the list; its lines must be indented more than its key',
    ],
    ['a stray bracket', 'a: 1\n]\n', '2:1: unexpected "]" here'],
    [
      'a nested key on one line',
      'a: b: c\n',
      '1:4: unexpected "key: value" here; is the indentation right, or does a text with ": " need quotes?',
    ],
    ['a list as a key', '? [a]\n: b\n', '1:3: expected a key, got a list'],
    [
      'a key that would reach the prototype',
      'a: {__proto__: {b: 1}}',
      '1:5: the key `__proto__` is not allowed',
    ],
    [
      'an alias without an anchor',
      'a: *nope\n',
      '1:4: `*nope` refers to no anchor: there is no `&nope` before it',
    ],
    ['a merge of something else', 'a:\n  <<: 3\n', '2:7: `<<` merges a map or a list of maps'],
  ])('%s', (_, text, expected) => {
    expect(first(text)).toBe(`s.yaml:${expected}`);
  });

  test.each(['!mine 1', '!!js/function "f()"', '!!binary aGk=', '!!set {x, y}', '!!timestamp 2001-01-01'])(
    'a tag: %s',
    (value) => {
      expect(first(`a: ${value}`)).toMatch(/^s\.yaml:1:4: tags are not supported here: /);
    },
  );

  test('every duplicate key of the file, not the first alone', () => {
    expect(problemsOf('a: 1\na: 2\nb: 1\nb: 2\n').map(({ line }) => line)).toEqual([2, 4]);
  });

  test('the anchor that a misspelt alias meant', () => {
    expect(problemsOf('base: &defaults {}\na: *default\n')[0]!.suggestion).toBe('defaults');
  });
});

describe('a hostile file is refused quickly', () => {
  const laughs = (width: number, levels: number) =>
    Array.from({ length: levels }, (_, i) => {
      const item = i === 0 ? 'ha' : `*l${i - 1}`;
      return `l${i}: &l${i} [${Array(width).fill(item).join(', ')}]\n`;
    }).join('');

  test('when its aliases multiply (billion laughs)', () => {
    expect(first(laughs(9, 30))).toBe(
      's.yaml:6:10: the file has more than 100000 keys and values once its aliases are expanded',
    );
  });

  test('but a few levels of aliases are fine', () => {
    expect(first(laughs(9, 4))).toBe('no problem');
  });

  test('when an alias contains itself', () => {
    expect(first('a: &x\n  b: [1, *x]\n')).toBe('s.yaml:2:10: `*x` refers to a value that contains it');
  });

  test('when one anchor is used more than a hundred times', () => {
    const uses = (n: number) => `a: &x 1\nb: [${Array(n).fill('*x').join(', ')}]\n`;
    expect(first(uses(100))).toBe('no problem');
    expect(first(uses(101))).toBe('s.yaml:2:405: `*x` is used more than 100 times');
  });

  test('when it is nested deeper than 100 levels', () => {
    const lists = (n: number) => `a: ${'['.repeat(n)}${']'.repeat(n)}`;
    expect(first(lists(99))).toBe('no problem');
    expect(first(lists(100))).toBe('s.yaml:1:103: nested deeper than 100 levels');
    expect(first('['.repeat(1_000_000))).toMatch(/^s\.yaml:1:10\d: nested deeper than 100 levels$/);
  });

  test('when aliases nest it deeper than 100 levels', () => {
    const chain = Array.from({ length: 60 }, (_, i) => `a${i}: &a${i} [[${i === 0 ? '' : `*a${i - 1}`}]]\n`);
    expect(first(chain.join(''))).toMatch(/^s\.yaml:50:\d+: nested deeper than 100 levels$/);
  });

  test('when it is larger than 5 MB', () => {
    expect(first(`a: 1 #${'x'.repeat(5_000_000)}`)).toMatch(/^s\.yaml:1:1: the file is larger than 5 MB/);
  });

  test('when it holds more keys and values than any scenario', () => {
    const rows = Array.from({ length: 60_000 }, (_, i) => `k${i}: 1`).join('\n');
    expect(first(rows)).toMatch(/^s\.yaml:50000:\d+: the file has more than 100000 keys and values/);
  });
});

describe('whatever the text', () => {
  const valid = [
    'version: 1',
    'base: &base { gpus: 8, price: "$2.50/h" }',
    'fleet:',
    '  h100: &h',
    '    <<: *base',
    '    nodes: [1, 2, {a: b}]',
    '  b200: *h',
    'notes: |',
    '  several',
    '  lines',
    "quoted: 'it''s'",
    '',
  ].join('\n');
  const isHandled = (text: string): boolean => {
    const lines = text.split('\n').length;
    return problemsOf(text).every(({ line, column }) => line! >= 1 && line! <= lines && column! >= 1);
  };
  const punctuation = '[]{}:,-?&*!|>\'"%@`#~<\t\n\r \\\u0000\uD800';
  const piece = fc.oneof(
    fc.constantFrom(...punctuation, '<<: *base', '*h', '&h ', '---\n', '...\n', '!!set ', '  '),
    fc.string({ maxLength: 4, unit: 'binary' }),
  );
  const edit = fc.record({ at: fc.nat({ max: valid.length }), cut: fc.nat({ max: 6 }), insert: piece });

  test('the scenario that is edited here is valid', () => {
    expect(problemsOf(valid)).toEqual([]);
  });

  test('an edited scenario parses or gives errors with a line in the file', () => {
    fc.assert(
      fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
        const text = edits.reduce(
          (before, { at, cut, insert }) => before.slice(0, at) + insert + before.slice(at + cut),
          valid,
        );
        return isHandled(text);
      }),
      { numRuns: 2000 },
    );
  });

  test('a heap of YAML punctuation parses or gives errors with a line in the file', () => {
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => isHandled(pieces.join(''))),
      { numRuns: 2000 },
    );
  });

  test('any JSON object comes back as it was', () => {
    const key = fc.string();
    fc.assert(
      fc.property(fc.dictionary(key, fc.jsonValue({ maxDepth: 3 }), { noNullPrototype: true }), (value) => {
        const json = JSON.stringify(value);
        fc.pre(!json.includes('__proto__'));
        expect(parseSource(json, 's.json').value).toEqual(JSON.parse(json));
      }),
    );
  });
});
