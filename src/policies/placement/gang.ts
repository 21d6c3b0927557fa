/** What placements share: how a gang is laid out over nodes once it is known how to choose one node. */
import { WITHIN } from '../../model/placement-request.js';
import type { NodeView, PlacementRequestView } from '../points.js';

/** The node in [from, to) for so many units of the request; -1 where there is none. */
export type ChooseNode = (
  pool: NodeView,
  request: PlacementRequestView,
  units: number,
  from: number,
  to: number,
) => number;

/** The same among nodes that are not among the first `pairs` of `into`, for the rest of a gang. */
export type ChooseOther = (
  pool: NodeView,
  request: PlacementRequestView,
  units: number,
  into: Int32Array,
  pairs: number,
) => number;

export interface Layout {
  readonly one: ChooseNode;
  readonly rest: ChooseOther;
  /** Parts of a gang that may be scattered go to the emptiest nodes first, unless it says otherwise. */
  readonly next?: ChooseNode;
  /** The order in which racks are tried for a gang that stays in one; without it by number. */
  readonly racks?: (pool: NodeView) => readonly number[];
}

const roomiest: ChooseNode = (pool, request, units, from, to) => pool.roomiest(request, units, from, to);

/** Places a request; pairs of node and units in `into`, their number returned, 0 where it does not fit now. */
export function layOut(
  pool: NodeView,
  request: PlacementRequestView,
  into: Int32Array,
  layout: Layout,
): number {
  const { units, within } = request;
  if (units > pool.totalFree) return 0;
  if (within === WITHIN.rack) return inOneRack(pool, request, into, layout);
  if (within === WITHIN.pool) return scatter(pool, request, into, layout, 0, pool.nodes);
  if (units <= pool.perNode || within === WITHIN.node) {
    const node = layout.one(pool, request, units, 0, pool.nodes);
    if (node < 0) return 0;
    into[0] = node;
    into[1] = units;
    return 1;
  }
  return onWholeNodes(pool, request, into, layout);
}

/** Wholly free nodes, the lowest-numbered first, and what is left on one more. */
function onWholeNodes(
  pool: NodeView,
  request: PlacementRequestView,
  into: Int32Array,
  { rest }: Layout,
): number {
  let missing = request.units;
  let pairs = 0;
  for (let node = -1; missing > 0; pairs++) {
    node = pool.firstWhole(request, node + 1);
    if (node < 0) break;
    const capacity = pool.capacity[node]!;
    if (capacity > missing) break;
    into[2 * pairs] = node;
    into[2 * pairs + 1] = capacity;
    missing -= capacity;
  }
  if (missing === 0) return pairs;
  if (missing >= pool.perNode) return 0;
  const node = rest(pool, request, missing, into, pairs);
  if (node < 0) return 0;
  into[2 * pairs] = node;
  into[2 * pairs + 1] = missing;
  return pairs + 1;
}

/** In the first rack with a node for all of it, else in the first where its parts fit together. */
function inOneRack(pool: NodeView, request: PlacementRequestView, into: Int32Array, layout: Layout): number {
  const racks = pool.racks();
  const end = (rack: number) => Math.min(pool.nodes, (rack + 1) * pool.nodesPerRack);
  const start = (rack: number) => (rack === 0 ? 0 : rack * pool.nodesPerRack);
  const node = request.units <= pool.perNode ? layout.one(pool, request, request.units, 0, pool.nodes) : -1;
  if (node >= 0) {
    into[0] = node;
    into[1] = request.units;
    return 1;
  }
  const order = layout.racks?.(pool);
  for (let i = 0; i < racks; i++) {
    const rack = order === undefined ? i : order[i]!;
    const pairs = scatter(pool, request, into, layout, start(rack), end(rack));
    if (pairs > 0) return pairs;
  }
  return 0;
}

/** On one node if it can be, else on as few as can be: what each has free, the emptiest first. */
function scatter(
  pool: NodeView,
  request: PlacementRequestView,
  into: Int32Array,
  { one, next = roomiest }: Layout,
  from: number,
  to: number,
): number {
  const node = request.units <= pool.perNode ? one(pool, request, request.units, from, to) : -1;
  if (node >= 0) {
    into[0] = node;
    into[1] = request.units;
    return 1;
  }
  const perGpu = pool.isSliced ? pool.unitsPerGpu : 1;
  let missing = request.units;
  let pairs = 0;
  const take = (chosen: number): void => {
    const room = pool.isSliced ? pool.wholeGpus(chosen) * perGpu : pool.free[chosen]!;
    into[2 * pairs] = chosen;
    into[2 * pairs + 1] = Math.min(room, missing);
    missing -= Math.min(room, missing);
    pairs++;
  };
  // Nodes already taken are told by looking through the few pairs written so far.
  const isTaken = (chosen: number): boolean => {
    for (let i = 0; i < pairs; i++) if (into[2 * i] === chosen) return true;
    return false;
  };
  const byRoom = orderOf(pool, request, next, perGpu, from, to);
  for (let i = 0; missing > 0 && i < byRoom.length; i++) if (!isTaken(byRoom[i]!)) take(byRoom[i]!);
  return missing === 0 ? pairs : 0;
}

/** Nodes with any room, in the order in which a scattered gang takes them. */
function orderOf(
  pool: NodeView,
  request: PlacementRequestView,
  next: ChooseNode,
  perGpu: number,
  from: number,
  to: number,
): number[] {
  const first = next(pool, request, perGpu, from, to);
  if (first < 0) return [];
  const others: number[] = [];
  for (let node = from; node < to; node++)
    if (node !== first && pool.hasRoom(node, request, perGpu)) others.push(node);
  others.sort((a, b) => pool.free[b]! - pool.free[a]! || a - b);
  return [first, ...others];
}

/** The node with the most free units, the lowest-numbered of equals, outside those chosen. */
export const roomiestOther: ChooseOther = (pool, request, units, into, pairs) => {
  let best = -1;
  for (let node = 0; node < pool.nodes; node++)
    if (
      (best < 0 || pool.free[node]! > pool.free[best]!) &&
      pool.hasRoom(node, request, units) &&
      !isAmong(node, into, pairs)
    )
      best = node;
  return best;
};

/** Whether the node is among the first pairs. */
export function isAmong(node: number, into: Int32Array, pairs: number): boolean {
  for (let i = 0; i < pairs; i++) if (into[2 * i] === node) return true;
  return false;
}
