/** First fit: the lowest-numbered node with room. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy } from '../points.js';
import { takeWholeNodes } from './whole-nodes.js';

/** The lowest-numbered node outside the first `pairs` of `into` with `units` free; -1 where there is none. */
function firstWithRoom(pool: NodeView, units: number, into: Int32Array, pairs: number): number {
  // Chosen nodes stand in `into` in ascending order, so one finger over them is enough.
  let chosen = 0;
  for (let node = 0; node < pool.nodes; node++) {
    if (chosen < pairs && into[2 * chosen] === node) chosen++;
    else if (pool.free[node]! >= units) return node;
  }
  return -1;
}

class FirstFit implements PlacementPolicy {
  place(pool: NodeView, units: number, into: Int32Array): number {
    if (units > pool.totalFree) return 0;
    const wholeNodes = units > pool.perNode ? Math.floor(units / pool.perNode) : 0;
    const rest = units - wholeNodes * pool.perNode;
    const pairs = takeWholeNodes(pool, wholeNodes, into);
    if (pairs < wholeNodes) return 0;
    if (rest === 0) return pairs;
    const node = firstWithRoom(pool, rest, into, pairs);
    if (node < 0) return 0;
    into[2 * pairs] = node;
    into[2 * pairs + 1] = rest;
    return pairs + 1;
  }
}

export const firstFit = definePolicy({
  point: 'placement',
  name: 'first-fit',
  summary:
    'The lowest-numbered node with room for all; gangs larger than a node get whole free nodes, then room for the rest.',
  source: 'First fit of bin packing (Johnson, 1973).',
  helps: 'As a fast default: low numbers fill up, and high numbers stay free for large gangs.',
  hurts: 'With mixed sizes: small tasks break up nodes that a tighter fit would have left whole.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => new FirstFit(),
});
