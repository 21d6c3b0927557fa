/**
 * Elementary and special functions made of + - * / and square root only.
 *
 * IEEE 754 fixes the last bit of those five operations but not of Math.log, Math.exp or Math.sin: engines and
 * CPUs differ there, and one different bit is enough to reorder two events. Everything that a simulation's result
 * depends on therefore calls these. They agree with the true values to about one unit in the last place
 * (`pow` and the gamma function: a few), see the tests. `ln` and `exp` are on the hot path: about 10 ns each.
 */

const POWER_LOWEST = -1024;
/** 2^k for k from -1024 to 1023, exact. */
const POWERS_OF_TWO = new Float64Array(2048);
for (let k = 0, value = 1; k <= 1023; k += 1, value *= 2) POWERS_OF_TWO[k - POWER_LOWEST] = value;
for (let k = -1, value = 0.5; k >= POWER_LOWEST; k -= 1, value /= 2) POWERS_OF_TWO[k - POWER_LOWEST] = value;

const WORD_F64 = new Float64Array(1);
const WORD_I32 = new Int32Array(WORD_F64.buffer);
/** Which half of a float64 holds sign and exponent on this machine. */
const HIGH = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1 ? 1 : 0;

/** High word of sqrt(1/2): subtracting it before the shift leaves a mantissa between sqrt(1/2) and sqrt(2). */
const HIGH_WORD_SQRT_HALF = 0x3fe6a09e;
const SMALLEST_NORMAL = 2 ** -1022;
const TWO_54 = 2 ** 54;

/** ln 2 in two parts; the first ends in 32 zero bits, so that an exponent times it is exact. */
const LN2_HIGH = 0.6931471803691238;
const LN2_LOW = 1.9082149292705877e-10;

/**
 * Natural logarithm. x = m 2^e with m near 1, s = (m-1)/(m+1), ln m = 2 (s + s^3/3 + s^5/5 + ...), summed as
 * f - s (f - R) with f = m - 1 exact, which keeps the leading term free of rounding.
 */
export function ln(x: number): number {
  WORD_F64[0] = x;
  const high = WORD_I32[HIGH];
  if (high < 0x00100000 || high >= 0x7ff00000) return lnOfUnusual(x);
  const e = (high - HIGH_WORD_SQRT_HALF) >> 20;
  // A table lookup, because writing the changed exponent back and re-reading the float64 stalls the CPU's pipeline.
  const f = x * POWERS_OF_TWO[-e - POWER_LOWEST] - 1;
  const s = f / (f + 2);
  const z = s * s;
  const w = z * z;
  const odd = 2 / 3 + w * (2 / 7 + w * (2 / 11 + w * (2 / 15 + w * (2 / 19 + w * (2 / 23)))));
  const even = 2 / 5 + w * (2 / 9 + w * (2 / 13 + w * (2 / 17 + w * (2 / 21))));
  const rest = z * (odd + z * even);
  return e * LN2_HIGH - (s * (f - rest) - e * LN2_LOW - f);
}

function lnOfUnusual(x: number): number {
  if (x === 0) return Number.NEGATIVE_INFINITY;
  if (x > 0 && x < SMALLEST_NORMAL) return ln(x * TWO_54) - 54 * LN2_LOW - 54 * LN2_HIGH;
  return x === Number.POSITIVE_INFINITY ? x : Number.NaN;
}

/**
 * e^x. With x = k ln 2 + r, |r| <= ln(2)/2: e^r = 1 + r + r c/(2 - c) where r (e^r + 1)/(e^r - 1) = 2 + r - c has
 * the Bernoulli numbers' series 2 + r^2/6 - r^4/360 + r^6/15120 - ... (Abramowitz & Stegun 4.5.67).
 */
