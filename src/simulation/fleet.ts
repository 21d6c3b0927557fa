/**
 * The nodes of a pool that come and go: ordered, in service, leaving (they take nobody in and go when they are empty),
 * gone. A node that is gone is a number that the next one of its group takes over.
 */
import { NodeMeter } from '../metrics/node-meter.js';
import type { Pool } from '../model/pool.js';
import { CLOSED_BY } from '../model/pool.js';
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
  /** In the order in which they were ordered. */
  private readonly orders: Order[] = [];

  constructor(private readonly pool: Pool) {
    const { groups } = pool.spec;
    this.meters = groups.map((group) => new NodeMeter(group, group.nodes));
    this.standing = Array.from({ length: pool.nodes }, () => SERVING);
  }

  get coming(): number {
    return this.orders.length;
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
    const gone = this.standing.findIndex((standing, node) => standing === GONE && this.isOf(node, group));
    if (gone >= 0) this.pool.open(gone, CLOSED_BY.scaling);
    this.standing[gone >= 0 ? gone : this.pool.addNode(group)] = SERVING;
    this.meters[group]!.change(0, 1, 0, nowS);
  }

  /** Up to so many nodes that are leaving stay, the lowest-numbered first; how many do. */
  keep(count: number, group: number, nowS: number): number {
    let kept = 0;
    for (let node = 0; node < this.standing.length && kept < count; node++) {
      if (this.standing[node] !== LEAVING || !this.isOf(node, group)) continue;
      this.pool.open(node, CLOSED_BY.scaling);
      this.standing[node] = SERVING;
      this.meters[group]!.change(0, 1, -1, nowS);
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
      pool.close(node, CLOSED_BY.scaling);
      this.standing[node] = LEAVING;
      this.meters[group]!.change(0, -1, 1, nowS);
    }
    this.seeOff(nowS);
    return going.length;
  }

  /** Leaving nodes that are empty go; how many do. */
  seeOff(nowS: number): number {
    let gone = 0;
    if (this.leaving === 0) return gone;
    for (const [node, standing] of this.standing.entries()) {
      if (standing !== LEAVING || this.pool.heldAt(node) > 0) continue;
      this.standing[node] = GONE;
      this.meters[this.pool.table.group[node]!]!.change(0, 0, -1, nowS);
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
    else this.dismiss(Math.min(count, this.serving - scaling.minNodes), scaling.group, nowS);
  }
}
