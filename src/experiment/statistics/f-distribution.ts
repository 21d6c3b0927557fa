/** The F distribution's upper tail, for degrees of freedom that need not be whole. */
import { exp, ln, lnGamma } from '../../kernel/math.js';

const TERMS_MAX = 10_000;
const EPSILON = 2 ** -53;
const TINY = 1e-300;

/** Probability of a ratio of mean squares as large as this one where both estimate the same variance. */
export function fUpperTail(ratio: number, degreesAbove: number, degreesBelow: number): number {
  if (!(degreesAbove > 0 && degreesBelow > 0))
    throw new RangeError(`expected degrees of freedom above 0, got ${degreesAbove} and ${degreesBelow}`);
  if (!(ratio > 0)) return 1;
  const below = degreesBelow / (degreesBelow + degreesAbove * ratio);
  const above = (degreesAbove * ratio) / (degreesBelow + degreesAbove * ratio);
  return incompleteBeta(degreesBelow / 2, degreesAbove / 2, below, above);
}

/**
 * The regularised incomplete beta function I_x(a, b) by its continued fraction (NIST Digital Library of Mathematical
 * Functions, 8.17.22), which converges fast up to the mean, and beyond it from the other side.
 *
 * @param rest 1 − x, given apart so that no digit of it is lost where x is near 1
 */
function incompleteBeta(a: number, b: number, x: number, rest: number): number {
  if (x <= 0) return 0;
  if (rest <= 0) return 1;
  const front = exp(a * ln(x) + b * ln(rest) + lnGamma(a + b) - lnGamma(a) - lnGamma(b));
  return x < (a + 1) / (a + b + 2)
    ? (front * continuedFraction(a, b, x)) / a
    : 1 - (front * continuedFraction(b, a, rest)) / b;
}

/** By Lentz's method, two terms a round. */
function continuedFraction(a: number, b: number, x: number): number {
  const away = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
  let c = 1;
  let d = 1 / away(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < TERMS_MAX; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away(1 + even * d);
    c = away(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away(1 + odd * d);
    c = away(1 + odd / c);
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 4 * EPSILON) break;
  }
  return fraction;
}
