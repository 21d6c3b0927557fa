import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Design, designOf } from '../../../src/experiment/sweep/design.js';
import { readFactor } from '../../../src/experiment/sweep/factor.js';

const factors = (...texts: string[]) => texts.map(readFactor);
const textsOf = ({ points }: Design) => points.map((point) => point.map(({ text }) => text).join(' '));
const numbers = ({ points }: Design, column: number) => points.map((point) => point[column]!.value as number);

describe('designs', () => {
  it('a grid has every combination, the last factor changing fastest', () => {
    const grid = designOf(factors('a=1,2', 'policy=base,x', 'b=0.5'), { kind: 'grid', seed: '1' });
    expect(textsOf(grid)).toEqual(['1 base 0.5', '1 x 0.5', '2 base 0.5', '2 x 0.5']);
    expect(grid.requested).toBe(4);
  });

  it('a latin hypercube has one point in each of as many parts of every range', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), fc.string(), (points, seed) => {
        const design = designOf(factors('a=0.0..1.0', 'b=10s..20s'), {
          kind: 'latin-hypercube',
          points,
          seed,
        });
        // Values are kept to six digits, so one at a border of its part may show in the next.
        const parts = (column: number, low: number, high: number) =>
          numbers(design, column)
            .map((value) => ((value - low) / (high - low)) * points)
            .sort((x, y) => x - y)
            .every((place, index) => place > index - 0.01 && place < index + 1.01);
        return parts(0, 0, 1) && parts(1, 10, 20);
      }),
    );
  });

  it('a sobol design of 64 points has one in each 64th of every range, and is not the same for every seed', () => {
    const of = (seed: string) =>
      designOf(factors('a=0.0..1.0', 'b=0.0..1.0'), { kind: 'sobol', points: 64, seed });
    for (const column of [0, 1])
      expect(new Set(numbers(of('1'), column).map((value) => Math.floor(value * 64))).size).toBe(64);
    expect(textsOf(of('1'))).toEqual(textsOf(of('1')));
    expect(textsOf(of('1'))).not.toEqual(textsOf(of('2')));
  });

  it.each(['random', 'latin-hypercube', 'sobol'] as const)(
    'a %s design has the mean of its ranges, and its factors are not correlated',
    (kind) => {
      const design = designOf(factors('a=0.0..1.0', 'b=1..9'), { kind, points: 1024, seed: '7' });
      const [a, b] = [numbers(design, 0), numbers(design, 1)];
      const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
      // Standard errors: 0.29/32 and 2.6/32; the products' is 0.75/32.
      expect(mean(a)).toBeCloseTo(0.5, 1);
      expect(Math.abs(mean(b) - 5)).toBeLessThan(0.4);
      expect(Math.abs(mean(a.map((value, i) => (value - 0.5) * (b[i]! - 5))))).toBeLessThan(0.1);
    },
  );

  it.each(['random', 'latin-hypercube', 'sobol'] as const)(
    'a factor more leaves the values of the others in a %s design as they are',
    (kind) => {
      const of = (...texts: string[]) => designOf(factors(...texts), { kind, points: 20, seed: 's' });
      const alone = textsOf(of('a=0.0..1.0', 'b=0.0..1.0'));
      const beside = textsOf(of('a=0.0..1.0', 'b=0.0..1.0', 'c=0.0..1.0'));
      expect(beside.map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(alone);
    },
  );

  it('points that are equal to others are left out', () => {
    const design = designOf(factors('a=1..2', 'b=x,y'), { kind: 'random', points: 100, seed: '1' });
    expect(design.requested).toBe(100);
    expect(textsOf(design).sort()).toEqual(['1 x', '1 y', '2 x', '2 y']);
  });

  it.each([
    [['a=0.1..0.9'], { kind: 'grid' }, 'needs `points N` or `step S`'],
    [['a=1,2'], { kind: 'grid', points: 8 }, '`points` belongs to the other designs'],
    [['a=1..1000', 'b=1..1000'], { kind: 'grid' }, 'the grid has 1000000 points'],
    [['a=1,2'], { kind: 'random' }, 'needs a number of points'],
    [['a=1,2'], { kind: 'random', points: 0 }, 'expected 1 to 100000 points, got 0'],
    [Array.from({ length: 25 }, (_, i) => `a${i}=1..2`), { kind: 'sobol', points: 8 }, 'at most 24 factors'],
  ] as const)('%s with %o is refused: %s', (texts, spec, message) => {
    expect(() => designOf(factors(...texts), { ...spec, seed: '1' })).toThrow(message);
  });
});
