/** Pools of a checked scenario to the engine's, and what steps need of their nodes. */
import { WITHIN } from '../model/node-table.js';
import type { NodeGroupSpec, PoolSpec, ServingSpec, StepSpec } from '../model/system.js';
import { ANY_GROUP } from '../model/task-table.js';
import { FAIR_SHARE } from '../model/throughput-curve.js';
import { poolDefaults } from './profiles/registry.js';
import type { NetworkEntry } from './schema/network.js';
import { gpusIn, type PoolEntry } from './schema/pool.js';
import { placesPerGpu } from './schema/sharing.js';
import type { StepEntry } from './schema/workload.js';
import { servingOf, servingSources } from './serving.js';

export function poolOf(name: string, pool: PoolEntry, network: NetworkEntry | undefined): PoolSpec {
  const serving = servingOf(pool);
  if (serving !== null) return batchingPoolOf(name, pool, network, serving);
  return {
    name,
    mode: pool.mode,
    groups: groupsOf(name, pool),
    slotsPerGpu: pool.mode === 'shared' ? placesPerGpu(pool.sharing, gpusIn(pool)) : (pool.slotsPerGpu ?? 1),
    sharing: pool.mode === 'shared' ? (pool.sharing?.curve ?? FAIR_SHARE) : null,
    slicesPerGpu: pool.slicesPerGpu ?? 1,
    nodesPerRack: network?.nodesPerRack ?? pool.nodesPerRack ?? Number.POSITIVE_INFINITY,
    spansNodes: pool.spanNodes ?? false,
    schedulingIntervalS: pool.schedulingInterval,
    serving: null,
  };
}

/** Replicas are its nodes. What a machine's replicas leave of its GPUs is theirs in equal parts: it is paid for. */
function batchingPoolOf(
  name: string,
  pool: PoolEntry,
  network: NetworkEntry | undefined,
  serving: ServingSpec,
): PoolSpec {
  const { replicasPerMachine, replica } = serving;
  const { hardware, gpusPerNode } = servingSources(pool, pool.serving!);
  const price = hardware === undefined ? undefined : poolDefaults(hardware).priceUsdPerGpuHour;
  const gpusPerReplica = gpusPerNode / replicasPerMachine;
  const groups = groupsOf(name, { ...pool, price: pool.price ?? price }).map((group) => ({
    ...group,
    nodes: group.nodes * replicasPerMachine,
    gpusPerNode: gpusPerReplica,
  }));
  const machinesPerRack = network?.nodesPerRack ?? pool.nodesPerRack ?? Number.POSITIVE_INFINITY;
  return {
    name,
    mode: 'batching',
    groups,
    slotsPerGpu: replica.maxBatch / gpusPerReplica,
    sharing: null,
    slicesPerGpu: 1,
    nodesPerRack: machinesPerRack * replicasPerMachine,
    spansNodes: false,
    schedulingIntervalS: pool.schedulingInterval,
    serving,
  };
}

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
