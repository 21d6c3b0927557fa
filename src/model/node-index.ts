/**
 * Nodes by their free units: for each number of free units the set of nodes that have it, as bits, so that the
 * tightest, the roomiest or the first node with room is found without looking at every node. A query looks at one
 * word for 1,024 nodes and number of units. Data plane.
 */

/** A set of small numbers in order: bits, and above them a bit for every word that is not empty. */
class OrderedBits {
  size = 0;
  private words: Int32Array;
  private summary: Int32Array;

  constructor(capacity: number) {
    this.words = new Int32Array(Math.ceil(capacity / 32));
    this.summary = new Int32Array(Math.ceil(this.words.length / 32));
  }

  add(value: number): void {
    const word = value >> 5;
    this.words[word]! |= 1 << (value & 31);
    this.summary[word >> 5]! |= 1 << (word & 31);
    this.size++;
  }

  remove(value: number): void {
    const word = value >> 5;
    this.words[word]! &= ~(1 << (value & 31));
    if (this.words[word] === 0) this.summary[word >> 5]! &= ~(1 << (word & 31));
    this.size--;
  }

  /** The smallest member of at least `from`; -1 where there is none. */
  atLeast(from: number): number {
    if (this.size === 0) return -1;
    const { words, summary } = this;
    let word = from >> 5;
    if (word >= words.length) return -1;
    const here = words[word]! & (-1 << (from & 31));
    if (here !== 0) return (word << 5) + lowestBit(here);
    word++;
    let group = word >> 5;
    if (group >= summary.length) return -1;
    let bits = summary[group]! & ((word & 31) === 0 ? -1 : -1 << (word & 31));
    while (bits === 0) {
      if (++group >= summary.length) return -1;
      bits = summary[group]!;
    }
    const found = (group << 5) + lowestBit(bits);
    return (found << 5) + lowestBit(words[found]!);
  }
}

const lowestBit = (bits: number): number => 31 - Math.clz32(bits & -bits);

export class NodeIndex {
  private byFree: OrderedBits[];

  /** @param unitsMax units of the largest node */
  constructor(
    private readonly nodes: number,
    private readonly unitsMax: number,
  ) {
    this.byFree = Array.from({ length: unitsMax + 1 }, () => new OrderedBits(nodes));
  }

  add(node: number, free: number): void {
    this.byFree[free]!.add(node);
  }

  move(node: number, from: number, to: number): void {
    this.byFree[from]!.remove(node);
    this.byFree[to]!.add(node);
  }

  get capacity(): number {
    return this.nodes;
  }

  /** The lowest-numbered node in [from, to) with at least so many free units; -1 where there is none. */
  first(units: number, from: number, to: number): number {
    let best = to;
    for (let free = units; free <= this.unitsMax; free++) {
      const node = this.byFree[free]!.atLeast(from);
      if (node >= 0 && node < best) best = node;
    }
    return best === to ? -1 : best;
  }

  /** The node in [from, to) with the fewest free units of at least so many, the lowest-numbered of equals; -1: none. */
  tightest(units: number, from: number, to: number): number {
    for (let free = units; free <= this.unitsMax; free++) {
      const node = this.byFree[free]!.atLeast(from);
      if (node >= 0 && node < to) return node;
    }
    return -1;
  }

  /** The node in [from, to) with the most free units of at least so many, the lowest-numbered of equals; -1: none. */
  roomiest(units: number, from: number, to: number): number {
    for (let free = this.unitsMax; free >= units; free--) {
      const node = this.byFree[free]!.atLeast(from);
      if (node >= 0 && node < to) return node;
    }
    return -1;
  }

  /** Number of nodes with so many free units. */
  count(free: number): number {
    return this.byFree[free]!.size;
  }
}
