/**
 * Random numbers by address instead of by order: the numbers of (task, draw key) are a pure function of the
 * stream's key and that address, so no scheduling decision can shift another task's draws and common random numbers
 * stay common. Hot path: one Threefry block per number, about 20 ns, and no allocation.
 */
import { type UniformSource, uniformOf } from './stream.js';
import { threefry2x32 } from './threefry.js';

const INDEX_BITS = 12;
/** Numbers that one (task, draw key) may use before they would run into the next draw key's. */
const DRAWS_MAX = 2 ** INDEX_BITS;
/** Draw keys must be below this. */
export const DRAW_KEYS_MAX = 2 ** (32 - INDEX_BITS);

const words = new Int32Array(2);

export class KeyedRandom implements UniformSource {
  private readonly key0: number;
  private readonly key1: number;
  private counter0 = 0;
  private counter1 = 0;
  private index = 0;

  constructor(key0: number, key1: number) {
    this.key0 = key0 | 0;
    this.key1 = key1 | 0;
  }

  /**
   * Goes to the first number of an address: a task's serial number (below 2^32) and which of the task's draws this is
   * (below 2^20). Different addresses never share a number, and each holds 4096.
   */
  at(counterLow: number, counterHigh: number): this {
    if (!(counterHigh >= 0 && counterHigh < DRAW_KEYS_MAX))
      throw new RangeError(`draw key ${counterHigh} >= 2^20`);
    this.counter0 = counterLow | 0;
    this.counter1 = counterHigh << INDEX_BITS;
    this.index = 0;
    return this;
  }

  /** The first numbers of consecutive tasks at one draw key, as `at(serial + i, counterHigh).next()` would give them. */
  fillFirst(serial: number, counterHigh: number, out: Float64Array): void {
    this.at(serial, counterHigh);
    const { key0, key1, counter1 } = this;
    for (let i = 0; i < out.length; i++) {
      threefry2x32(key0, key1, (serial + i) | 0, counter1, words);
      out[i] = uniformOf(words[0]!, words[1]!);
    }
  }

  next(): number {
    if (this.index === DRAWS_MAX) throw new RangeError(`more than ${DRAWS_MAX} draws at one address`);
    threefry2x32(this.key0, this.key1, this.counter0, this.counter1 | this.index, words);
    this.index += 1;
    return uniformOf(words[0], words[1]);
  }
}
