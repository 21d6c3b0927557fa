/**
 * Blocks of KV memory under the sequences in decode, each of which grows by a token an iteration. All grow together,
 * so a histogram of their lengths modulo the block says how many need a new block at each iteration to come; over a
 * block's worth of iterations everybody needs exactly one. Costs O(tokens of a block), whatever the batch. Data plane.
 */
export class DecodeBlocks {
  sequences = 0;
  /** Blocks that the tokens of now fill, without those that a sequence shares. */
  blocks = 0;
  /** By (length - iterations so far) modulo the block, so that growing moves nobody. */
  private readonly residues: Float64Array;
  private offset = 0;

  constructor(private readonly blockTokens: number) {
    this.residues = new Float64Array(blockTokens);
  }

  add(kvTokens: number, sharedBlocks: number): void {
    this.sequences++;
    this.blocks += Math.ceil(kvTokens / this.blockTokens) - sharedBlocks;
    this.residues[this.slot(kvTokens % this.blockTokens)]!++;
  }

  remove(kvTokens: number, sharedBlocks: number): void {
    this.sequences--;
    this.blocks -= Math.ceil(kvTokens / this.blockTokens) - sharedBlocks;
    this.residues[this.slot(kvTokens % this.blockTokens)]!--;
  }

  /** New blocks that so many iterations take. */
  growth(iterations: number): number {
    const periods = Math.floor(iterations / this.blockTokens);
    const rest = iterations - periods * this.blockTokens;
    let blocks = periods * this.sequences;
    for (let i = 1; i <= rest; i++) blocks += this.newAt(i);
    return blocks;
  }

  advance(iterations: number): void {
    this.blocks += this.growth(iterations);
    this.offset = (this.offset + iterations) % this.blockTokens;
  }

  /** Iterations until so many free blocks do not suffice. */
  iterationsWithin(freeBlocks: number): number {
    if (this.sequences === 0 || freeBlocks === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY;
    const periods = Math.floor(freeBlocks / this.sequences);
    let left = freeBlocks - periods * this.sequences;
    for (let i = 1; ; i++) {
      left -= this.newAt(i);
      if (left < 0) return periods * this.blockTokens + i - 1;
    }
  }

  /** Blocks begun in the i-th iteration from now, i from 1 to the tokens of a block: by those full before it. */
  private newAt(i: number): number {
    return this.residues[this.slot(i === 1 ? 0 : this.blockTokens - i + 1)]!;
  }

  private slot(residue: number): number {
    const slot = residue - this.offset;
    return slot < 0 ? slot + this.blockTokens : slot;
  }
}
