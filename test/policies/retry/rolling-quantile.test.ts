import fc from 'fast-check';
import { expect, test } from 'vitest';
import { RollingQuantile } from '../../../src/policies/retry/rolling-quantile.js';

test('the smallest of the last values with that share of them at or below it', () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 99 }),
      (values, window, percent) => {
        const rolling = new RollingQuantile(window);
        for (const value of values) rolling.add(value);
        const last = values.slice(-window);
        const enough = (value: number) =>
          last.filter((one) => one <= value).length * 100 >= percent * last.length;
        expect(rolling.count).toBe(last.length);
        expect(rolling.quantile(percent / 100)).toBe(Math.min(...last.filter(enough)));
      },
    ),
  );
});

test('nothing seen, no quantile', () => {
  expect(new RollingQuantile(5).quantile(0.5)).toBe(0);
});
