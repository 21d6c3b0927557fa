/**
 * Sequential random streams: xoshiro128** (Blackman & Vigna 2021, "Scrambled linear pseudorandom number
 * generators"), 128 bits of state, period 2^128 - 1, only 32-bit integer operations. Hot path: values are made 256
 * at a time in one loop over local variables, so that next() costs less than 10 ns.
 */

/** A source of uniform random numbers. */
export interface UniformSource {
  /** The next number, uniform on the open interval (0, 1): an odd multiple of 2^-53, never 0 and never 1. */
  next(): number;
}

const BUFFERED_VALUES = 256;
const TWO_26 = 2 ** 26;
const TWO_MINUS_52 = 2 ** -52;

/** Two random words as a number in the open interval (0, 1): 26 high bits of each, centred in their cell. */
export function uniformOf(word0: number, word1: number): number {
  return ((word0 >>> 6) * TWO_26 + (word1 >>> 6) + 0.5) * TWO_MINUS_52;
}

/** One stream of random numbers; whoever draws from it owns it. */
export class RandomStream implements UniformSource {
  private s0: number;
  private s1: number;
  private s2: number;
  private s3: number;
  private readonly buffer = new Float64Array(BUFFERED_VALUES);
  private position = BUFFERED_VALUES;

  /** Four 32-bit words of state, not all zero. */
  constructor(word0: number, word1: number, word2: number, word3: number) {
    this.s0 = word0 | 0;
    this.s1 = word1 | 0;
    this.s2 = word2 | 0;
    this.s3 = word3 | 0;
    // All zeros is the one state that the generator never leaves.
    if ((this.s0 | this.s1 | this.s2 | this.s3) === 0)
      throw new Error('a random stream needs a state other than 0');
  }

  next(): number {
    if (this.position === BUFFERED_VALUES) this.refill();
    const value = this.buffer[this.position];
    this.position += 1;
    return value;
  }

  private refill(): void {
    let { s0, s1, s2, s3 } = this;
    const buffer = this.buffer;
    for (let i = 0; i < BUFFERED_VALUES; i += 1) {
      let product = Math.imul(s1, 5);
      const word0 = Math.imul((product << 7) | (product >>> 25), 9);
      let shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);

      product = Math.imul(s1, 5);
      const word1 = Math.imul((product << 7) | (product >>> 25), 9);
      shifted = s1 << 9;
      s2 ^= s0;
      s3 ^= s1;
      s1 ^= s2;
      s0 ^= s3;
      s2 ^= shifted;
      s3 = (s3 << 11) | (s3 >>> 21);

      buffer[i] = uniformOf(word0, word1);
    }
    this.s0 = s0;
    this.s1 = s1;
    this.s2 = s2;
    this.s3 = s3;
    this.position = 0;
  }
}
