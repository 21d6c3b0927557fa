/** What placements of gangs larger than a node share: whole free nodes first. */
import type { NodeView } from '../points.js';

/**
 * Writes `count` wholly free nodes, the lowest-numbered first, into `into` as pairs of node and units. Returns the
 * number of pairs written, fewer than `count` where there are not enough.
 */
export function takeWholeNodes(pool: NodeView, count: number, into: Int32Array): number {
  let pairs = 0;
  for (let node = 0; node < pool.nodes && pairs < count; node++) {
    if (pool.free[node] !== pool.perNode) continue;
    into[2 * pairs] = node;
    into[2 * pairs + 1] = pool.perNode;
    pairs++;
  }
  return pairs;
}
