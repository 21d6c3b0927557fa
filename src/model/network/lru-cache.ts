/**
 * A cache of so many bytes that drops what was used longest ago. What is in use is pinned and stays. Entries are
 * numbers of the caller's: data sets, model weights.
 */
interface Entry {
  readonly bytes: number;
  pins: number;
}

export class LruCache {
  /** In the order of last use: a `Map` keeps the order of insertion, and a use inserts anew. */
  private readonly entries = new Map<number, Entry>();
  usedBytes = 0;
  /** The part of `usedBytes` that is pinned. */
  pinnedBytes = 0;

  constructor(readonly capacityBytes: number) {}

  has(item: number): boolean {
    return this.entries.has(item);
  }

  /** The entries, the one that would go first, first. */
  items(): number[] {
    return [...this.entries.keys()];
  }

  /**
   * Makes room for an entry and takes it in as the one used last; one that is there already counts as used. False,
   * with nothing dropped, where it cannot fit beside what is pinned.
   */
  put(item: number, bytes: number, dropped: (item: number) => void): boolean {
    if (this.touch(item)) return true;
    if (bytes > this.capacityBytes - this.pinnedBytes) return false;
    for (const [oldest, entry] of this.entries) {
      if (this.usedBytes + bytes <= this.capacityBytes) break;
      if (entry.pins === 0 && this.evict(oldest)) dropped(oldest);
    }
    this.entries.set(item, { bytes, pins: 0 });
    this.usedBytes += bytes;
    return true;
  }

  /** Notes a use; false where the entry is not there. */
  touch(item: number): boolean {
    const entry = this.entries.get(item);
    if (!entry) return false;
    this.entries.delete(item);
    this.entries.set(item, entry);
    return true;
  }

  /** Keeps an entry until as many calls of `unpin`; false where it is not there. */
  pin(item: number): boolean {
    const entry = this.entries.get(item);
    if (!entry) return false;
    if (entry.pins++ === 0) this.pinnedBytes += entry.bytes;
    return true;
  }

  /** False where the entry is not there. */
  unpin(item: number): boolean {
    const entry = this.entries.get(item);
    if (!entry) return false;
    if (entry.pins === 0) throw new Error(`entry ${item} is not pinned`);
    if (--entry.pins === 0) this.pinnedBytes -= entry.bytes;
    return true;
  }

  /** Drops an entry; false where it is not there or in use. */
  evict(item: number): boolean {
    const entry = this.entries.get(item);
    if (!entry || entry.pins > 0) return false;
    this.entries.delete(item);
    this.usedBytes -= entry.bytes;
    return true;
  }

  /** Drops everything, what is in use too: the memory is lost, and with it all pins, which nobody unpins any more. */
  clear(): void {
    this.entries.clear();
    this.usedBytes = 0;
    this.pinnedBytes = 0;
  }
}
