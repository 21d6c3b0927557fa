/** Least loaded: the node with the most free memory, then with the most free units. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import { type Layout, layOut, roomiestOther } from './gang.js';

/** The lowest-numbered of equals; -1 where none in [from, to) has room. */
export function leastLoadedNode(
  pool: NodeView,
  request: PlacementRequestView,
  units: number,
  from: number,
  to: number,
): number {
  let best = -1;
  let bestTokens = 0;
  for (let node = from; node < to; node++) {
    if (!pool.hasRoom(node, request, units)) continue;
    const tokens = pool.freeTokens(node);
    if (best >= 0 && tokens < bestTokens) continue;
    if (best >= 0 && tokens === bestTokens && pool.free[node]! <= pool.free[best]!) continue;
    best = node;
    bestTokens = tokens;
  }
  return best;
}

const LAYOUT: Layout = { one: leastLoadedNode, rest: roomiestOther };

export const leastLoaded = definePolicy({
  point: 'placement',
  name: 'least-loaded',
  summary:
    'The replica with the most free KV memory, then with the most free places; in other pools the node with the most free units.',
  source:
    'Worst fit of bin packing (Johnson, 1973), by memory: the KV-cache utilisation that the router of llm-d scores replicas by.',
  helps:
    'With requests of unequal length: memory fills evenly, and nobody is evicted while others have room.',
  hurts: 'With large gangs: every node is a little used, and none is whole when one is needed.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => ({ place: (pool, request, into) => layOut(pool, request, into, LAYOUT) }),
});
