/** Pools of a checked scenario to the engine's, and what steps need of their nodes. */
import { createDistribution } from '../kernel/distribution/registry.js';
import { WITHIN } from '../model/placement-request.js';
import {
  FROM_TRACE,
  type NodeGroupSpec,
  type PoolSpec,
  type ScalingSpec,
  type ServingSpec,
  type StepSpec,
} from '../model/system.js';
import { ANY_GROUP } from '../model/task-table.js';
import { FAIR_SHARE } from '../model/throughput-curve.js';
import { failuresOf } from './failures.js';
import { groupsOf, nodesPerRackOf } from './pool-nodes.js';
import { poolDefaults } from './profiles/registry.js';
import type { NetworkEntry } from './schema/network.js';
import { gpusIn, type PoolEntry } from './schema/pool.js';
import { placesPerGpu } from './schema/sharing.js';
import type { StepEntry } from './schema/workload.js';
import { servingOf, servingSources } from './serving.js';

/** @param order group of each node, where a list of nodes says */
export function poolOf(
  name: string,
  pool: PoolEntry,
  network: NetworkEntry | undefined,
  order: Int32Array | null,
): PoolSpec {
  const serving = servingOf(pool);
  if (serving !== null) return batchingPoolOf(name, pool, network, serving);
  return {
    name,
    mode: pool.mode,
    groups: groupsOf(name, pool),
    slotsPerGpu: pool.mode === 'shared' ? placesPerGpu(pool.sharing, gpusIn(pool)) : (pool.slotsPerGpu ?? 1),
    sharing: pool.mode === 'shared' ? (pool.sharing?.curve ?? FAIR_SHARE) : null,
    slicesPerGpu: pool.slicesPerGpu ?? 1,
    nodesPerRack: nodesPerRackOf(pool, { network }) ?? Number.POSITIVE_INFINITY,
    order,
    spansNodes: pool.spanNodes ?? false,
    scaling: scalingOf(pool),
    failures: pool.failures === undefined ? null : failuresOf(pool.failures, Object.keys(pool.groups ?? {})),
    checkpoint:
      pool.checkpoint === undefined
        ? null
        : {
            everyS: pool.checkpoint.every,
            costS: pool.checkpoint.cost,
            restoreS: pool.checkpoint.restore,
            sizeBytes: pool.checkpoint.size ?? 0,
          },
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
    order: null,
    // What comes and goes is replicas, so that they are what `min` and `max` count.
    scaling: scalingOf(pool),
    failures: pool.failures === undefined ? null : failuresOf(pool.failures, []),
    checkpoint: null,
    nodesPerRack: machinesPerRack * replicasPerMachine,
    spansNodes: false,
    schedulingIntervalS: pool.schedulingInterval,
    serving,
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

/** Whether a name in a step means the group: by its own name, or by that of its hardware. */
const means = (name: string, [group, { hardware }]: readonly [string, { hardware?: string | undefined }]) =>
  name === group || name === hardware;

/** Bit mask of the groups that one of the names means. */
const maskOf = (
  names: readonly string[],
  groups: readonly (readonly [string, { hardware?: string | undefined }])[],
) =>
  groups.reduce(
    (mask, group, index) => (names.some((name) => means(name, group)) ? mask | (1 << index) : mask),
    0,
  );

/** Names that a step may use for groups of the pool's nodes. */
export function namesOfHardware(pool: PoolEntry): string[] {
  const groups = Object.entries(pool.groups ?? {});
  return [
    ...new Set(
      groups.flatMap(([name, { hardware }]) => (hardware === undefined ? [name] : [name, hardware])),
    ),
  ];
}

/** The groups of nodes that one of the names means; all of them without names. */
export const groupsMeant = (pool: PoolEntry, names?: readonly string[]): NodeGroupSpec[] => {
  const groups = Object.entries(pool.groups ?? {});
  return groupsOf('', pool).filter(
    (_, index) => names === undefined || names.some((name) => means(name, groups[index] ?? ['', {}])),
  );
};

/** What a step that says `hardware: trace` writes. */
export const isTraced = (names: readonly string[] | undefined): boolean =>
  names !== undefined && names.length === 1 && names[0] === 'trace';

/** Kinds of hardware as a trace lists them: `A|B`. */
export const kindsIn = (text: string): string[] => text.split('|').filter((kind) => kind !== '');

type NodeNeeds = Pick<
  StepSpec,
  'units' | 'unitsPerTraced' | 'cpus' | 'hostBytes' | 'groups' | 'tracedGroups' | 'within' | 'throughput'
>;

/**
 * @param pool of the step's stage; undefined for a service or a delay
 * @param hardwareNames of the workload's trace
 */
export function needsOf(
  step: StepEntry,
  pool: PoolEntry | undefined,
  hardwareNames: readonly string[],
): NodeNeeds {
  const perGpu = pool?.slicesPerGpu ?? 1;
  const asked = step.gpus ?? step.slots ?? 1;
  const groups = Object.entries(pool?.groups ?? {});
  const traced = isTraced(step.hardware);
  return {
    units: asked === 'trace' ? 'trace' : Math.round(asked * perGpu),
    unitsPerTraced: perGpu,
    cpus: step.cpus === 'trace' ? FROM_TRACE : (step.cpus ?? 0),
    hostBytes: step.hostMemory === 'trace' ? FROM_TRACE : (step.hostMemory ?? 0),
    groups: traced ? FROM_TRACE : step.hardware === undefined ? ANY_GROUP : maskOf(step.hardware, groups),
    tracedGroups: traced
      ? hardwareNames.map((text) => (text === '' ? ANY_GROUP : maskOf(kindsIn(text), groups)))
      : null,
    within: WITHIN[step.within ?? 'auto'],
    throughput:
      step.throughput === undefined
        ? null
        : groups.map(
            ([group, { hardware }]) => step.throughput![group] ?? step.throughput![hardware ?? group] ?? 1,
          ),
  };
}
