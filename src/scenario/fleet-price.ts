/**
 * What a fleet costs by its configuration: every pool's nodes at the price that each is paid at (reserved first, then
 * spot, the rest on demand, as bills are made; docs/scenario.md, "What is paid for"), and which numbers of nodes a
 * planner may vary, each by the path that `--set` takes. A bill agrees with it where nodes neither come nor go.
 */
import { gpusOf, type NodeGroupSpec, nodesOf, type PoolSpec, type SystemSpec } from '../model/system.js';
import { covers, type PolicySet } from '../policies/policy-set.js';
import { noScaling } from '../policies/scaling/none.js';
import { pathText } from './problem.js';
import { UNITS_MAX } from './schema/pool.js';
import type { SourceDocument } from './source.js';

/** US dollars per GPU-hour. `nodes` as in `NodeGroupSpec`: in mode batching they are replicas. */
type GroupPrice = Pick<NodeGroupSpec, 'nodes' | 'gpusPerNode' | 'priceUsdPerGpuHour' | 'reserved' | 'spot'>;

/** A number of machines in the scenario that may be another one. Plain data. */
export interface NodeCount {
  readonly pool: string;
  /** Null where all nodes of the pool are alike. */
  readonly group: string | null;
  /** For `--set`: `pools.gpu.nodes`. */
  readonly path: string;
  /** Machines as configured. In mode batching a machine may carry several replicas. */
  readonly nodes: number;
  /** Of a machine. */
  readonly gpusPerNode: number;
  /** What the scenario allows, all else as it is. */
  readonly least: number;
  readonly most: number;
}

/** Between which numbers a scaling policy moves the pool, and where they stand. */
export interface ScaledFleet {
  /** What the bounds count. */
  readonly unit: 'nodes' | 'replicas';
  readonly least: number;
  readonly most: number;
  readonly leastPath: string;
  readonly mostPath: string;
}

export interface PoolFleet {
  readonly pool: string;
  readonly kind: 'fixed' | 'scaled' | 'listed';
  /** As configured; of a scaled pool when the run begins. */
  readonly nodes: number;
  readonly gpus: number;
  readonly usdPerHour: UsdPerHour;
  /** What a planner may vary; none where `whyNot` says why. */
  readonly counts: readonly NodeCount[];
  /** Null where the number of nodes does not change during a run. */
  readonly scaled: ScaledFleet | null;
  readonly whyNot: string | null;
  /** What `fleetUsdPerHour` goes by. */
  readonly groups: readonly GroupPrice[];
  /** Nodes of the table for each machine: replicas of a machine in mode batching, else 1. */
  readonly perMachine: number;
  /** The group whose nodes come and go. */
  readonly scaledGroup: number;
}

/** Equal where no pool is scaled. */
export interface UsdPerHour {
  readonly least: number;
  readonly most: number;
}

/** Every pool, in the order of the scenario. */
export function fleetOf(
  { system, policies }: { readonly system: SystemSpec; readonly policies: PolicySet },
  document: SourceDocument,
): PoolFleet[] {
  return system.pools.map((pool, index) => {
    const policy = policies.scaling.find((choice) => covers(choice, index))?.definition ?? noScaling;
    const isScaled = pool.scaling !== null && policy !== noScaling;
    const isListed = document.has(['pools', pool.name, 'nodeList']);
    const fleet = {
      pool: pool.name,
      kind: isListed ? ('listed' as const) : isScaled ? ('scaled' as const) : ('fixed' as const),
      nodes: nodesOf(pool),
      gpus: gpusOf(pool),
      counts: isListed || isScaled ? [] : countsOf(pool, document),
      scaled: isScaled ? scaledOf(pool) : null,
      whyNot: isListed
        ? 'its node list says what nodes there are: another fleet is another list'
        : isScaled
          ? 'a scaling policy decides how many nodes there are: vary its bounds, or leave the policy out'
          : null,
      groups: pool.groups.map(({ nodes, gpusPerNode, priceUsdPerGpuHour, reserved, spot }) => ({
        nodes,
        gpusPerNode,
        priceUsdPerGpuHour,
        reserved,
        spot,
      })),
      perMachine: pool.serving?.replicasPerMachine ?? 1,
      scaledGroup: pool.scaling?.group ?? 0,
    };
    return { ...fleet, usdPerHour: poolUsdPerHour(fleet, {}) };
  });
}

/**
 * The whole fleet's price with some of its numbers of nodes (and bounds of scaled pools) changed, by their paths; what
 * is not named stays as configured. Throws for a path that is none of the fleet's.
 */
