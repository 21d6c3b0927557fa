/** Nodes of a pool as a test writes them, with what is free on each GPU, and where a policy puts a request. */
import { DemandMix } from '../../../src/model/demand-mix.js';
import { NodeTable } from '../../../src/model/node-table.js';
import { PlacementRequest } from '../../../src/model/placement-request.js';
import type { NodeGroupSpec, PoolSpec } from '../../../src/model/system.js';
import type { PlacementPolicy } from '../../../src/policies/points.js';
import { poolOf } from './place.js';

export interface NodeOf {
  /** Free units of each GPU. */
  readonly gpus: readonly number[];
  readonly cpus?: number;
  /** Of the CPUs of its group, which are the largest given. */
  readonly cpusFree?: number;
  readonly speed?: number;
  /** Requests of the tasks that are on it, in units. */
  readonly held?: readonly number[];
}

/** A group for every node. */
export function nodesOf(nodes: readonly NodeOf[], given: Partial<PoolSpec> = {}): NodeTable {
  const table = new NodeTable({
    ...poolOf(1, 1),
    groups: nodes.map(
      ({ gpus, cpus, speed }, index): NodeGroupSpec => ({
        name: `n${index}`,
        nodes: 1,
        gpusPerNode: gpus.length,
        speed: speed ?? 1,
        memoryBytesPerGpu: Number.POSITIVE_INFINITY,
        cpus: cpus ?? Number.POSITIVE_INFINITY,
        hostMemoryBytes: Number.POSITIVE_INFINITY,
        priceUsdPerGpuHour: 0,
        reserved: null,
        spot: null,
      }),
    ),
    slicesPerGpu: 10,
    ...given,
  });
  table.mix = new DemandMix();
  for (const [index, { gpus, cpusFree, held = [] }] of nodes.entries()) {
    const node = table.add(index);
    for (const [gpu, free] of gpus.entries()) table.gpuFree[node * table.gpusMax + gpu] = free;
    table.change(node, gpus.reduce((sum, free) => sum + free, 0) - table.capacity[node]!);
    if (cpusFree !== undefined) table.cpusFree[node] = cpusFree;
    for (const units of held) table.noteHeld(node, units, 1);
  }
  return table;
}

/** The node of a request, and its GPU for a share; null where it does not fit. */
export function put(
  policy: PlacementPolicy,
  table: NodeTable,
  units: number,
  given: Partial<PlacementRequest> = {},
): { readonly node: number; readonly gpu: number } | null {
  const into = new Int32Array(2 * table.nodes);
  const isShare = table.isSliced && units > 0 && units < table.unitsPerGpu;
  const request = Object.assign(new PlacementRequest(), { task: 0, units, isShare, ...given });
  return policy.place(table, request, into) === 0 ? null : { node: into[0]!, gpu: request.gpu };
}
