/**
 * Transfers under way over shared links. A transfer (a flow) first takes the latency of its path and then moves its
 * bytes at its max-min fair rate (`max-min.ts`), which changes only when a flow begins or ends to move bytes or a
 * link's capacity changes. Data plane: between two changes nothing is done; what is left of a flow is settled when its
 * own rate changes; the next completion stands on top of a heap.
 *
 * Changes at one instant are gathered, and rates are recomputed once, when the clock is next asked for or moves on: a
 * rate that held for no time cannot matter. Reading (`rate`, `bytesCarried`) changes nothing, so a run that is looked
 * at is the run that is not.
 *
 * Of what happens at one instant, flows that are due come first, in the order in which they were started.
 */
import { IndexedHeap } from './indexed-heap.js';
import { LinkLoads } from './link-loads.js';
import { MaxMinShares } from './max-min.js';
import { doubledFloats, SharingGraph } from './sharing-graph.js';
import type { LinkRates, Path } from './topology.js';

export class Network implements LinkRates {
  private clockS = 0;
  private readonly graph = new SharingGraph();
  private readonly shares = new MaxMinShares(this.graph);
  private readonly loads = new LinkLoads();
  /** Flows by the time at which their latency or their bytes end; one at rate 0 is not there. */
  private readonly due = new IndexedHeap();
  private readonly flowOfId = new Map<number, number>();
  /** Links on which something changed at the clock's time, since rates were computed last. */
  private readonly changedLinks: number[] = [];
  private started = 0;

  // By flow.
  private ids = new Float64Array(16);
  private orders = new Float64Array(16);
  private bytesLeft = new Float64Array(16);
  private ratesBytesPerS = new Float64Array(16);
  private settledAtS = new Float64Array(16);
  /** 1 while the flow moves its bytes, 0 during its latency. */
  private moving = new Float64Array(16);

  /** Rates computed so far, summed over all recomputations: what the sharing has cost. */
  flowsRecomputed = 0;

  /** Takes in the links that it does not know yet; those it knows come first, in the same order. */
  addLinks(links: readonly { readonly bytesPerS: number }[]): void {
    for (const { bytesPerS } of links.slice(this.graph.links)) {
      this.graph.addLink(bytesPerS);
      this.loads.addLink(bytesPerS);
    }
  }

  /** Transfers under way. */
  get flows(): number {
    return this.flowOfId.size;
  }

  /**
   * Starts a transfer under a number of the caller's; `advance` tells when it is done, also where it takes no time.
   * @param path names a link at most once; without links it takes its latency only, which within one place is none
   */
  start(id: number, path: Path, bytes: number, nowS: number): void {
    this.moveTo(nowS);
    if (this.flowOfId.has(id)) throw new Error(`transfer ${id} is under way already`);
    if (!(bytes >= 0 && bytes < Number.POSITIVE_INFINITY))
      throw new RangeError(`a transfer of ${bytes} bytes`);
    const flow = this.graph.open(path.links);
    if (flow === this.ids.length) this.growFlows();
    this.flowOfId.set(id, flow);
    this.ids[flow] = id;
    this.orders[flow] = this.started++;
    this.bytesLeft[flow] = path.links.length === 0 ? 0 : bytes;
    this.ratesBytesPerS[flow] = 0;
    this.moving[flow] = 0;
    if (path.latencyS === 0 && this.bytesLeft[flow]! > 0) this.beginMoving(flow);
    else this.due.set(flow, nowS + path.latencyS, this.orders[flow]!);
  }

  /** Ends a transfer before its time and returns the bytes that it had still to move. */
  cancel(id: number, nowS: number): number {
    this.moveTo(nowS);
    const flow = this.flowOf(id);
    const isDue = this.moving[flow] === 1 && this.due.has(flow) && this.due.keyOf(flow) <= nowS;
    const bytes = isDue ? 0 : this.bytesLeftAt(flow, nowS);
    this.end(flow);
    return bytes;
  }

  /** Changes what a link carries (a link that degrades, or at 0 one that is down: its flows stand still). */
  setCapacity(link: number, bytesPerS: number, nowS: number): void {
    if (!(bytesPerS >= 0 && bytesPerS < Number.POSITIVE_INFINITY)) {
      throw new RangeError(`link ${link} cannot carry ${bytesPerS} bytes/s`);
    }
    this.moveTo(nowS);
    this.graph.capacityBytesPerS[link] = bytesPerS;
    this.loads.setCapacity(link, bytesPerS, nowS);
    this.changedLinks.push(link);
  }

  /** When something happens next without further changes, Infinity where nothing does. */
  nextS(): number {
    // What is due now ends before rates are computed: it takes no share of what comes.
    if (this.changedLinks.length > 0 && this.due.topKey > this.clockS) this.computeRates();
    return this.due.topKey;
  }

  /**
   * Moves the clock and calls back for each transfer that is done until then. A call-back may start, cancel and change
   * capacities, at the time it is told.
   */
  advance(nowS: number, done: (id: number, atS: number) => void): void {
    for (let nextS = this.nextS(); nextS <= nowS; nextS = this.nextS()) {
      this.clockS = nextS;
      const flow = this.due.top;
      if (this.moving[flow] === 0 && this.bytesLeft[flow]! > 0) {
        this.due.remove(flow);
        this.beginMoving(flow);
      } else {
        this.end(flow);
        done(this.ids[flow]!, nextS);
      }
    }
    this.moveTo(nowS);
  }

