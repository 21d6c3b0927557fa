import { describe, expect, test } from 'vitest';
import {
  exp,
  expm1,
  gammaFunction,
  ln,
  ln1p,
  lnGamma,
  normalCdf,
  normalQuantile,
  pow,
  sineOfTurns,
} from '../../src/kernel/math.js';

// Reference values: mpmath at 40 or more digits, rounded to float64.
const relativeError = (got: number, expected: number): number =>
  got === expected ? 0 : Math.abs(got - expected) / Math.abs(expected);

function expectClose(got: number, expected: number, tolerance: number): void {
  expect(relativeError(got, expected), `got ${got}, expected ${expected}`).toBeLessThanOrEqual(tolerance);
}

/** The worst of two implementations' disagreement over some arguments must stay below a bound. */
function expectAgreement(
  ours: (x: number) => number,
  theirs: (x: number) => number,
  xs: readonly number[],
  bound: number,
): void {
  let worst = 0;
  let at = 0;
  for (const x of xs) {
    const error = relativeError(ours(x), theirs(x));
    if (error > worst || Number.isNaN(error)) [worst, at] = [error, x];
  }
  expect(worst, `at ${at}`).toBeLessThan(bound);
}

/** Numbers from -1 to 1 spread evenly in a fixed irregular order (golden-ratio sequence). */
const spread = (count: number): number[] =>
  Array.from({ length: count }, (_, i) => 2 * ((i * 0.618_033_988_749_894_9) % 1) - 1);

describe('ln', () => {
  test.each([
    [2, Math.LN2],
    [10, Math.LN10],
    [0.5, -Math.LN2],
    [1.0000000001, 1.000000082690371e-10],
    [Math.SQRT1_2, -0.3465735902799726],
    [1e-300, -690.7755278982137],
    [5e-324, -744.4400719213812],
    [1.7976931348623157e308, 709.782712893384],
    [0.001, -6.907755278982137],
  ])('of %d is %d', (x, expected) => expectClose(ln(x), expected, 2.3e-16));

  test('agrees with Math.log to two units in the last place over the whole range', () => {
    const us = spread(100_000);
    expectAgreement(
      ln,
      Math.log,
      us.map((u) => Math.exp(u * 700)),
      4.5e-16,
    );
    expectAgreement(
      ln,
      Math.log,
      us.map((u) => 1 + u * 0.4),
      4.5e-16,
    );
  });

  test('keeps the special cases of Math.log', () => {
    for (const x of [0, -0, -1, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1])
      expect(ln(x)).toBe(Math.log(x));
  });
});

describe('exp', () => {
  test.each([
    [1, Math.E],
    [-1, 0.36787944117144233],
    [0.5, 1.6487212707001282],
    [1e-10, 1.0000000001],
    [100.25, 3.451610733125924e43],
    [-300.5, 3.1225412772322846e-131],
    [709.5, 1.3549863193146328e308],
    [-744.5, 5e-324],
    [-708.9, 1.3447506992632944e-308],
  ])('of %d is %d', (x, expected) => expectClose(exp(x), expected, 2.3e-16));

  test('agrees with Math.exp to two units in the last place', () => {
    const us = spread(100_000);
    for (const range of [708, 2])
      expectAgreement(
        exp,
        Math.exp,
        us.map((u) => u * range),
        4.5e-16,
      );
  });

  test('keeps the special cases of Math.exp', () => {
    for (const x of [0, -0, 710, -746, Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])
      expect(exp(x)).toBe(Math.exp(x));
  });
});

test('ln1p and expm1 keep small arguments', () => {
  for (const range of [0.4, 1e-5, 1e-12, 1e-18]) {
    const xs = spread(20_000).map((u) => u * range);
    expectAgreement(ln1p, Math.log1p, xs, 1e-15);
    expectAgreement(expm1, Math.expm1, xs, 1e-15);
  }
  expect([ln1p(-1), ln1p(Infinity), expm1(-Infinity), expm1(Infinity), expm1(-800)]).toEqual([
    -Infinity,
    Infinity,
    -1,
    Infinity,
    -1,
  ]);
});

