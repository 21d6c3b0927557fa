/** Nodes that a remedy adds to a pool and takes away again. */
import { CLOSED } from '../model/pool.js';
import { nodesOf } from '../model/system.js';
import type { PoolState } from './stations.js';

/** Adds nodes: those that were going come back first. */
export function addNodes(station: PoolState, count: number): void {
  const { pool, spec } = station;
  let missing = count;
  for (let node = nodesOf(spec); node < pool.nodes && missing > 0; node++) {
    if (!pool.isClosedFor(node, CLOSED.scaled)) continue;
    pool.open(node);
    missing--;
  }
  for (; missing > 0; missing--) pool.addNode();
}

/** Takes nodes away, of those beyond the scenario's and the emptiest first; those in use go as they come free. */
export function removeNodes({ pool, spec }: PoolState, count: number): void {
  const added: number[] = [];
  for (let node = nodesOf(spec); node < pool.nodes; node++)
    if (!pool.isClosedFor(node, CLOSED.scaled)) added.push(node);
  added.sort((a, b) => pool.heldAt(a) - pool.heldAt(b) || b - a);
  for (const node of added.slice(0, count)) pool.close(node);
}
