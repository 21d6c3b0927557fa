/** Spread: the emptiest node, so that nodes are equally full. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy } from '../points.js';
import { takeWholeNodes } from './whole-nodes.js';

/**
 * The node with the most free units, the lowest-numbered of equals, outside the first `pairs` of `into` (which stand
 * there in ascending order); -1 where none has `units`.
 */
function emptiest(pool: NodeView, units: number, into: Int32Array, pairs: number): number {
  let best = -1;
  let bestFree = units - 1;
  let chosen = 0;
  for (let node = 0; node < pool.nodes; node++) {
    const free = pool.free[node]!;
    if (chosen < pairs && into[2 * chosen] === node) chosen++;
    else if (free > bestFree) {
      best = node;
      bestFree = free;
    }
  }
  return best;
}

class Spread implements PlacementPolicy {
  place(pool: NodeView, units: number, into: Int32Array): number {
    if (units > pool.totalFree) return 0;
    const wholeNodes = units > pool.perNode ? Math.floor(units / pool.perNode) : 0;
    const rest = units - wholeNodes * pool.perNode;
    const pairs = takeWholeNodes(pool, wholeNodes, into);
    if (pairs < wholeNodes) return 0;
    if (rest === 0) return pairs;
    const node = emptiest(pool, rest, into, pairs);
    if (node < 0) return 0;
    into[2 * pairs] = node;
    into[2 * pairs + 1] = rest;
    return pairs + 1;
  }
}

export const spread = definePolicy({
  point: 'placement',
  name: 'spread',
  summary:
    'The node with the most free units, so that all are equally full; gangs larger than a node get whole free nodes, then the emptiest for the rest.',
  source:
    'Worst fit of bin packing (Johnson, 1973); "spread" of cluster schedulers; with one task a place it is join the shortest queue.',
  helps:
    'Where neighbours on a node slow each other down, as in shared pools: everybody has as few as can be.',
  hurts: 'With large gangs: every node is a little used, and none is whole when one is needed.',
  parameters: z.strictObject({}),
  create: (): PlacementPolicy => new Spread(),
});
