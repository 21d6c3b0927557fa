/**
 * Sobol's sequence: points that fill the unit cube evenly, in every face of two dimensions too.
 *
 * Direction numbers: S. Joe & F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections", SIAM
 * J. Sci. Comput. 30 (2008), 2635-2654, their table new-joe-kuo-6 (web.maths.unsw.edu.au/~fkuo/sobol). Order of the
 * points: Gray code (I. A. Antonov & V. M. Saleev, USSR Comput. Math. Math. Phys. 19 (1979), 252-256).
 */

/** Degree s of the primitive polynomial, its inner coefficients a as bits, and m_1 to m_s; for dimensions 2, 3, ... */
const JOE_KUO: readonly (readonly [s: number, a: number, m: readonly number[]])[] = [
  [1, 0, [1]],
  [2, 1, [1, 3]],
  [3, 1, [1, 3, 1]],
  [3, 2, [1, 1, 1]],
  [4, 1, [1, 1, 3, 3]],
  [4, 4, [1, 3, 5, 13]],
  [5, 2, [1, 1, 5, 5, 17]],
  [5, 4, [1, 1, 5, 5, 5]],
  [5, 7, [1, 1, 7, 11, 19]],
  [5, 11, [1, 1, 5, 1, 1]],
  [5, 13, [1, 1, 1, 3, 11]],
  [5, 14, [1, 3, 5, 5, 31]],
  [6, 1, [1, 3, 3, 9, 7, 49]],
  [6, 13, [1, 1, 1, 15, 21, 21]],
  [6, 16, [1, 3, 1, 13, 27, 49]],
  [6, 19, [1, 1, 1, 15, 7, 5]],
  [6, 22, [1, 3, 1, 15, 13, 25]],
  [6, 25, [1, 1, 5, 5, 19, 61]],
  [7, 1, [1, 3, 7, 11, 23, 15, 103]],
  [7, 4, [1, 3, 7, 13, 13, 15, 69]],
  [7, 7, [1, 1, 3, 13, 7, 35, 63]],
  [7, 8, [1, 3, 5, 9, 1, 25, 53]],
  [7, 14, [1, 3, 1, 13, 9, 35, 107]],
];

export const SOBOL_DIMENSIONS_MAX = JOE_KUO.length + 1;

const BITS = 32;
const TWO_32 = 2 ** 32;

/** V_1 to V_32 of one dimension, counted from 0, as 32-bit words with the binary point before the first bit. */
function directionWords(dimension: number): Uint32Array {
  const words = new Uint32Array(BITS);
  if (dimension === 0) {
    for (let k = 0; k < BITS; k++) words[k] = 1 << (BITS - 1 - k);
    return words;
  }
  const [s, a, m] = JOE_KUO[dimension - 1]!;
  for (let k = 0; k < BITS; k++) {
    if (k < s) {
      words[k] = m[k]! << (BITS - 1 - k);
      continue;
    }
    let word = words[k - s]! ^ (words[k - s]! >>> s);
    for (let i = 1; i < s; i++) if ((a >>> (s - 1 - i)) & 1) word ^= words[k - i]!;
    words[k] = word;
  }
  return words;
}

/**
 * The first `count` points, each coordinate as a word of 32 bits: a fraction times 2^32. The first is the origin.
 * Where `shift` gives a word for each dimension, the points are moved by it digit by digit (a digital shift: P. L'Ecuyer
 * & C. Lemieux, "Recent advances in randomized quasi-Monte Carlo methods", 2002), which keeps their evenness and makes
 * each of them uniform where the words are random.
 */
export function sobolWords(dimensions: number, count: number, shift?: Uint32Array): Uint32Array[] {
  if (!(dimensions >= 1 && dimensions <= SOBOL_DIMENSIONS_MAX))
    throw new RangeError(`expected 1 to ${SOBOL_DIMENSIONS_MAX} dimensions, got ${dimensions}`);
  const directions = Array.from({ length: dimensions }, (_, dimension) => directionWords(dimension));
  const at = new Uint32Array(dimensions);
  if (shift !== undefined) at.set(shift);
  const points: Uint32Array[] = [];
  for (let index = 0; index < count; index++) {
    points.push(at.slice());
    // The Gray code of the next index differs from this one's in one bit: that of this index's lowest zero.
    const bit = BITS - 1 - Math.clz32(~index & (index + 1));
    for (let dimension = 0; dimension < dimensions; dimension++)
      at[dimension] = at[dimension]! ^ directions[dimension]![bit]!;
  }
  return points;
}

/** A word as a number in the open interval (0, 1), in the middle of its cell. */
export const fractionOfWord = (word: number): number => (word + 0.5) / TWO_32;
