/**
 * Pack: few nodes and racks in use. Best fit looks at room alone; this one first at what is in use already: an idle node
 * is touched only where no node in use has room, however much tighter it would be, and of idle nodes those in a rack in
 * use come first. With nodes of one size in one rack the two agree.
 */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import { type ChooseNode, isAmong, type Layout, layOut } from './gang.js';
import { freeOfRacks } from './spread.js';

/** Among nodes in [from, to): in use, with the fewest free units; else idle, in a rack in use, then the tightest. */
const fullestInUse: ChooseNode = (pool, request, units, from, to) => {
  // Of nodes of one size the tightest is in use if any with room is.
  if (pool.groups.length === 1 && pool.nodesPerRack === Number.POSITIVE_INFINITY)
    return pool.tightest(request, units, from, to);
  return scan(pool, request, units, from, to, null, 0);
};

function scan(
  pool: NodeView,
  request: PlacementRequestView,
  units: number,
  from: number,
  to: number,
  chosen: Int32Array | null,
  pairs: number,
): number {
  const used = racksInUse(pool);
  let best = -1;
  let bestRank = 3;
  for (let node = from; node < to; node++) {
    if (!pool.hasRoom(node, request, units)) continue;
    if (chosen !== null && isAmong(node, chosen, pairs)) continue;
    const rank = !pool.isWhole(node) ? 0 : used[pool.rackOf(node)] === true ? 1 : 2;
    if (rank > bestRank || (rank === bestRank && pool.free[node]! >= pool.free[best]!)) continue;
    best = node;
    bestRank = rank;
  }
  return best;
}

function racksInUse(pool: NodeView): boolean[] {
  const used = new Array<boolean>(pool.racks()).fill(false);
  for (let node = 0; node < pool.nodes; node++)
    if (pool.capacity[node]! > 0 && !pool.isWhole(node)) used[pool.rackOf(node)] = true;
  return used;
}

/** Racks with the least free first, so that whole racks stay free. */
function fullestFirst(pool: NodeView): number[] {
  const free = freeOfRacks(pool);
  return free.map((_, rack) => rack).sort((a, b) => free[a]! - free[b]! || a - b);
}

const LAYOUT: Layout = {
  one: fullestInUse,
  rest: (pool, request, units, into, pairs) => scan(pool, request, units, 0, pool.nodes, into, pairs),
  racks: fullestFirst,
};

export const pack = definePolicy({
  point: 'placement',
  name: 'pack',
  summary:
    'The fullest node in use that has room, an idle one only where there is none, in a rack in use if it can be; gangs in one rack go to the fullest rack in which they fit.',
  source:
    '`MostAllocated` of Kubernetes’ NodeResourcesFit, for GPUs alone; racks as in the "pack" of Slurm’s select/linear topology.',
  helps: 'Where idle nodes or racks are worth keeping: for large gangs, or to be switched off.',
  hurts: 'With nodes of several sizes: it puts small tasks on large nodes in use while small ones are idle.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => ({ place: (pool, request, into) => layOut(pool, request, into, LAYOUT) }),
});
