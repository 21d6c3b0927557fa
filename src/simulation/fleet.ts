/**
 * The nodes of a pool that come and go: ordered, in service, leaving (they take nobody in and go when they are empty),
 * gone. A node that is gone is a number that the next one of its group takes over.
 */
import { NodeMeter } from '../metrics/node-meter.js';
import { CLOSED, type Pool } from '../model/pool.js';
import { nodesOf } from '../model/system.js';

/** A node on its way into service. */
interface Order {
  readonly id: number;
  readonly group: number;
  /** Of the event that it comes with. */
  readonly event: number;
}

const SERVING = 0;
const LEAVING = 1;
const GONE = 2;

export class Fleet {
  /** By group. */
  readonly meters: readonly NodeMeter[];
  /** By node: SERVING, LEAVING or GONE. */
  private readonly standing: number[];
  /** Nodes that are not there for a time, and not paid for. */
  private readonly away = new Set<number>();
  /** In the order in which they were ordered. */
  private readonly orders: Order[] = [];

  /** Numbers that new nodes have taken over, until somebody has seen to what the old ones leave behind. */
  readonly renewed: number[] = [];

  constructor(private readonly pool: Pool) {
    const { groups } = pool.spec;
    this.meters = groups.map((group) => new NodeMeter(group, group.nodes));
    this.standing = Array.from({ length: pool.nodes }, () => SERVING);
  }

  /** Those that somebody has taken away for a time are waited for like those that are ordered. */
  get coming(): number {
    let away = 0;
    for (const node of this.away) if (this.standing[node] === SERVING) away++;
    return this.orders.length + away;
  }

  get serving(): number {
    return this.meters.reduce((sum, { serving }) => sum + serving, 0);
  }

  get leaving(): number {
    return this.meters.reduce((sum, { leaving }) => sum + leaving, 0);
  }

  /** GPU memory of all nodes that are there. */
  get memoryBytes(): number {
    return this.pool.spec.groups.reduce((sum, { gpusPerNode, memoryBytesPerGpu }, group) => {
      const nodes = this.meters[group]!.serving + this.meters[group]!.leaving;
      return nodes === 0 ? sum : sum + nodes * gpusPerNode * memoryBytesPerGpu;
    }, 0);
  }

  private isOf(node: number, group: number): boolean {
    return this.pool.table.group[node] === group;
  }

  /** Whether a new node of the group may have the number: a failure may be over later than the node before. */
  private isFit(node: number, group: number): boolean {
    return this.isOf(node, group) && !this.pool.isClosedFor(node, CLOSED.outage);
  }

  /** The node, known so far under another standing, is SERVING, LEAVING or GONE from now. */
  private stand(node: number, standing: number, nowS: number): void {
    if (!this.away.has(node)) {
      this.count(node, -1, nowS);
      this.standing[node] = standing;
      this.count(node, 1, nowS);
    } else this.standing[node] = standing;
  }

  private count(node: number, by: 1 | -1, nowS: number): void {
    const standing = this.standing[node];
    if (standing === undefined || standing === GONE) return;
    const meter = this.meters[this.pool.table.group[node]!]!;
    meter.change(0, standing === SERVING ? by : 0, standing === LEAVING ? by : 0, nowS);
  }

  /** The node is taken away for a time by somebody else, or is there again. */
  setAway(node: number, isAway: boolean, nowS: number): void {
    if (isAway === this.away.has(node)) return;
    if (isAway) {
      this.count(node, -1, nowS);
      this.away.add(node);
    } else {
      this.away.delete(node);
      this.count(node, 1, nowS);
    }
  }

  /** A node is ordered; it is billed from now. */
  order(order: Order, nowS: number): void {
    this.orders.push(order);
    this.meters[order.group]!.change(1, 0, 0, nowS);
  }

  /** An ordered node is there: in service from now. */
  arrive(id: number, nowS: number): void {
    const at = this.orders.findIndex((order) => order.id === id);
    const [order] = this.orders.splice(at, 1);
    this.meters[order!.group]!.change(-1, 0, 0, nowS);
    this.bring(order!.group, nowS);
  }

  /** Cancels the order that was given last; null without any. */
  cancelLast(nowS: number): Order | null {
    const order = this.orders.pop();
    if (order === undefined) return null;
    this.meters[order.group]!.change(-1, 0, 0, nowS);
    return order;
  }

  /** A node of the group goes into service at once, under the lowest number that is free. */
  bring(group: number, nowS: number): void {
    const gone = this.standing.findIndex((standing, node) => standing === GONE && this.isFit(node, group));
    if (gone >= 0) {
      this.pool.open(gone, CLOSED.scaled);
      this.renewed.push(gone);
    }
    this.stand(gone >= 0 ? gone : this.pool.addNode(group), SERVING, nowS);
  }

  /** Up to so many nodes that are leaving stay, the lowest-numbered first; how many do. */
  keep(count: number, group: number, nowS: number): number {
    let kept = 0;
    for (let node = 0; node < this.standing.length && kept < count; node++) {
      if (this.standing[node] !== LEAVING || !this.isOf(node, group)) continue;
      this.pool.open(node, CLOSED.scaled);
      this.stand(node, SERVING, nowS);
      kept++;
    }
    return kept;
  }

  /**
   * Takes up to so many nodes of a group out of service, the emptiest first, of equals the highest-numbered: those in
   * use go as they come free.
   * @param from the lowest number that may go
   */
  dismiss(count: number, group: number, nowS: number, from = 0): number {
    const { pool } = this;
    const candidates: number[] = [];
    for (let node = from; node < this.standing.length; node++)
      if (this.standing[node] === SERVING && this.isOf(node, group)) candidates.push(node);
    candidates.sort((a, b) => pool.heldAt(a) - pool.heldAt(b) || b - a);
    const going = candidates.slice(0, count);
    for (const node of going) {
      pool.close(node, CLOSED.scaled);
      this.stand(node, LEAVING, nowS);
    }
    this.seeOff(nowS);
    return going.length;
  }

  /** Leaving nodes that are empty go; how many do. */
  seeOff(nowS: number): number {
    let gone = 0;
    for (const [node, standing] of this.standing.entries()) {
      if (standing !== LEAVING || this.pool.heldAt(node) > 0) continue;
      this.stand(node, GONE, nowS);
      gone++;
    }
    return gone;
  }

  /** A remedy adds nodes at once, within the bounds of the pool: those that were going come back first. */
  addAtOnce(count: number, nowS: number): void {
    const { scaling } = this.pool.spec;
    const group = scaling?.group ?? 0;
    const room = (scaling?.maxNodes ?? Number.POSITIVE_INFINITY) - this.serving - this.coming;
    const wanted = Math.min(count, room);
    for (let i = this.keep(wanted, group, nowS); i < wanted; i++) this.bring(group, nowS);
  }

  /** A remedy takes nodes away: in a pool that is not scaled only such as it has added. */
  removeAdded(count: number, nowS: number): void {
    const { spec } = this.pool;
    const { scaling } = spec;
    if (scaling === null) this.dismiss(count, 0, nowS, nodesOf(spec));
    else this.dismiss(Math.min(count, this.serving + this.coming - scaling.minNodes), scaling.group, nowS);
  }
}