describe('pow', () => {
  test.each([
    [2, 0.1, 1.0717734625362931],
    [0.3, -7.3, 6561.676882334008],
    [1.5, 33, 647159.8249109838],
    [10, -5, 1e-5],
    [1e-5, 0.37, 0.014125375446227544],
  ])('%d^%d is %d', (x, y, expected) =>
    expectClose(pow(x, y), expected, (2 + Math.abs(y * Math.log(x))) * 2 ** -52),
  );

  test('is exact for whole powers that are', () => {
    expect([pow(2, 10), pow(10, 3), pow(-2, 3), pow(4, 0.5), pow(7, 1), pow(2, -3), pow(3, 0)]).toEqual([
      1024, 1000, -8, 2, 7, 0.125, 1,
    ]);
  });

  test('keeps the special cases of IEEE 754', () => {
    const inf = Number.POSITIVE_INFINITY;
    expect([pow(0, 2.5), pow(0, -2.5), pow(inf, 0.3), pow(inf, -0.3), pow(0.5, inf), pow(2, inf)]).toEqual([
      0,
      inf,
      inf,
      0,
      0,
      inf,
    ]);
    expect([pow(-8, 1.5), pow(Number.NaN, 1), pow(1, Number.NaN)]).toEqual([
      Number.NaN,
      Number.NaN,
      Number.NaN,
    ]);
    expect(relativeError(pow(-1.1, 41), -(1.1 ** 41))).toBeLessThan(2e-15);
  });
});

test.each([
  [0.125, Math.SQRT1_2],
  [0.1, 0.5877852522924731],
  [0.3, 0.9510565162951536],
  [0.7, -0.9510565162951535],
  [0.9, -0.587785252292473],
  [1 / 3, 0.8660254037844387],
  [1000.2, 0.9510565162952419],
  [0, 0],
  [0.25, 1],
  [0.75, -1],
  [0.5, 0],
  [-0.25, -1],
])('the sine of %d turns is %d', (turns, expected) => {
  expect(Math.abs(sineOfTurns(turns) - expected)).toBeLessThan(4e-16);
});

describe('the normal distribution', () => {
  test.each([
    [0.975, 1.9599639845400538],
    [0.99, 2.3263478740408408],
    [0.25, -0.6744897501960817],
    [0.9, 1.2815515655446006],
    [0.001, -3.0902323061678136],
    [0.0249, -1.961677869063786],
    [0.0751, -1.43882539275254],
    [1e-20, -9.262340089798407],
    [1e-300, -37.0470962993612],
  ])('has its quantile of %d at %d', (p, expected) => expectClose(normalQuantile(p), expected, 1e-15));

  test.each([
    [0, 0.5],
    [1, 0.8413447460685429],
    [-1, 0.15865525393145705],
    [-1.96, 0.024997895148220435],
    [2.5, 0.9937903346742238],
    [-3, 0.0013498980316300946],
    [-6, 9.86587645037698e-10],
    [-20, 2.7536241186062337e-89],
    [-37.5, 4.605353009581955e-308],
  ])('has below %d the probability %d', (x, expected) => expectClose(normalCdf(x), expected, 3e-14));

  test('ends at infinity', () => {
    expect([normalQuantile(0), normalQuantile(1), normalQuantile(2)]).toEqual([-Infinity, Infinity, NaN]);
    expect([normalCdf(-Infinity), normalCdf(Infinity), normalCdf(NaN)]).toEqual([0, 1, NaN]);
  });

  test('has a quantile that rises across the seams of its approximations', () => {
    for (const seam of [0.075, 0.925, 1.3887943864964021e-11]) {
      const step = seam * 1e-14;
      expect(normalQuantile(seam + step)).toBeGreaterThanOrEqual(normalQuantile(seam - step));
    }
  });
});

describe('the gamma function', () => {
  test.each([
    [0.5, 1.772453850905516],
    [1.5, 0.886226925452758],
    [0.1, 9.51350769866873],
    [3.7, 4.170651783796604],
    [25.25, 1.3821549138373968e24],
    [100.5, 9.320963104082716e156],
  ])('of %d is %d', (x, expected) => expectClose(gammaFunction(x), expected, Math.max(4e-15, x * 2e-15)));

  test('is the factorial of whole arguments, exactly', () => {
    expect([1, 2, 3, 4, 5, 6, 19].map(gammaFunction)).toEqual([1, 1, 2, 6, 24, 120, 6402373705728000]);
  });

  test.each([
    [0.01, 4.599479878042022],
    [0.5, 0.5723649429247001],
    [2.5, 0.2846828704729192],
    [10, 12.801827480081469],
    [1000.5, 5908.674175848678],
  ])('of %d has the logarithm %d', (x, expected) => {
    expect(Math.abs(lnGamma(x) - expected)).toBeLessThan(4e-15 * Math.max(1, expected));
  });
});
