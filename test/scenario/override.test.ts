import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { applyOverride } from '../../src/scenario/override.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { parseSource } from '../../src/scenario/source.js';

const source = parseSource('a:\n  b: [1, {c: 2}]\n  n:\nm: &m {"x.y": 1}\nalias: *m\n', 's.yaml');
const set = (assignment: string) => applyOverride(source, assignment).value;
const refusal = (assignment: string): string => {
  try {
    applyOverride(source, assignment);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('--set', () => {
  test.each(['a.b[1].c=8', 'a.b.1.c=8'])('reaches into lists: %s', (assignment) => {
    expect(set(assignment)).toMatchObject({ a: { b: [1, { c: 8 }], n: null } });
  });

  test.each(['m."x.y"=2', 'm["x.y"]=2'])('reaches keys with dots in them: %s', (assignment) => {
    expect(set(assignment)).toMatchObject({ m: { 'x.y': 2 } });
  });

  test('reads the value as YAML does', () => {
    expect(set('z=30/min')).toMatchObject({ z: '30/min' });
    expect(set('z=[1, two, {q: 3}]')).toMatchObject({ z: [1, 'two', { q: 3 }] });
    expect(set('z=null')).toMatchObject({ z: null });
    expect(set('z="8"')).toMatchObject({ z: '8' });
    expect(set('z=a=b')).toMatchObject({ z: 'a=b' });
  });

  test('makes the maps on the way where nothing stands', () => {
    expect(set('z.y.x=1')).toMatchObject({ z: { y: { x: 1 } } });
    expect(set('a.n.q=1')).toMatchObject({ a: { n: { q: 1 } } });
  });

  test('changes one use of an aliased value, not the others', () => {
    expect(set('alias.k=1')).toMatchObject({ alias: { 'x.y': 1, k: 1 } });
    expect(set('alias.k=1')).not.toHaveProperty('m.k');
  });

  test('leaves the document it was given as it was', () => {
    set('a.b[0]=9');
    expect(source.value).toMatchObject({ a: { b: [1, { c: 2 }] } });
  });

  test('keeps where a value came from: the argument for what it set, the file for the rest', () => {
    const changed = applyOverride(source, 'a.b[1].c=8x');
    expect(changed.locate(['a', 'b', 1, 'c'])).toBeNull();
    expect(changed.problem(['a', 'b', 1, 'c'], 'no')).toMatchObject({
      file: '--set a.b[1].c=8x',
      line: null,
      column: null,
    });
    expect(changed.problem(['a', 'b', 0], 'no')).toMatchObject({ file: 's.yaml', line: 2, column: 7 });
  });

  test.each([
    ['a.b[2]=1', 'index 2 is out of range: `a.b` has 2 items'],
    ['a.b.x=1', '`a.b` is a list; expected an index, got "x"'],
    ['a.b[0].q=1', '`a.b[0]` is a single value, not a map'],
    ['[0]=1', 'the document is not a list'],
    ['z[0]=1', '`z` is not a list'],
    ['z', 'expected path=value'],
    ['=3', 'expected path=value'],
    ['a..b=3', 'expected a path such as a.b[0].c before "=", cannot read "..b=3"'],
    ['.a=3', 'expected a path such as a.b[0].c before "=", cannot read ".a=3"'],
    ['z=', 'z: expected a value after "="; write null for none, or "" for empty text'],
    ['z=q: 1', 'expected one value, a [list] or a {map: ...}; text with ": " or "- " needs quotes'],
    ['z=*m', '`*m` refers to no anchor: there is no `&m` before it'],
    ['__proto__.x=1', 'the key `__proto__` is not allowed'],
    [`${'a.'.repeat(100)}a=1`, 'nested deeper than 100 levels'],
  ])('refuses %s', (assignment, message) => {
    const argument = assignment.length > 60 ? `${assignment.slice(0, 57)}...` : assignment;
    expect(refusal(assignment)).toBe(`--set ${argument}: ${message}`);
  });

  test('accepts or refuses any text, and never fails otherwise', () => {
    const pieces = [
      'a',
      'b',
      'm',
      '.',
      '[0]',
      '[9]',
      '"x.y"',
      '=',
      '8',
      '[',
      '{',
      '*',
      '- ',
      ': ',
      '\n',
      '\\',
    ];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 12 }), (parts) =>
        /^(accepted$|--set )/.test(refusal(parts.join(''))),
      ),
      { numRuns: 1000 },
    );
  });
});
