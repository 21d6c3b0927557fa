/**
 * Where data sets and model weights lie, and so what has to travel before a task can begin somewhere.
 *
 * A data set has given replicas (in the storage, on nodes), which stay, and copies in the nodes' caches, which come
 * with use and go by LRU. One that does not fit into a cache is streamed: it travels again every time.
 */
import { LruCache } from './lru-cache.js';
import { type LinkRates, narrowestBytesPerS, STORAGE, type Topology } from './topology.js';

export interface DataSet {
  readonly name: string;
  readonly bytes: number;
  readonly inStorage: boolean;
  /** Nodes with a replica of their own, outside the cache and its capacity. */
  readonly onNodes: readonly number[];
}

/** `Located.source` where nobody has the data set. */
export const NOWHERE = -2;

export interface Located {
  /** 0 where the node has it. */
  readonly missingBytes: number;
  /** The node itself, another node, `STORAGE` or `NOWHERE`. */
  readonly source: number;
}

export class DataPlacement {
  private readonly caches: LruCache[] = [];
  /** Whether a node is up: one that is not serves nobody. */
  private readonly present: boolean[] = [];
  /** By data set: the nodes with a given replica, and those with a copy in the cache. */
  private readonly replicas: readonly ReadonlySet<number>[];
  private readonly copies: readonly Set<number>[];

  /**
   * @param rates decide which of several sources has the widest path: in a run, what the `Network` would give to one
   * transfer more
   */
  constructor(
    readonly dataSets: readonly DataSet[],
    cacheBytesPerNode: readonly number[],
    private readonly topology: Topology,
    private readonly rates: LinkRates,
  ) {
    this.replicas = dataSets.map(({ onNodes }) => new Set(onNodes));
    this.copies = dataSets.map(() => new Set<number>());
    for (const bytes of cacheBytesPerNode) this.addNode(bytes);
  }

  /** Adds the next node, with an empty cache. */
  addNode(cacheBytes: number): void {
    this.caches.push(new LruCache(cacheBytes));
    this.present.push(true);
  }

  /** Takes a node out of, or back into, the places that others may read from. What it holds, it keeps. */
  setPresent(node: number, present: boolean): void {
    this.present[node] = present;
  }

  isPresent(node: number): boolean {
    return this.present[node]!;
  }

  /** Empties a node's cache, pinned entries too: its memory is lost. Given replicas stay. */
  clear(node: number): void {
    for (const dataSet of this.caches[node]!.items()) this.copies[dataSet]!.delete(node);
    this.caches[node]!.clear();
  }

  has(dataSet: number, node: number): boolean {
    return this.replicas[dataSet]!.has(node) || this.copies[dataSet]!.has(node);
  }

  /**
   * What of a data set a node lacks, and the nearest place that has it: the node itself, a node of its rack, the node
   * with the widest path, the storage; among equals the widest path, then the lowest number. Changes nothing.
   */
  locate(dataSet: number, node: number): Located {
    if (this.has(dataSet, node)) return { missingBytes: 0, source: node };
    const { bytes, inStorage } = this.dataSets[dataSet]!;
    let source = inStorage ? STORAGE : NOWHERE;
    for (const holder of this.replicas[dataSet]!) source = this.nearer(node, holder, source);
    for (const holder of this.copies[dataSet]!) source = this.nearer(node, holder, source);
    return { missingBytes: bytes, source };
  }

  /** Keeps a data set that has come to a node; false where it does not fit and was streamed. */
  put(dataSet: number, node: number): boolean {
    if (this.replicas[dataSet]!.has(node)) return true;
    const kept = this.caches[node]!.put(dataSet, this.dataSets[dataSet]!.bytes, (dropped) => {
      this.copies[dropped]!.delete(node);
    });
    if (kept) this.copies[dataSet]!.add(node);
    return kept;
  }

  /** Notes a use of a node's copy. */
  touch(dataSet: number, node: number): void {
    this.caches[node]!.touch(dataSet);
  }

  /** Keeps a node's copy while it is in use; false where there is none in the cache. */
  pin(dataSet: number, node: number): boolean {
    return this.caches[node]!.pin(dataSet);
  }

  unpin(dataSet: number, node: number): boolean {
    return this.caches[node]!.unpin(dataSet);
  }

  /** Drops a node's copy; false where there is none in the cache or it is in use. */
  evict(dataSet: number, node: number): boolean {
    const dropped = this.caches[node]!.evict(dataSet);
    if (dropped) this.copies[dataSet]!.delete(node);
    return dropped;
  }

  /** Bytes in a node's cache. */
  cachedBytes(node: number): number {
    return this.caches[node]!.usedBytes;
  }

  private nearer(node: number, holder: number, best: number): number {
    if (!this.present[holder] || holder === best) return best;
    if (best < 0) return holder;
    const { topology, rates } = this;
    const inRack = topology.rackOf(holder) === topology.rackOf(node);
    const bestInRack = topology.rackOf(best) === topology.rackOf(node);
    if (inRack !== bestInRack) return inRack ? holder : best;
    const width = narrowestBytesPerS(topology.path(holder, node), rates);
    const bestWidth = narrowestBytesPerS(topology.path(best, node), rates);
    if (width !== bestWidth) return width > bestWidth ? holder : best;
    return Math.min(holder, best);
  }
}
