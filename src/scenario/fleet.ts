/** Pools of a checked scenario to the engine's, and what steps need of their nodes. */
import { createDistribution } from '../kernel/distribution/registry.js';
import { WITHIN } from '../model/node-table.js';
import type { NodeGroupSpec, PoolSpec, PricedNodes, ScalingSpec, StepSpec } from '../model/system.js';
import { ANY_GROUP } from '../model/task-table.js';
import { FAIR_SHARE } from '../model/throughput-curve.js';
import type { NetworkEntry } from './schema/network.js';
import { gpusIn, type PoolEntry } from './schema/pool.js';
import { placesPerGpu } from './schema/sharing.js';
import type { StepEntry } from './schema/workload.js';

export function poolOf(name: string, pool: PoolEntry, network: NetworkEntry | undefined): PoolSpec {
  return {
    name,
    mode: pool.mode,
    groups: groupsOf(name, pool),
    slotsPerGpu: pool.mode === 'shared' ? placesPerGpu(pool.sharing, gpusIn(pool)) : (pool.slotsPerGpu ?? 1),
    sharing: pool.mode === 'shared' ? (pool.sharing?.curve ?? FAIR_SHARE) : null,
    slicesPerGpu: pool.slicesPerGpu ?? 1,
    nodesPerRack: network?.nodesPerRack ?? pool.nodesPerRack ?? Number.POSITIVE_INFINITY,
    spansNodes: pool.spanNodes ?? false,
    scaling: scalingOf(pool),
    schedulingIntervalS: pool.schedulingInterval,
  };
}

const AT_ONCE = { dist: 'deterministic', value: 0 };

function scalingOf({ scaling, groups }: PoolEntry): ScalingSpec | null {
  if (scaling === undefined) return null;
  const { min, max, group: name, provision } = scaling;
  const group = name === undefined ? 0 : Object.keys(groups ?? {}).indexOf(name);
  const staying = Object.values(groups ?? {}).reduce(
    (nodes, one, index) => (index === group ? nodes : nodes + (one.nodes ?? 1)),
    0,
  );
  return {
    minNodes: Math.max(min, staying),
    maxNodes: max,
    group,
    provision: createDistribution(provision ?? AT_ONCE),
  };
}

const pricedOf = (
  given: { readonly nodes?: number | undefined; readonly price: number } | undefined,
): PricedNodes | null =>
  given === undefined ? null : { nodes: given.nodes ?? Number.POSITIVE_INFINITY, usdPerGpuHour: given.price };

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

type NodeNeeds = Pick<
  StepSpec,
  'units' | 'unitsPerTraced' | 'cpus' | 'hostBytes' | 'groups' | 'within' | 'throughput'
>;

/** @param pool of the step's stage; undefined for a service or a delay */
export function needsOf(step: StepEntry, pool: PoolEntry | undefined): NodeNeeds {
  const perGpu = pool?.slicesPerGpu ?? 1;
  const asked = step.gpus ?? step.slots ?? 1;
  const names = pool?.groups === undefined ? [] : Object.keys(pool.groups);
  return {
    units: asked === 'trace' ? 'trace' : Math.round(asked * perGpu),
    unitsPerTraced: perGpu,
    cpus: step.cpus ?? 0,
    hostBytes: step.hostMemory ?? 0,
    groups:
      step.hardware === undefined
        ? ANY_GROUP
        : step.hardware.reduce((mask, group) => mask | (1 << names.indexOf(group)), 0),
    within: WITHIN[step.within ?? 'auto'],
    throughput: step.throughput === undefined ? null : names.map((group) => step.throughput![group] ?? 1),
  };
}
