/**
 * Which flows cross which links: the graph in which a change of one flow's rate can reach another's. A crossing (one
 * flow on one link) is a row that hangs in two lists: the flow's own, in the order of its path, and the link's. Data
 * plane: rows are reused, arrays double, joining and leaving cost the length of the path.
 */

/** The end of a list. */
export const END = -1;

export class SharingGraph {
  // Links, numbered in the order in which they were added.
  links = 0;
  capacityBytesPerS = new Float64Array(16);
  /** First crossing of each link, and how many there are. */
  firstOnLink = new Int32Array(16).fill(END);
  flowsOnLink = new Int32Array(16);

  // Flows, rows that are reused.
  private flows = 0;
  private readonly freeFlows: number[] = [];
  /** First crossing of each flow's path. */
  firstOfFlow = new Int32Array(16);

  // Crossings, rows that are reused; a free one is chained by `nextOfFlow`.
  private crossings = 0;
  private freeCrossing = END;
  crossingLink = new Int32Array(64);
  crossingFlow = new Int32Array(64);
  nextOfFlow = new Int32Array(64);
  nextOnLink = new Int32Array(64);
  private previousOnLink = new Int32Array(64);

  addLink(bytesPerS: number): void {
    const link = this.links++;
    if (link === this.capacityBytesPerS.length) {
      this.capacityBytesPerS = doubledFloats(this.capacityBytesPerS);
      this.firstOnLink = doubledInts(this.firstOnLink);
      this.flowsOnLink = doubledInts(this.flowsOnLink);
    }
    this.capacityBytesPerS[link] = bytesPerS;
    this.firstOnLink[link] = END;
  }

  /** A row for a flow along a path, which names a link at most once; it crosses its links only once it has joined. */
  open(path: readonly number[]): number {
    const flow = this.freeFlows.pop() ?? this.flows++;
    if (flow === this.firstOfFlow.length) this.firstOfFlow = doubledInts(this.firstOfFlow);
    let next = END;
    for (let i = path.length - 1; i >= 0; i--) {
      const crossing = this.newCrossing();
      this.crossingLink[crossing] = path[i]!;
      this.crossingFlow[crossing] = flow;
      this.nextOfFlow[crossing] = next;
      next = crossing;
    }
    this.firstOfFlow[flow] = next;
    return flow;
  }

  /** Gives the row back; the flow has left its links, or never joined. */
  close(flow: number): void {
    for (let crossing = this.firstOfFlow[flow]!; crossing !== END; ) {
      const next = this.nextOfFlow[crossing]!;
      this.nextOfFlow[crossing] = this.freeCrossing;
      this.freeCrossing = crossing;
      crossing = next;
    }
    this.freeFlows.push(flow);
  }

  join(flow: number): void {
    for (let crossing = this.firstOfFlow[flow]!; crossing !== END; crossing = this.nextOfFlow[crossing]!) {
      const link = this.crossingLink[crossing]!;
      const first = this.firstOnLink[link]!;
      this.nextOnLink[crossing] = first;
      this.previousOnLink[crossing] = END;
      if (first !== END) this.previousOnLink[first] = crossing;
      this.firstOnLink[link] = crossing;
      this.flowsOnLink[link]!++;
    }
  }

  leave(flow: number): void {
    for (let crossing = this.firstOfFlow[flow]!; crossing !== END; crossing = this.nextOfFlow[crossing]!) {
      const link = this.crossingLink[crossing]!;
      const previous = this.previousOnLink[crossing]!;
      const next = this.nextOnLink[crossing]!;
      if (previous === END) this.firstOnLink[link] = next;
      else this.nextOnLink[previous] = next;
      if (next !== END) this.previousOnLink[next] = previous;
      this.flowsOnLink[link]!--;
    }
  }

  private newCrossing(): number {
    const free = this.freeCrossing;
    if (free !== END) {
      this.freeCrossing = this.nextOfFlow[free]!;
      return free;
    }
    if (this.crossings === this.crossingLink.length) {
      this.crossingLink = doubledInts(this.crossingLink);
      this.crossingFlow = doubledInts(this.crossingFlow);
      this.nextOfFlow = doubledInts(this.nextOfFlow);
      this.nextOnLink = doubledInts(this.nextOnLink);
      this.previousOnLink = doubledInts(this.previousOnLink);
    }
    return this.crossings++;
  }
}

/** The same numbers in an array of twice the length. */
export function doubledFloats(array: Float64Array<ArrayBuffer>): Float64Array<ArrayBuffer> {
  const doubled = new Float64Array(array.length * 2);
  doubled.set(array);
  return doubled;
}

/** The same numbers in an array of twice the length. */
export function doubledInts(array: Int32Array<ArrayBuffer>): Int32Array<ArrayBuffer> {
  const doubled = new Int32Array(array.length * 2);
  doubled.set(array);
  return doubled;
}
