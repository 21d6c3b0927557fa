/**
 * Max-min fair rates by progressive filling (Bertsekas and Gallager, Data Networks, 2nd edition, 6.5.2), for the part
 * of the sharing graph that a change can reach.
 *
 * Filling: all rates rise together; the link that is full first (least capacity left for each of its flows that still
 * rise) stops its flows; the rest go on. As link after link becomes full, its level is known from capacity and count,
 * so nothing really rises: links are taken from a heap by their level.
 *
 * Two flows influence each other only through a chain of shared links, so filling the connected components that hold
 * the changed links gives every rate that filling the whole network would. To the last bit: what happens to a link
 * depends on the levels in its own component alone, and equal levels are taken in the order of the links' numbers.
 *
 * Data plane. A recomputation costs O(c log l) for c crossings and l links in the components reached.
 */
import { IndexedHeap } from './indexed-heap.js';
import { doubledFloats, doubledInts, END, type SharingGraph } from './sharing-graph.js';

const RISING = -1;

export class MaxMinShares {
  /** The links and flows that the last recomputation reached. */
  links = new Int32Array(16);
  linkCount = 0;
  flows = new Int32Array(16);
  flowCount = 0;
  /** By flow: its rate; by link: the sum over its flows. Valid for what was reached. */
  rateBytesPerS = new Float64Array(16);
  loadBytesPerS = new Float64Array(16);

  private risingOnLink = new Int32Array(16);
  private readonly levels = new IndexedHeap();
  /** The recomputation that reached a link or a flow last. */
  private linkReachedIn = new Float64Array(16);
  private flowReachedIn = new Float64Array(16);
  private recomputation = 0;

  constructor(private readonly graph: SharingGraph) {}

  /** Finds the rates of all flows that some chain of shared links connects with the given links. */
  recompute(changedLinks: readonly number[]): void {
    this.reach(changedLinks);
    this.fill();
  }

  private reach(changedLinks: readonly number[]): void {
    const { graph } = this;
    this.recomputation++;
    this.linkCount = 0;
    this.flowCount = 0;
    for (const link of changedLinks) this.reachLink(link);
    for (let i = 0; i < this.linkCount; i++) {
      const first = graph.firstOnLink[this.links[i]!]!;
      for (let crossing = first; crossing !== END; crossing = graph.nextOnLink[crossing]!) {
        this.reachFlow(graph.crossingFlow[crossing]!);
      }
    }
  }

  private reachLink(link: number): void {
    while (link >= this.linkReachedIn.length) {
      this.linkReachedIn = doubledFloats(this.linkReachedIn);
      this.loadBytesPerS = doubledFloats(this.loadBytesPerS);
      this.risingOnLink = doubledInts(this.risingOnLink);
      this.links = doubledInts(this.links);
    }
    if (this.linkReachedIn[link] === this.recomputation) return;
    this.linkReachedIn[link] = this.recomputation;
    this.links[this.linkCount++] = link;
    this.loadBytesPerS[link] = 0;
    const rising = this.graph.flowsOnLink[link]!;
    this.risingOnLink[link] = rising;
    if (rising > 0) this.levels.set(link, this.graph.capacityBytesPerS[link]! / rising, link);
  }

  private reachFlow(flow: number): void {
    const { graph } = this;
    while (flow >= this.flowReachedIn.length) {
      this.flowReachedIn = doubledFloats(this.flowReachedIn);
      this.rateBytesPerS = doubledFloats(this.rateBytesPerS);
      this.flows = doubledInts(this.flows);
    }
    if (this.flowReachedIn[flow] === this.recomputation) return;
    this.flowReachedIn[flow] = this.recomputation;
    this.flows[this.flowCount++] = flow;
    this.rateBytesPerS[flow] = RISING;
    for (let crossing = graph.firstOfFlow[flow]!; crossing !== END; crossing = graph.nextOfFlow[crossing]!) {
      this.reachLink(graph.crossingLink[crossing]!);
    }
  }

  private fill(): void {
    const { graph, levels, rateBytesPerS } = this;
    while (levels.size > 0) {
      const link = levels.top;
      const level = levels.topKey;
      levels.remove(link);
      const first = graph.firstOnLink[link]!;
      for (let crossing = first; crossing !== END; crossing = graph.nextOnLink[crossing]!) {
        const flow = graph.crossingFlow[crossing]!;
        if (rateBytesPerS[flow] !== RISING) continue;
        rateBytesPerS[flow] = level;
        this.load(flow, link, level);
      }
    }
  }

  /** A flow stopped rising at a level: its links have that much less for the others. */
  private load(flow: number, fullLink: number, level: number): void {
    const { graph, levels, loadBytesPerS, risingOnLink } = this;
    for (let crossing = graph.firstOfFlow[flow]!; crossing !== END; crossing = graph.nextOfFlow[crossing]!) {
      const link = graph.crossingLink[crossing]!;
      loadBytesPerS[link]! += level;
      if (link === fullLink) continue;
      const rising = --risingOnLink[link]!;
      if (rising === 0) {
        levels.remove(link);
        continue;
      }
      const left = (graph.capacityBytesPerS[link]! - loadBytesPerS[link]!) / rising;
      // Levels only rise; rounding must not give the last flow of a full link less than its fellows, or what should
      // end at one instant ends at two.
      levels.set(link, Math.max(level, left), link);
    }
  }
}
