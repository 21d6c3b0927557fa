import fc from 'fast-check';
import { expect, test } from 'vitest';
import { allotSeats } from '../../../src/policies/wip/seat-allotment.js';

const sum = (numbers: readonly number[]) => numbers.reduce((a, b) => a + b, 0);

test('in proportion to the targets where no bound is met', () => {
  const free = { lower: 0, upper: 100 };
  expect(
    allotSeats(12, [
      { ...free, target: 1 },
      { ...free, target: 3 },
      { ...free, target: 2 },
    ]),
  ).toEqual([2, 6, 4]);
});

test('who meets a bound stays there, and the others share the rest', () => {
  const levels = [
    { lower: 0, upper: 3, target: 10 },
    { lower: 4, upper: 100, target: 4 },
    { lower: 0, upper: 100, target: 2 },
    { lower: 0, upper: 100, target: 1 },
  ];
  // 10 seats: the first has at most 3 and the second at least 4; 3 are left for targets of 2 and 1.
  expect(allotSeats(10, levels)).toEqual([3, 4, 2, 1]);
});

test('without demand the seats are shared all the same', () => {
  const level = { lower: 0, upper: 10, target: 0 };
  expect(allotSeats(10, [level, level])).toEqual([5, 5]);
});

test('the sum, the bounds and one proportion for all: the properties that the original states and tests', () => {
  const level = fc
    .record({ lower: fc.nat(20), above: fc.nat(20), room: fc.nat(30) })
    .map(({ lower, above, room }) => ({ lower, target: lower + above, upper: lower + room }));
  const problem = fc.array(level, { minLength: 1, maxLength: 9 }).chain((levels) =>
    fc.record({
      levels: fc.constant(levels),
      total: fc.integer({
        min: sum(levels.map(({ lower }) => lower)),
        max: sum(levels.map(({ upper }) => upper)),
      }),
    }),
  );
  fc.assert(
    fc.property(problem, ({ levels, total }) => {
      const seats = allotSeats(total, levels);
      expect(sum(seats)).toBeCloseTo(total, 9);
      const inside: number[] = [];
      const atLower: number[] = [];
      const atUpper: number[] = [];
      levels.forEach(({ lower, upper, target }, i) => {
        expect(seats[i]).toBeGreaterThanOrEqual(lower);
        expect(seats[i]).toBeLessThanOrEqual(upper);
        const proportion = seats[i]! / Math.max(0.001, target);
        if (lower === upper) return;
        if (seats[i] === lower) atLower.push(proportion);
        else if (seats[i] === upper) atUpper.push(proportion);
        else inside.push(proportion);
      });
      // Those between their bounds have the same proportion; a lower bound is above it, an upper bound below.
      const [least, most] = [Math.min(...inside, ...atLower), Math.max(...inside, ...atUpper)];
      for (const one of inside) expect(one).toBeCloseTo(inside[0]!, 6);
      if (inside.length + atLower.length > 0 && inside.length + atUpper.length > 0)
        expect(most).toBeLessThanOrEqual(least * (1 + 1e-9) + 1e-9);
    }),
    { numRuns: 500 },
  );
});
