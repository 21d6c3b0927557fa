/** Spread: the emptiest node, so that nodes are equally full. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy } from '../points.js';
import { isAmong, type Layout, layOut } from './gang.js';

/** Whether a larger part of node `a` is free than of node `b`. */
const isEmptier = ({ free, capacity }: NodeView, a: number, b: number): boolean =>
  free[a]! * capacity[b]! > free[b]! * capacity[a]!;

/** Racks with the most free units first, the lowest-numbered of equals. */
function emptiestFirst(pool: NodeView): number[] {
  const free = freeOfRacks(pool);
  return free.map((_, rack) => rack).sort((a, b) => free[b]! - free[a]! || a - b);
}

export function freeOfRacks(pool: NodeView): number[] {
  const free = new Array<number>(pool.racks()).fill(0);
  for (let node = 0; node < pool.nodes; node++) free[pool.rackOf(node)]! += pool.free[node]!;
  return free;
}

const LAYOUT: Layout = {
  racks: emptiestFirst,
  one: (pool, request, units, from, to) => {
    let best = -1;
    for (let node = from; node < to; node++)
      if (pool.hasRoom(node, request, units) && (best < 0 || isEmptier(pool, node, best))) best = node;
    return best;
  },
  rest: (pool, request, units, into, pairs) => {
    let best = -1;
    for (let node = 0; node < pool.nodes; node++)
      if (
        pool.hasRoom(node, request, units) &&
        !isAmong(node, into, pairs) &&
        (best < 0 || isEmptier(pool, node, best))
      )
        best = node;
    return best;
  },
};

export const spread = definePolicy({
  point: 'placement',
  name: 'spread',
  summary:
    'The node of which the largest part is free, so that all are equally full; gangs larger than a node get whole free nodes, then the emptiest for the rest, and gangs in one rack the emptiest in which they fit.',
  source:
    'Worst fit of bin packing (Johnson, 1973); "spread" of cluster schedulers; with one task a place it is join the shortest queue.',
  helps:
    'Where neighbours on a node slow each other down, as in shared pools: everybody has as few as can be.',
  hurts: 'With large gangs: every node is a little used, and none is whole when one is needed.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => ({ place: (pool, request, into) => layOut(pool, request, into, LAYOUT) }),
});
