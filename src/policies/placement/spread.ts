/** Spread: worst fit, the node with the most room. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy } from '../points.js';
import { type Layout, layOut, roomiestOther } from './gang.js';

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
  one: (pool, request, units, from, to) => pool.roomiest(request, units, from, to),
  rest: roomiestOther,
  racks: emptiestFirst,
};

export const spread = definePolicy({
  point: 'placement',
  name: 'spread',
  summary: 'The node with the most free GPUs; gangs in one rack go to the emptiest rack in which they fit.',
  source: 'Worst fit of bin packing; `LeastAllocated` of Kubernetes’ NodeResourcesFit, for GPUs alone.',
  helps: 'Where few tasks should be lost with a node, and with nodes of several sizes: small ones stay free.',
  hurts: 'With mixed sizes: it breaks up whole nodes, and large gangs wait.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => ({ place: (pool, request, into) => layOut(pool, request, into, LAYOUT) }),
});
