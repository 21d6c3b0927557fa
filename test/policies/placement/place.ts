/** Places one gang on nodes with the given free units; pairs of node and units, empty where it does not fit. */
import { NodeTable } from '../../../src/model/node-table.js';
import { PlacementRequest } from '../../../src/model/placement-request.js';
import type { PoolSpec } from '../../../src/model/system.js';
import type { PlacementPolicy } from '../../../src/policies/points.js';

/** A pool of one group of nodes. */
export const poolOf = (nodes: number, gpusPerNode: number, given: Partial<PoolSpec> = {}): PoolSpec => ({
  name: 'gpus',
  mode: 'exclusive',
  groups: [
    {
      name: 'gpus',
      nodes,
      gpusPerNode,
      speed: 1,
      memoryBytesPerGpu: Number.POSITIVE_INFINITY,
      cpus: Number.POSITIVE_INFINITY,
      hostMemoryBytes: Number.POSITIVE_INFINITY,
      priceUsdPerGpuHour: 0,
      reserved: null,
      spot: null,
    },
  ],
  slotsPerGpu: 1,
  sharing: null,
  slicesPerGpu: 1,
  order: null,
  nodesPerRack: Number.POSITIVE_INFINITY,
  spansNodes: true,
  scaling: null,
  failures: null,
  checkpoint: null,
  serving: null,
  schedulingIntervalS: 0,
  ...given,
});

/** Nodes with so many units free each. */
export function tableOf(spec: PoolSpec, free: readonly number[]): NodeTable {
  const table = new NodeTable(spec);
  for (const units of free) {
    const node = table.add(0);
    table.change(node, units - table.capacity[node]!);
  }
  return table;
}

export function place(
  policy: PlacementPolicy,
  perNode: number,
  free: readonly number[],
  units: number,
  given: Partial<PlacementRequest> = {},
): number[][] {
  const into = new Int32Array(2 * free.length);
  const request = Object.assign(new PlacementRequest(), { units, ...given });
  const pairs = policy.place(tableOf(poolOf(free.length, perNode), free), request, into);
  return Array.from({ length: pairs }, (_, pair) => [into[2 * pair]!, into[2 * pair + 1]!]);
}