  /** The rate in force, bytes/s, 0 during the latency; changes of this instant show after `nextS` or `advance`. */
  rate(id: number): number {
    return this.ratesBytesPerS[this.flowOf(id)]!;
  }

  /** What a link carries at present, bytes/s, as `rate`. */
  linkLoadBytesPerS(link: number): number {
    return this.loads.load(link);
  }

  capacityBytesPerS(link: number): number {
    return this.graph.capacityBytesPerS[link]!;
  }

  /** An equal part of a link for one more transfer than those that move over it now. */
  partForOneMoreBytesPerS(link: number): number {
    return this.graph.capacityBytesPerS[link]! / (this.graph.flowsOnLink[link]! + 1);
  }

  /** Bytes that a link has carried from the beginning until now. */
  bytesCarried(link: number, nowS: number): number {
    this.assertSettled(nowS);
    return this.loads.carriedBytesUntil(link, nowS);
  }

  /** The integral of the share of a link's capacity in use, seconds: its difference over a window is the utilisation. */
  busyS(link: number, nowS: number): number {
    this.assertSettled(nowS);
    return this.loads.busySecondsUntil(link, nowS);
  }

  /** The largest share of a link's capacity that was in use at any time since `forgetPeaks`. */
  peakShare(link: number): number {
    return this.loads.peakShare(link);
  }

  /** Peaks are those from now on. */
  forgetPeaks(nowS: number): void {
    this.assertSettled(nowS);
    this.loads.forgetPeaks();
  }

  private flowOf(id: number): number {
    const flow = this.flowOfId.get(id);
    if (flow === undefined) throw new Error(`transfer ${id} is not under way`);
    return flow;
  }

  private moveTo(nowS: number): void {
    if (nowS === this.clockS) return;
    this.assertSettled(nowS);
    this.clockS = nowS;
  }

  /** Time must neither go back nor pass over something that was due or over rates that were not computed. */
  private assertSettled(nowS: number): void {
    if (nowS >= this.clockS && (nowS === this.clockS || this.nextS() >= nowS)) return;
    throw new Error(
      `network asked at ${nowS} s, but its clock is at ${this.clockS} s, its next event at ${this.due.topKey} s`,
    );
  }

  private beginMoving(flow: number): void {
    this.moving[flow] = 1;
    this.settledAtS[flow] = this.clockS;
    this.graph.join(flow);
    this.markChanged(flow);
  }

  private end(flow: number): void {
    this.due.remove(flow);
    this.flowOfId.delete(this.ids[flow]!);
    if (this.moving[flow] === 1) {
      this.markChanged(flow);
      this.graph.leave(flow);
    }
    this.graph.close(flow);
  }

  private markChanged(flow: number): void {
    const { crossingLink, nextOfFlow, firstOfFlow } = this.graph;
    for (let crossing = firstOfFlow[flow]!; crossing >= 0; crossing = nextOfFlow[crossing]!) {
      this.changedLinks.push(crossingLink[crossing]!);
    }
  }

  private bytesLeftAt(flow: number, nowS: number): number {
    if (this.moving[flow] === 0) return this.bytesLeft[flow]!;
    const moved = this.ratesBytesPerS[flow]! * (nowS - this.settledAtS[flow]!);
    return Math.max(0, this.bytesLeft[flow]! - moved);
  }

  private computeRates(): void {
    const { shares, loads, clockS } = this;
    shares.recompute(this.changedLinks);
    this.changedLinks.length = 0;
    this.flowsRecomputed += shares.flowCount;
    for (let i = 0; i < shares.linkCount; i++) {
      const link = shares.links[i]!;
      const load = shares.loadBytesPerS[link]!;
      if (load !== loads.load(link)) loads.setLoad(link, load, clockS);
    }
    for (let i = 0; i < shares.flowCount; i++) {
      const flow = shares.flows[i]!;
      const rate = shares.rateBytesPerS[flow]!;
      if (rate !== this.ratesBytesPerS[flow]!) this.setRate(flow, rate);
    }
  }

  private setRate(flow: number, rate: number): void {
    const bytes = this.bytesLeftAt(flow, this.clockS);
    this.bytesLeft[flow] = bytes;
    this.settledAtS[flow] = this.clockS;
    this.ratesBytesPerS[flow] = rate;
    if (rate > 0) this.due.set(flow, this.clockS + bytes / rate, this.orders[flow]!);
    else this.due.remove(flow);
  }

  private growFlows(): void {
    this.ids = doubledFloats(this.ids);
    this.orders = doubledFloats(this.orders);
    this.bytesLeft = doubledFloats(this.bytesLeft);
    this.ratesBytesPerS = doubledFloats(this.ratesBytesPerS);
    this.settledAtS = doubledFloats(this.settledAtS);
    this.moving = doubledFloats(this.moving);
  }
}
