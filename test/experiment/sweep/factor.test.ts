import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assignmentsOf, readFactor, withDistinctNames } from '../../../src/experiment/sweep/factor.js';
import { levelAt } from '../../../src/experiment/sweep/levels.js';
import { applyOverride } from '../../../src/scenario/override.js';
import { parseSource } from '../../../src/scenario/source.js';

const valuesOf = (text: string) => readFactor(`a.b=${text}`).levels?.map(({ value }) => value);
const textsOf = (text: string) => readFactor(`a.b=${text}`).levels?.map(({ text: written }) => written);

describe('the values of a factor', () => {
  it.each([
    ['1,2,4', [1, 2, 4]],
    ['0.5', [0.5]],
    ['2..6', [2, 3, 4, 5, 6]],
    ['2..16 step 4', [2, 6, 10, 14]],
    ['-2..2 step 2', [-2, 0, 2]],
    ['0.1..0.9 points 5', [0.1, 0.3, 0.5, 0.7, 0.9]],
    ['0..1 step 0.25', [0, 0.25, 0.5, 0.75, 1]],
    ['0..0.3 step 0.1', [0, 0.1, 0.2, 0.3]],
    ['1..100 log points 3', [1, 10, 100]],
    ['1..4 log points 3', [1, 2, 4]],
    ['1..3,8,16', [1, 2, 3, 8, 16]],
    ['true,false', [true, false]],
    ['fifo, lifo', ['fifo', 'lifo']],
    ['2 .. 4', [2, 3, 4]],
  ])('%s', (text, expected) => {
    expect(valuesOf(text)).toEqual(expected);
  });

  it.each([
    ['10/min..60/min points 3', ['10/min', '35/min', '60/min'], [10, 35, 60], '/min'],
    ['1s..30s log points 4', ['1s', '3.10723s', '9.65489s', '30s'], [1, 3.10723, 9.65489, 30], 's'],
    ['$1.50/h..$3/h points 2', ['$1.5/h', '$3/h'], [1.5, 3], '$/h'],
    ['10%,50%', ['10%', '50%'], [10, 50], '%'],
    ['500ms,1s,2 min', ['500ms', '1s', '2 min'], [0.5, 1, 120], 's'],
    ['64GB/s,1TB/s', ['64GB/s', '1TB/s'], [64e9, 1e12], 'B/s'],
  ])('%s keeps its unit in what is written', (text, texts, values, unit) => {
    expect(textsOf(text)).toEqual(texts);
    const factor = readFactor(`a.b=${text}`);
    expect(factor.levels?.map(({ value }) => value)).toEqual(values);
    expect(factor).toMatchObject({ unit, kind: 'number' });
  });

  it('that are no quantities are categories: sizes of models, lists, files', () => {
    for (const text of [
      '7b,70b',
      '[a, b],[c]',
      '{limit: 8},{limit: 16}',
      '../traces/a.csv,b.csv',
      '1,x',
      'a',
    ])
      expect(readFactor(`a.b=${text}`)).toMatchObject({ kind: 'category', unit: null });
    expect(textsOf('[a, b],[c]')).toEqual(['[a, b]', '[c]']);
  });

  it('are open where a range has neither points nor steps, and not whole', () => {
    expect(readFactor('a=0.1..0.9').levels).toBeNull();
    expect(readFactor('a=1s..9s').levels).toBeNull();
    expect(readFactor('a=1..9').levels).toHaveLength(9);
  });

  it('that become equal by rounding to whole numbers are one, and that is counted', () => {
    const factor = readFactor('pools.gpus.nodes=1..3 points 5');
    expect(factor.levels?.map(({ value }) => value)).toEqual([1, 2, 3]);
    expect(factor.roundedAway).toBe(2);
  });

  it.each([
    ['a', 'expected path=value'],
    ['.b=1', 'expected a path such as a.b[0].c before "="'],
    ['a=', 'expected a value after "="'],
    ['a=1,,2', 'expected values such as `1,2,4`'],
    ['a=5..1', 'has to ascend'],
    ['a=0..9 log points 3', 'begin above 0'],
    ['a=1..9 log step 2', 'has `points`, not a step'],
    ['a=1..9 step 0', 'expected a step above 0'],
    ['a=1s..9s step 2GB', 'expected a step above 0 in s'],
    ['a=1..9 points 1', 'at least 2 points'],
    ['a=1s..9min points 3', 'expected the same unit at both ends'],
    ['a=1..9s points 3', 'expected the same unit at both ends'],
    ['a=1..1e9 step 1', 'more than 10000 values'],
    ['a=1..x points 3', 'is no number with a unit'],
    ['a=4,4', 'the value "4" is given twice'],
    ['a=1.5..2.5,4', 'needs `points` or `step`'],
    ['a=1..1e999 points 3', '"1e999" in "1..1e999 points 3" is too large'],
    ['a=-1e308..1e308 points 3', 'is too large: expected at most 1e+300'],
    ['a=[1,', '"[1,": expected "]" to close the list'],
  ])('%s is refused: %s', (text, message) => {
    expect(() => readFactor(text)).toThrow(message);
    expect(() => readFactor(text)).toThrow('--vary');
  });
});

