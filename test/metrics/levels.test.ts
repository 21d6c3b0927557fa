import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Levels } from '../../src/metrics/levels.js';

test('2 for 3 s and 5 for 4 s are 26 in 7 s', () => {
  const levels = new Levels(2);
  levels.change(1, 2, 0);
  levels.change(1, 3, 3);
  levels.change(1, -5, 7);
  expect([levels.integral(1, 7), levels.integral(1, 100), levels.max(1, 7), levels.value(1)]).toEqual([
    26, 26, 5, 0,
  ]);
  expect(levels.mean(1, 13)).toBe(2);
  expect(levels.integral(0, 100)).toBe(0);
});

test('the present value counts up to now', () => {
  const levels = new Levels(1);
  levels.change(0, 4, 10);
  expect([levels.integral(0, 10), levels.integral(0, 12.5)]).toEqual([0, 10]);
});

test('averages and maxima begin again at measureFrom; the integral goes on', () => {
  const levels = new Levels(1);
  levels.change(0, 8, 0);
  levels.change(0, -6, 5);
  levels.measureFrom(10);
  expect([levels.max(0, 10), levels.mean(0, 10)]).toEqual([0, 0]);
  levels.change(0, 1, 12);
  // 2 for 2 s and 3 for 2 s.
  expect(levels.mean(0, 14)).toBe(2.5);
  expect(levels.max(0, 14)).toBe(3);
  expect(levels.integral(0, 14)).toBe(40 + 10 + 10);
});

test('a value of an instant is no maximum: it was gone before anybody could see it', () => {
  const levels = new Levels(1);
  levels.change(0, 9, 3);
  levels.change(0, -8, 3);
  expect([levels.max(0, 3), levels.max(0, 4)]).toEqual([0, 1]);
});

test('a value that ends with the warm-up is no maximum of what follows', () => {
  const levels = new Levels(1);
  levels.change(0, 9, 0);
  levels.measureFrom(10);
  levels.change(0, -9, 10);
  expect([levels.max(0, 20), levels.mean(0, 20)]).toEqual([0, 0]);
});

test('a number below 0 is a bug and throws', () => {
  const levels = new Levels(2);
  levels.change(1, 1, 0);
  expect(() => levels.change(1, -2, 1)).toThrow('level 1 would become -1');
});

test('integral, mean and maximum are those of all stretches, to the last bit for whole numbers', () => {
  const change = fc.record({ row: fc.nat(2), to: fc.nat(20), inS: fc.nat(3) });
  fc.assert(
    fc.property(fc.array(change, { maxLength: 60 }), fc.nat(60), (changes, measuredFrom) => {
      const levels = new Levels(3);
      const values = [0, 0, 0];
      const areas = [0, 0, 0];
      let measured = [0, 0, 0];
      let highest = [0, 0, 0];
      let nowS = 0;
      let startS = 0;
      for (const [index, { row, to, inS }] of changes.entries()) {
        for (const other of values.keys()) {
          areas[other]! += values[other]! * inS;
          measured[other]! += values[other]! * inS;
          if (inS > 0) highest[other] = Math.max(highest[other]!, values[other]!);
        }
        nowS += inS;
        levels.change(row, to - values[row]!, nowS);
        values[row] = to;
        if (index !== measuredFrom) continue;
        levels.measureFrom(nowS);
        startS = nowS;
        measured = [0, 0, 0];
        highest = [0, 0, 0];
      }
      for (const row of values.keys()) {
        expect(levels.integral(row, nowS)).toBe(areas[row]);
        expect(levels.value(row)).toBe(values[row]);
        expect(levels.max(row, nowS)).toBe(highest[row]);
        expect(levels.mean(row, nowS)).toBe(nowS > startS ? measured[row]! / (nowS - startS) : 0);
      }
    }),
    { numRuns: 500 },
  );
});