export function exp(x: number): number {
  if (!(x < 709.782712893384)) return x > 0 ? Number.POSITIVE_INFINITY : Number.NaN;
  if (x < -745.1332191019412) return 0;
  const k = Math.floor(x * Math.LOG2E + 0.5);
  const high = x - k * LN2_HIGH;
  const low = k * LN2_LOW;
  const r = high - low;
  const t = r * r;
  const series =
    1 / 6 +
    t * (-1 / 360 + t * (1 / 15120 + t * (-1 / 604800 + t * (1 / 23950080 - t * (691 / 653837184000)))));
  const c = r - t * series;
  const y = 1 - (low - (r * c) / (2 - c) - high);
  if (k > 1023) return y * POWERS_OF_TWO[k - 1 - POWER_LOWEST] * 2;
  if (k < -1022) return (y * POWERS_OF_TWO[k + 54 - POWER_LOWEST]) / TWO_54;
  return y * POWERS_OF_TWO[k - POWER_LOWEST];
}

/** ln(1 + x) without losing small x (Kahan's correction, see Higham, Accuracy and Stability, 1.14.1). */
export function ln1p(x: number): number {
  const u = 1 + x;
  if (u === 1) return x;
  return u === Number.POSITIVE_INFINITY ? u : (ln(u) * x) / (u - 1);
}

/** e^x - 1 without losing small x (Kahan's correction, see Higham, 1.14.1). */
export function expm1(x: number): number {
  const u = exp(x);
  if (u === 1) return x;
  if (u - 1 === -1 || u === Number.POSITIVE_INFINITY) return u - 1;
  return ((u - 1) * x) / ln(u);
}

const LARGEST_MULTIPLIED_OUT = 32;

/**
 * x^y, with the special cases of IEEE 754 pow. Relative error at most about (2 + |y ln x|) 2^-52: whole powers up to
 * 32 are multiplied out, others are e^(y ln x).
 */
export function pow(x: number, y: number): number {
  if (y === 0.5 && x >= 0) return Math.sqrt(x);
  const isWhole = Math.floor(y) === y;
  if (isWhole && Math.abs(y) <= LARGEST_MULTIPLIED_OUT)
    return y < 0 ? 1 / wholePower(x, -y) : wholePower(x, y);
  if (x === 1) return Number.isNaN(y) ? y : 1;
  if (x === 0) return y > 0 ? 0 : Number.isNaN(y) ? y : Number.POSITIVE_INFINITY;
  if (x > 0) return exp(y * ln(x));
  if (!isWhole) return Number.NaN;
  const magnitude = exp(y * ln(-x));
  return y % 2 === 0 ? magnitude : -magnitude;
}

function wholePower(x: number, n: number): number {
  let result = 1;
  let square = x;
  for (let rest = n; rest > 0; rest >>= 1) {
    if (rest & 1) result *= square;
    square *= square;
  }
  return result;
}

const TWO_PI = 6.283185307179586;

/** sin(2 pi turns): the angle in whole turns, so that reducing it to one quadrant is exact. */
export function sineOfTurns(turns: number): number {
  let r = turns - Math.floor(turns + 0.5);
  if (r > 0.25) r = 0.5 - r;
  else if (r < -0.25) r = -0.5 - r;
  const x = TWO_PI * r;
  const z = x * x;
  let series = 0;
  for (let n = 20; n >= 2; n -= 2) series = (-z / (n * (n + 1))) * (1 + series);
  return x + x * series;
}

/** Coefficients of z^0, z^1, ... */
function polynomial(coefficients: Float64Array, z: number): number {
  let value = 0;
  for (let i = coefficients.length - 1; i >= 0; i -= 1) value = value * z + coefficients[i];
  return value;
}

