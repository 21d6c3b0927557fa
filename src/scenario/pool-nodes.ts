/** The nodes of a pool as it is written: their groups, their number, their racks. */
import type { NodeGroupSpec, PricedNodes } from '../model/system.js';
import type { NetworkEntry } from './schema/network.js';
import type { PoolEntry } from './schema/pool.js';

const pricedOf = (
  given: { readonly nodes?: number | undefined; readonly price: number } | undefined,
): PricedNodes | null =>
  given === undefined ? null : { nodes: given.nodes ?? Number.POSITIVE_INFINITY, usdPerGpuHour: given.price };

/** The racks are those of the network, where there is one that has any; undefined: all nodes are in one. */
export const nodesPerRackOf = (
  { nodesPerRack }: PoolEntry,
  { network }: { readonly network?: NetworkEntry | undefined },
): number | undefined => network?.nodesPerRack ?? nodesPerRack;

/** Nodes of a pool as it is written. */
export const nodesIn = (pool: PoolEntry): number =>
  groupsOf('', pool).reduce((sum, { nodes }) => sum + nodes, 0);

/** The groups of nodes as written; a pool without any is one group of its own name. */
export function groupsOf(name: string, pool: PoolEntry): NodeGroupSpec[] {
  return Object.entries(pool.groups ?? { [name]: {} }).map(([group, own]) => {
    const given = { ...pool, ...withoutGaps(own) };
    return {
      name: group,
      nodes: given.nodes ?? 1,
      gpusPerNode: given.gpusPerNode ?? 1,
      speed: given.speed ?? 1,
      memoryBytesPerGpu: given.memory ?? Number.POSITIVE_INFINITY,
      cpus: given.cpus ?? Number.POSITIVE_INFINITY,
      hostMemoryBytes: given.hostMemory ?? Number.POSITIVE_INFINITY,
      priceUsdPerGpuHour: given.price ?? 0,
      reserved: pricedOf(given.reserved),
      spot: pricedOf(given.spot),
    };
  });
}

const withoutGaps = <T extends object>(given: T): Partial<T> =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;

/** GPUs (or slots) of the largest node, and of the whole pool. */
export function sizeOf(pool: PoolEntry): { readonly perNode: number; readonly total: number } {
  const perGpu = pool.slotsPerGpu ?? 1;
  const groups = groupsOf('', pool);
  return {
    perNode: Math.max(...groups.map(({ gpusPerNode }) => gpusPerNode)) * perGpu,
    total: groups.reduce((sum, { nodes, gpusPerNode }) => sum + nodes * gpusPerNode, 0) * perGpu,
  };
}
