/** Holt and Winters against series whose future is known, and against the equations solved another way. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HoltWinters } from '../../../src/policies/scaling/forecast.js';

const weights = fc.record({
  level: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  trend: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
  season: fc.double({ min: 0.05, max: 0.95, noNaN: true }),
});
const values = (min: number, max: number) =>
  fc.array(fc.integer({ min: 0, max: 100 }), { minLength: min, maxLength: max });

function fitted(
  series: readonly number[],
  smoothing: ConstructorParameters<typeof HoltWinters>[0],
  m: number,
) {
  const model = new HoltWinters(smoothing, m);
  for (const value of series) model.add(value);
  return model;
}

describe('without a season', () => {
  test('a straight line goes on, once the trend is known', () => {
    const line = Array.from({ length: 400 }, (_, t) => 5 + 3 * t);
    const model = fitted(line, { level: 0.5, trend: 0.3, season: 0 }, 0);
    expect([1, 2, 10].map((h) => model.forecast(h))).toEqual(
      [1, 2, 10].map((h) => expect.closeTo(5 + 3 * (399 + h), 6)),
    );
  });

  test('by hand: 10, 12, 15 with weights a half and a fifth', () => {
    // l = 10, b = 0. l = 11, b = 0.2. l = 15 / 2 + 11.2 / 2 = 13.1, b = 0.2 × 2.1 + 0.8 × 0.2 = 0.58.
    const model = fitted([10, 12, 15], { level: 0.5, trend: 0.2, season: 0 }, 0);
    expect(model.forecast(1)).toBeCloseTo(13.68, 12);
    expect(model.forecast(3)).toBeCloseTo(14.84, 12);
  });
});

describe('with a season', () => {
  test('what comes back every season is foreseen after the first one', () => {
    fc.assert(
      fc.property(values(2, 24), weights, fc.integer({ min: 0, max: 50 }), (season, smoothing, more) => {
        const m = season.length;
        const model = fitted(
          Array.from({ length: m + more }, (_, t) => season[t % m]!),
          smoothing,
          m,
        );
        for (let h = 1; h <= 2 * m; h++)
          expect(model.forecast(h)).toBeCloseTo(season[(m + more + h - 1) % m]!, 6);
      }),
    );
  });

  test('the equations of the textbook, written down once more', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 2, max: 6 }),
        values(12, 40),
        weights,
        (m, series, { level: a, trend: b, season: c }) => {
          const first = series.slice(0, m);
          const mean = first.reduce((sum, value) => sum + value, 0) / m;
          // l, b and s of every time; those of the first season as it ends.
          const l = [mean];
          const trends = [0];
          const s = first.map((value) => value - mean);
          for (const [i, y] of series.slice(m).entries()) {
            l.push(a * (y - s[i]!) + (1 - a) * (l[i]! + trends[i]!));
            trends.push(b * (l[i + 1]! - l[i]!) + (1 - b) * trends[i]!);
            s.push(c * (y - l[i]! - trends[i]!) + (1 - c) * s[i]!);
          }
          const model = fitted(series, { level: a, trend: b, season: c }, m);
          for (let h = 1; h <= 3 * m; h++) {
            const k = Math.floor((h - 1) / m);
            const expected = l.at(-1)! + h * trends.at(-1)! + s[series.length - 1 + h - m * (k + 1)]!;
            expect(model.forecast(h)).toBeCloseTo(expected, 6);
          }
        },
      ),
    );
  });
});
