/** Locality-aware: the node that has most of what the task needs, so that least has to travel. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import { isAmong, type Layout, layOut } from './gang.js';

const nobody = (): boolean => false;

/** Of the nodes with room, the one with most local bytes; of equals the one with most room, then the lowest-numbered. */
function nearest(
  pool: NodeView,
  request: PlacementRequestView,
  units: number,
  from: number,
  to: number,
  isTaken: (node: number) => boolean,
): number {
  let best = -1;
  let bytes = 0;
  for (let node = from; node < to; node++) {
    if (!pool.hasRoom(node, request, units) || isTaken(node)) continue;
    const here = pool.localBytes(request.task, node);
    if (best >= 0 && (here < bytes || (here === bytes && pool.free[node]! <= pool.free[best]!))) continue;
    best = node;
    bytes = here;
  }
  return best;
}

const LAYOUT: Layout = {
  one: (pool, request, units, from, to) => nearest(pool, request, units, from, to, nobody),
  rest: (pool, request, units, into, pairs) =>
    nearest(pool, request, units, 0, pool.nodes, (node) => isAmong(node, into, pairs)),
};

export const localityAware = definePolicy({
  point: 'placement',
  name: 'locality-aware',
  summary:
    'The node with most bytes of what the task needs, among equals the one with most room; gangs larger than a node get wholly free nodes, and the rest by the same rule.',
  source:
    'Data locality of MapReduce (Dean and Ghemawat, OSDI 2004, section 3.4), without waiting for a better place.',
  helps: 'With large data sets that several tasks read: what one has fetched, the next finds there.',
  hurts:
    'Where what is local is small: tasks crowd on the nodes that have it, and small gangs break up empty nodes.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => ({ place: (pool, request, into) => layOut(pool, request, into, LAYOUT) }),
});
