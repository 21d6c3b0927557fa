/** Best fit: the node with the least room that is enough, so that whole nodes stay whole. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { PlacementPolicy } from '../points.js';
import { type ChooseOther, isAmong, type Layout, layOut } from './gang.js';

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

const LAYOUT: Layout = {
  one: (pool, request, units, from, to) => pool.tightest(request, units, from, to),
  rest: roomiestOther,
};

export const bestFit = definePolicy({
  point: 'placement',
  name: 'best-fit',
  summary:
    'The fullest node that still has room for all; gangs larger than a node get wholly free nodes and the rest on the node with most room.',
  source:
    '"Consolidate" placement of the Helios GPU-cluster simulator (Hu et al., SC 2021); best fit of bin packing.',
  helps: 'With mixed sizes: whole nodes stay whole, so that large gangs find them.',
  hurts: 'Where neighbours on a node slow each other down: it packs them together.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => ({ place: (pool, request, into) => layOut(pool, request, into, LAYOUT) }),
});