// Wichura (1988), Algorithm AS 241, PPND16: numerators and denominators for the centre, the tails, the far tails.
const CENTRE_TOP = Float64Array.of(
  3.3871328727963665,
  133.14166789178438,
  1971.5909503065513,
  13731.69376550946,
  45921.95393154987,
  67265.7709270087,
  33430.57558358813,
  2509.0809287301227,
);
const CENTRE_BOTTOM = Float64Array.of(
  1,
  42.31333070160091,
  687.1870074920579,
  5394.196021424751,
  21213.794301586597,
  39307.89580009271,
  28729.085735721943,
  5226.495278852854,
);
const TAIL_TOP = Float64Array.of(
  1.4234371107496835,
  4.630337846156546,
  5.769497221460691,
  3.6478483247632045,
  1.2704582524523684,
  0.2417807251774506,
  0.022723844989269184,
  0.0007745450142783414,
);
const TAIL_BOTTOM = Float64Array.of(
  1,
  2.053191626637759,
  1.6763848301838038,
  0.6897673349851,
  0.14810397642748008,
  0.015198666563616457,
  0.0005475938084995345,
  1.0507500716444169e-9,
);
const FAR_TOP = Float64Array.of(
  6.657904643501103,
  5.463784911164114,
  1.7848265399172913,
  0.29656057182850487,
  0.026532189526576124,
  0.0012426609473880784,
  2.7115555687434876e-5,
  2.0103343992922881e-7,
);
const FAR_BOTTOM = Float64Array.of(
  1,
  0.599832206555888,
  0.1369298809227358,
  0.014875361290850615,
  0.0007868691311456133,
  1.8463183175100548e-5,
  1.4215117583164459e-7,
  2.0442631033899397e-15,
);

/** Quantile of the standard normal distribution, relative error about 1e-16 (Wichura 1988, AS 241, PPND16). */
export function normalQuantile(p: number): number {
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(CENTRE_TOP, r)) / polynomial(CENTRE_BOTTOM, r);
  }
  const tail = q < 0 ? p : 1 - p;
  if (!(tail > 0))
    return tail === 0 ? (q < 0 ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY) : Number.NaN;
  const r = Math.sqrt(-ln(tail));
  const size =
    r <= 5
      ? polynomial(TAIL_TOP, r - 1.6) / polynomial(TAIL_BOTTOM, r - 1.6)
      : polynomial(FAR_TOP, r - 5) / polynomial(FAR_BOTTOM, r - 5);
  return q < 0 ? -size : size;
}

const ONE_OVER_SQRT_TWO_PI = 0.3989422804014327;

/**
 * Distribution function of the standard normal: the series x + x^3/3 + x^5/15 + ... times the density in the centre
 * (Marsaglia 2004, "Evaluating the normal distribution"), Laplace's continued fraction in the tails.
 */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return x;
  const size = Math.abs(x);
  if (size > 39) return x > 0 ? 1 : 0;
  const density = ONE_OVER_SQRT_TWO_PI * exp(-0.5 * x * x);
  if (size < 2) {
    let term = x;
    let sum = x;
    for (let n = 3; Math.abs(term) > 1e-17 * Math.abs(sum); n += 2) {
      term *= (x * x) / n;
      sum += term;
    }
    return 0.5 + density * sum;
  }
  let fraction = size;
  for (let n = 200; n >= 1; n -= 1) fraction = size + n / fraction;
  return x < 0 ? density / fraction : 1 - density / fraction;
}

const HALF_LN_TWO_PI = 0.9189385332046728;
/** From here Stirling's series to x^-13 is exact to float64. */
const STIRLING_FROM = 10;

/** ln Gamma(x) for x > 0: recurrence up to 10, then Stirling's series (Abramowitz & Stegun 6.1.41). */
export function lnGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  let product = 1;
  let y = x;
  for (; y < STIRLING_FROM; y += 1) product *= y;
  const z = 1 / (y * y);
  const series =
    1 / 12 +
    z * (-1 / 360 + z * (1 / 1260 + z * (-1 / 1680 + z * (1 / 1188 + z * (-691 / 360360 + z / 156)))));
  return (y - 0.5) * ln(y) - y + HALF_LN_TWO_PI + series / y - ln(product);
}

/** Gamma(x) for x > 0; whole arguments up to 23 give the factorial exactly. */
export function gammaFunction(x: number): number {
  if (Math.floor(x) === x && x >= 1 && x <= 23) {
    let factorial = 1;
    for (let n = 2; n < x; n += 1) factorial *= n;
    return factorial;
  }
  return exp(lnGamma(x));
}
