/** Places one gang on nodes with the given free units; pairs of node and units, empty where it does not fit. */
import type { PlacementPolicy } from '../../../src/policies/points.js';

export function place(
  policy: PlacementPolicy,
  perNode: number,
  free: readonly number[],
  units: number,
): number[][] {
  const into = new Int32Array(2 * free.length);
  const totalFree = free.reduce((sum, units) => sum + units, 0);
  const pairs = policy.place({ nodes: free.length, perNode, free, totalFree }, units, into);
  return Array.from({ length: pairs }, (_, pair) => [into[2 * pair]!, into[2 * pair + 1]!]);
}
