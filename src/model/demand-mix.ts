/**
 * What tasks have asked a pool for so far: the kinds of requests and how often each came. Placement policies and the
 * measure of fragmentation judge what is free by it. A kind is what distinguishes requests in Weng et al. (USENIX ATC
 * 2023, section 3.1): GPUs or a part of one, CPUs and the hardware that will do.
 */
import type { PlacementRequest } from './placement-request.js';

export interface DemandKind {
  /** GPUs, or slices of them. */
  readonly units: number;
  readonly cpus: number;
  /** Bit mask of the groups of nodes that will do; -1: all. */
  readonly groups: number;
  /** One of WITHIN. */
  readonly within: number;
  count: number;
}

/** Kinds beyond so many are not told apart: they are not counted. */
const KINDS_MAX = 2000;

export class DemandMix {
  total = 0;
  private readonly byKey = new Map<string, DemandKind>();

  add({ units, cpus, groups, within }: Omit<DemandKind, 'count'> | PlacementRequest): void {
    const key = `${units}/${cpus}/${groups}/${within}`;
    let kind = this.byKey.get(key);
    if (kind === undefined) {
      if (this.byKey.size === KINDS_MAX) return;
      kind = { units, cpus, groups, within, count: 0 };
      this.byKey.set(key, kind);
    }
    kind.count++;
    this.total++;
  }

  /** The most frequent kinds that together make up this share of the requests; equals in order of appearance. */
  typical(share: number): DemandKind[] {
    const kinds = [...this.byKey.values()].sort((a, b) => b.count - a.count);
    let sum = 0;
    let taken = 0;
    while (taken < kinds.length && sum < share * this.total) sum += kinds[taken++]!.count;
    return kinds.slice(0, taken);
  }
}
