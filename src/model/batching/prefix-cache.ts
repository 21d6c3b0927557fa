/**
 * KV that is kept after its sequence has left, for later requests of the same session (vLLM's automatic prefix
 * caching, seen from a session). A session's context is one line that grows: its entry is the longest beginning of
 * that line that is in memory, in full blocks. What running sequences use of it is pinned; the rest gives way as
 * memory is needed, the entry that was used longest ago first, from its end. Data plane.
 */
interface Entry {
  blocks: number;
  /** What each running user shares, and the most of it. */
  readonly pins: number[];
  pinned: number;
}

export class PrefixCache {
  /** Blocks that running sequences use together; the others may go. */
  pinnedBlocks = 0;
  private residentBlocks = 0;
  /** In the order of last use. */
  private readonly entries = new Map<number, Entry>();

  /** Blocks of a session's context in memory. */
  resident(session: number): number {
    return this.entries.get(session)?.blocks ?? 0;
  }

  /** Blocks that become pinned if a sequence uses so many. */
  pinning(session: number, blocks: number): number {
    return blocks === 0 ? 0 : Math.max(0, blocks - this.entries.get(session)!.pinned);
  }

  pin(session: number, blocks: number): void {
    if (blocks === 0) return;
    const entry = this.entries.get(session)!;
    entry.pins.push(blocks);
    this.setPinned(entry, Math.max(entry.pinned, blocks));
    this.touch(session, entry);
  }

  unpin(session: number, blocks: number): void {
    if (blocks === 0) return;
    const entry = this.entries.get(session)!;
    entry.pins.splice(entry.pins.indexOf(blocks), 1);
    this.setPinned(entry, Math.max(0, ...entry.pins));
  }

  /** Keeps the context of a sequence that leaves; where the entry is as long already, its copy is given up. */
  keep(session: number, blocks: number): void {
    if (blocks === 0) return;
    const entry = this.entries.get(session) ?? { blocks: 0, pins: [], pinned: 0 };
    if (blocks > entry.blocks) {
      this.residentBlocks += blocks - entry.blocks;
      entry.blocks = blocks;
    }
    this.touch(session, entry);
  }

  /** Lets go of what exceeds so many unpinned blocks. */
  shrink(limitBlocks: number): void {
    let excess = this.residentBlocks - this.pinnedBlocks - limitBlocks;
    if (excess <= 0) return;
    for (const [session, entry] of this.entries) {
      const gone = Math.min(excess, entry.blocks - entry.pinned);
      entry.blocks -= gone;
      this.residentBlocks -= gone;
      excess -= gone;
      if (entry.blocks === 0) this.entries.delete(session);
      if (excess === 0) return;
    }
  }

  private setPinned(entry: Entry, blocks: number): void {
    this.pinnedBlocks += blocks - entry.pinned;
    entry.pinned = blocks;
  }

  private touch(session: number, entry: Entry): void {
    this.entries.delete(session);
    this.entries.set(session, entry);
  }
}
