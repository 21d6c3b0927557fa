/** The regularised incomplete gamma function and its inverse: cdf and quantile of the gamma distribution. */
import { exp, ln, ln1p, lnGamma, normalQuantile } from '../math.js';

const TERMS_MAX = 100_000;
const EPSILON = 2 ** -54;

/**
 * P(a, x): by its power series below x = a + 1 (Abramowitz & Stegun 6.5.29), above by the continued fraction of
 * Q = 1 - P (6.5.31, evaluated by Lentz's method as in Press et al., Numerical Recipes, 6.2).
 */
export function incompleteGamma(a: number, x: number): number {
  if (!(x > 0)) return 0;
  if (x === Number.POSITIVE_INFINITY) return 1;
  const scale = exp(a * ln(x) - x - lnGamma(a));
  return x < a + 1 ? Math.min(scale * lowerSeries(a, x), 1) : 1 - scale * upperFraction(a, x);
}

function lowerSeries(a: number, x: number): number {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < TERMS_MAX && term > sum * EPSILON; n += 1) {
    term *= x / (a + n);
    sum += term;
  }
  return sum;
}

function upperFraction(a: number, x: number): number {
  const tiny = 1e-300;
  let b = x + 1 - a;
  let c = 1 / tiny;
  let d = 1 / b;
  let fraction = d;
  for (let n = 1; n < TERMS_MAX; n += 1) {
    const numerator = -n * (n - a);
    b += 2;
    d = numerator * d + b;
    if (Math.abs(d) < tiny) d = tiny;
    c = b + numerator / c;
    if (Math.abs(c) < tiny) c = tiny;
    d = 1 / d;
    fraction *= d * c;
    if (Math.abs(d * c - 1) < 4 * EPSILON) break;
  }
  return fraction;
}

const NEWTON_STEPS_MAX = 60;

/**
 * The x with P(a, x) = p: Newton's method in ln x from Wilson & Hilferty's approximation (or, near 0, from
 * P = x^a / Gamma(a + 1)), kept inside a bracket that every step tightens.
 */
export function inverseIncompleteGamma(a: number, p: number): number {
  if (p <= 0) return 0;
  if (p >= 1) return Number.POSITIVE_INFINITY;
  const lnGammaOfA = lnGamma(a);
  const nearZero = exp((ln(p) + lnGamma(a + 1)) / a);
  const cube = 1 - 1 / (9 * a) + normalQuantile(p) / (3 * Math.sqrt(a));
  let x = nearZero < 0.2 * (a + 1) || cube <= 0.2 ? nearZero : a * cube * cube * cube;
  if (a <= 1 && nearZero >= 0.2 * (a + 1)) x = Math.max(x, -ln1p(-p) * a);
  let low = 0;
  let high = Number.POSITIVE_INFINITY;
  for (let i = 0; i < NEWTON_STEPS_MAX; i += 1) {
    const excess = incompleteGamma(a, x) - p;
    if (excess === 0) return x;
    if (excess < 0) low = x;
    else high = x;
    // x times the density: the derivative of P by ln x.
    const slope = exp(a * ln(x) - x - lnGammaOfA);
    const step = excess / slope;
    let next = Math.abs(step) < 1 ? x * exp(-step) : Number.NaN;
    if (!(next > low && next < high))
      next = high === Number.POSITIVE_INFINITY ? 2 * x : low === 0 ? x / 2 : (low + high) / 2;
    if (Math.abs(next - x) <= 4 * EPSILON * x) return next;
    x = next;
  }
  return x;
}
