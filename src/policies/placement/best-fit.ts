/** Best fit: the node with the least room that is enough, so that whole nodes stay whole. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy } from '../points.js';
import { takeWholeNodes } from './whole-nodes.js';

/** The node with the fewest free units that fits, the lowest-numbered of equals; -1 where there is none. */
function tightest(pool: NodeView, units: number): number {
  let best = -1;
  let bestFree = Number.POSITIVE_INFINITY;
  for (let node = 0; node < pool.nodes; node++) {
    const free = pool.free[node]!;
    if (free >= units && free < bestFree) {
      best = node;
      bestFree = free;
      if (free === units) break;
    }
  }
  return best;
}

/**
 * The node with the most free units, the lowest-numbered of equals, outside the first `pairs` of `into` (which
 * stand there in ascending order); -1 where there is none.
 */
function roomiestOther(pool: NodeView, into: Int32Array, pairs: number): number {
  let best = -1;
  let bestFree = 0;
  let chosen = 0;
  for (let node = 0; node < pool.nodes; node++) {
    if (chosen < pairs && into[2 * chosen] === node) {
      chosen++;
      continue;
    }
    const free = pool.free[node]!;
    if (free > bestFree) {
      best = node;
      bestFree = free;
    }
  }
  return best;
}

class BestFit implements PlacementPolicy {
  place(pool: NodeView, units: number, into: Int32Array): number {
    if (units > pool.totalFree) return 0;
    return units <= pool.perNode
      ? this.placeOnOne(pool, units, into)
      : this.placeOnSeveral(pool, units, into);
  }

  private placeOnOne(pool: NodeView, units: number, into: Int32Array): number {
    const node = tightest(pool, units);
    if (node < 0) return 0;
    into[0] = node;
    into[1] = units;
    return 1;
  }

  private placeOnSeveral(pool: NodeView, units: number, into: Int32Array): number {
    const wholeNodes = Math.floor(units / pool.perNode);
    const rest = units - wholeNodes * pool.perNode;
    const pairs = takeWholeNodes(pool, wholeNodes, into);
    if (pairs < wholeNodes) return 0;
    if (rest === 0) return pairs;
    const node = roomiestOther(pool, into, pairs);
    if (node < 0 || pool.free[node]! < rest) return 0;
    into[2 * pairs] = node;
    into[2 * pairs + 1] = rest;
    return pairs + 1;
  }
}

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
  create: (): PlacementPolicy => new BestFit(),
});
