/**
 * KV memory of a replica in blocks: what decodes, what is reserved for prompts in prefill, what is pinned of the
 * prefix cache, and the rest of the cache, which gives way. A prompt's blocks are all taken at its admission; a
 * sequence in decode takes the block for its next token when the iteration begins. Data plane.
 */
import { DecodeBlocks } from './decode-blocks.js';
import { PrefixCache } from './prefix-cache.js';
import type { Sequence } from './sequence.js';
import type { ReplicaSpec } from './spec.js';

export class KvMemory {
  readonly decode: DecodeBlocks;
  private readonly cache: PrefixCache | null;
  private readonly blockTokens: number;
  private readonly totalBlocks: number;
  private readonly watermarkBlocks: number;
  /** Own blocks of the sequences in prefill. */
  private reservedBlocks = 0;

  constructor(spec: ReplicaSpec) {
    this.blockTokens = spec.blockTokens;
    this.decode = new DecodeBlocks(spec.blockTokens);
    // What a decode replica holds came over the wire: it has no prefill to save.
    this.cache = spec.prefixCache && spec.role !== 'decode' ? new PrefixCache() : null;
    this.totalBlocks = Math.floor(spec.kvTokens / spec.blockTokens);
    this.watermarkBlocks =
      this.totalBlocks === Number.POSITIVE_INFINITY ? 0 : Math.floor(this.totalBlocks * spec.watermark);
  }

  blocksOf(tokens: number): number {
    return Math.ceil(tokens / this.blockTokens);
  }

  /** Blocks held by what runs, so many iterations of decode from now. */
  held(iterations: number): number {
    return (
      this.decode.blocks +
      this.decode.growth(iterations) +
      this.reservedBlocks +
      (this.cache?.pinnedBlocks ?? 0)
    );
  }

  fits(blocks: number): boolean {
    return blocks <= this.totalBlocks;
  }

  /** Whether admission lets in what brings the total to so many blocks. */
  admits(blocks: number, besideOthers: boolean): boolean {
    return blocks <= this.totalBlocks - (besideOthers ? this.watermarkBlocks : 0);
  }

  /** Iterations of decode that fit from now. */
  iterationsThatFit(): number {
    return this.decode.iterationsWithin(this.totalBlocks - this.held(0));
  }

  /** Lets the cache give way to what runs, so many iterations from now. */
  squeezeCache(iterations: number): void {
    this.cache?.shrink(this.totalBlocks - this.held(iterations));
  }

  residentTokens(session: number): number {
    return (this.cache?.resident(session) ?? 0) * this.blockTokens;
  }

  /** Full blocks of its session's context that a sequence can use; the last token of a prompt is always computed. */
  hitBlocks({ session, sharedTokens, promptTokens }: Sequence): number {
    if (this.cache === null || session < 0) return 0;
    const usable = Math.floor(Math.min(sharedTokens, promptTokens - 1) / this.blockTokens);
    return Math.min(this.cache.resident(session), usable);
  }

  /** What using so many cached blocks adds to what is held: those that nobody pins yet. */
  pinning(session: number, blocks: number): number {
    return this.cache === null ? 0 : this.cache.pinning(session, blocks);
  }

  share(sequence: Sequence, blocks: number): void {
    sequence.sharedBlocks = blocks;
    this.cache?.pin(sequence.session, blocks);
  }

  unshare(sequence: Sequence): void {
    this.cache?.unpin(sequence.session, sequence.sharedBlocks);
    sequence.sharedBlocks = 0;
  }

  reserve(sequence: Sequence, blocks: number): void {
    sequence.ownBlocks = blocks;
    this.reservedBlocks += blocks;
  }

  unreserve(sequence: Sequence): void {
    this.reservedBlocks -= sequence.ownBlocks;
    sequence.ownBlocks = 0;
  }

  /** Keeps the KV of a sequence that has left for its session. */
  keep(session: number, tokens: number): void {
    if (session >= 0) this.cache?.keep(session, Math.floor(tokens / this.blockTokens));
  }

  tokensOf(blocks: number): number {
    return blocks * this.blockTokens;
  }
}