describe('a factor', () => {
  it('is an assignment that --set understands, with the value that it says', () => {
    const document = parseSource('a: {b: [1]}', 'x.yaml');
    const cases: [string, unknown[]][] = [
      ['1,2', [1, 2]],
      ['true', [true]],
      ['"yes, no"', ['yes, no']],
      ['[1, {x: 2}],null', [[1, { x: 2 }], null]],
      ['30/min..60/min points 2', ['30/min', '60/min']],
    ];
    for (const [text, expected] of cases) {
      const factor = readFactor(`a.b[0]=${text}`);
      const set = factor.levels!.map((level) => {
        const changed = applyOverride(document, assignmentsOf(factor, level)[0]!).value;
        return (changed as { a: { b: unknown[] } }).a.b[0];
      });
      expect(set).toEqual(expected);
    }
  });

  it('of policies or seeds sets nothing, and its values are names', () => {
    const policy = readFactor('policy=base,8');
    expect(policy.what).toBe('policy');
    expect(policy.levels!.map(({ value }) => value)).toEqual(['base', '8']);
    expect(assignmentsOf(policy, policy.levels![0]!)).toEqual([]);
    expect(readFactor('seed=1..5')).toMatchObject({ what: 'seed', kind: 'category' });
    expect(readFactor('policies.wip[0].policy=fixed,aimd').what).toBe('setting');
  });

  it('has the end of its path as name, all of it where two ends are equal', () => {
    const named = withDistinctNames(
      ['pools.a.nodes=1', 'pools.b.nodes=1', 'policies.wip[0].limit=1', 'x.list[2]=1'].map(readFactor),
    );
    expect(named.map(({ name }) => name)).toEqual(['pools.a.nodes', 'pools.b.nodes', 'limit', 'list[2]']);
  });

  it('has its values within its range, whatever fraction is drawn', () => {
    const unit = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(unit, (fraction) => {
        for (const text of ['2..7', '2..7 log', '0.1..0.9', '1s..30s log', '1,2,4', '5..9 step 2']) {
          const value = levelAt(readFactor(`a=${text}`), fraction).value as number;
          const [low, high] = { '2': [2, 7], '0': [0.1, 0.9], '1': [1, 30], '5': [5, 9] }[text[0]!]!;
          if (!(value >= low! && value <= high!)) return false;
          if (text.startsWith('2') && !Number.isInteger(value)) return false;
        }
        return true;
      }),
    );
  });

  it('draws each whole number of a range equally often', () => {
    const factor = readFactor('a=3..6');
    const count = new Map<unknown, number>();
    for (let i = 0; i < 4000; i++) {
      const { value } = levelAt(factor, (i + 0.5) / 4000);
      count.set(value, (count.get(value) ?? 0) + 1);
    }
    expect([...count.entries()]).toEqual([3, 4, 5, 6].map((value) => [value, 1000]));
  });
});
