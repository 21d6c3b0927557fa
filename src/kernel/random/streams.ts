import seedrandom from 'seedrandom';
import { KeyedRandom } from './keyed.js';
import { RandomStream } from './stream.js';

/**
 * Makes every random stream of a run from the run's seed and the stream's name (`arrivals/checkout`,
 * `service/gpu`). Equal seed and name give equal numbers; streams of other names are independent of them.
 * A call starts the stream from its beginning, so a name belongs to one owner.
 */
export class StreamFactory {
  private readonly seed: string;

  constructor(seed: number | string) {
    this.seed = String(seed);
  }

  /** A sequential stream. */
  stream(name: string): RandomStream {
    const words = seedrandom(`${this.seed}/${name}`);
    return new RandomStream(words.int32(), words.int32(), words.int32(), words.int32());
  }

  /** A stream addressed by task and draw. */
  keyed(name: string): KeyedRandom {
    const words = seedrandom(`${this.seed}/${name}`);
    return new KeyedRandom(words.int32(), words.int32());
  }
}
