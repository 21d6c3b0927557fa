import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ageing } from '../../../src/policies/ordering/ageing.js';
import { make } from '../make.js';
import { serve } from './serve.js';

test('a level of priority is worth one interval of waiting', () => {
  const tasks = [
    { priority: 0, queuedAtS: 0 },
    { priority: 1, queuedAtS: 29 },
    { priority: 1, queuedAtS: 31 },
    { priority: 3, queuedAtS: 95 },
  ];
  expect(serve(make(ageing, { interval: '30s' }, { tasks }), tasks)).toEqual([1, 0, 2, 3]);
});

test('the key that is read once orders tasks as their grown priorities do, at any later time', () => {
  // Whole numbers, so that the growing priorities themselves are compared without rounding.
  const task = fc.record({ priority: fc.integer({ min: -9, max: 9 }), queuedAtS: fc.nat(10_000) });
  fc.assert(
    fc.property(task, task, fc.nat(100_000), fc.integer({ min: 1, max: 600 }), (a, b, laterS, intervalS) => {
      const order = make(ageing, { interval: intervalS }, { tasks: [a, b] });
      const nowS = Math.max(a.queuedAtS, b.queuedAtS) + laterS;
      const grown = (one: typeof a): number => one.priority * intervalS + (nowS - one.queuedAtS);
      if (grown(a) !== grown(b))
        expect(order.key(0, a.queuedAtS) < order.key(1, b.queuedAtS)).toBe(grown(a) > grown(b));
      else expect(order.key(0, a.queuedAtS)).toBeCloseTo(order.key(1, b.queuedAtS), 9);
    }),
  );
});

test('an interval of 0 is refused', () => {
  expect(ageing.parameters.safeParse({ interval: 0 }).success).toBe(false);
});