export function fleetUsdPerHour(
  fleet: readonly PoolFleet[],
  chosen: Readonly<Record<string, number>> = {},
): UsdPerHour {
  const known = new Set(
    fleet.flatMap(({ counts, scaled }) => [
      ...counts.map(({ path }) => path),
      ...(scaled === null ? [] : [scaled.leastPath, scaled.mostPath]),
    ]),
  );
  for (const path of Object.keys(chosen))
    if (!known.has(path)) throw new RangeError(`${path} is no number of nodes that can be chosen`);
  const prices = fleet.map((pool) => poolUsdPerHour(pool, chosen));
  return {
    least: prices.reduce((sum, { least }) => sum + least, 0),
    most: prices.reduce((sum, { most }) => sum + most, 0),
  };
}

type Priced = Pick<PoolFleet, 'groups' | 'counts' | 'scaled' | 'perMachine' | 'scaledGroup'>;

function poolUsdPerHour(
  { groups, counts, scaled, perMachine, scaledGroup }: Priced,
  chosen: Readonly<Record<string, number>>,
): UsdPerHour {
  if (scaled === null) {
    const usd = groups.reduce((sum, group, index) => {
      const machines = counts[index] === undefined ? undefined : chosen[counts[index].path];
      return sum + groupUsdPerHour(group, machines === undefined ? group.nodes : machines * perMachine);
    }, 0);
    return { least: usd, most: usd };
  }
  const staying = groups.reduce((sum, { nodes }, index) => (index === scaledGroup ? sum : sum + nodes), 0);
  const at = (nodes: number): number =>
    groups.reduce(
      (sum, group, index) =>
        sum + groupUsdPerHour(group, index === scaledGroup ? Math.max(0, nodes - staying) : group.nodes),
      0,
    );
  return {
    least: at(chosen[scaled.leastPath] ?? scaled.least),
    most: at(chosen[scaled.mostPath] ?? scaled.most),
  };
}

/** As `NodeMeter` bills them: reserved nodes are paid for whether they are there or not. */
function groupUsdPerHour(
  { gpusPerNode, priceUsdPerGpuHour, reserved, spot }: GroupPrice,
  nodes: number,
): number {
  const beyondReserved = nodes - Math.min(nodes, reserved?.nodes ?? 0);
  const atSpot = Math.min(beyondReserved, spot?.nodes ?? 0);
  return (
    gpusPerNode *
    ((reserved === null ? 0 : reserved.nodes * reserved.usdPerGpuHour) +
      (spot === null ? 0 : atSpot * spot.usdPerGpuHour) +
      (beyondReserved - atSpot) * priceUsdPerGpuHour)
  );
}

function countsOf(pool: PoolSpec, document: SourceDocument): NodeCount[] {
  const { name, groups, scaling, slotsPerGpu, mode } = pool;
  const perMachine = pool.serving?.replicasPerMachine ?? 1;
  const hasGroups = document.has(['pools', name, 'groups']);
  return groups.map((group) => {
    const others = nodesOf(pool) - group.nodes;
    const unitsOf = (gpus: number): number => (mode === 'slots' ? gpus * slotsPerGpu : gpus);
    const room = UNITS_MAX - unitsOf(gpusOf(pool) - group.nodes * group.gpusPerNode);
    const gpusPerMachine = Math.round(group.gpusPerNode * perMachine);
    return {
      pool: name,
      group: hasGroups ? group.name : null,
      path: pathText(hasGroups ? ['pools', name, 'groups', group.name, 'nodes'] : ['pools', name, 'nodes']),
      nodes: group.nodes / perMachine,
      gpusPerNode: gpusPerMachine,
      // Without a policy nobody moves within the bounds, but the pool still has to begin within them.
      least: Math.max(1, Math.ceil(((scaling?.minNodes ?? 0) - others) / perMachine)),
      most: Math.min(
        Math.floor(room / unitsOf(gpusPerMachine)),
        Math.floor(((scaling?.maxNodes ?? Number.POSITIVE_INFINITY) - others) / perMachine),
      ),
    };
  });
}

function scaledOf({ name, mode, scaling }: PoolSpec): ScaledFleet {
  const { minNodes, maxNodes } = scaling!;
  return {
    unit: mode === 'batching' ? 'replicas' : 'nodes',
    least: minNodes,
    most: maxNodes,
    leastPath: pathText(['pools', name, 'scaling', 'min']),
    mostPath: pathText(['pools', name, 'scaling', 'max']),
  };
}
