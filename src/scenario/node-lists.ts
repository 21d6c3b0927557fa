/**
 * Node lists of pools: which files a scenario names, for whoever reads them (that is not pure, so it happens before
 * compiling), and the scenario with the lists in place, as if their kinds of nodes had been written as groups.
 */
import type { PathSegment } from './problem.js';
import type { NodeListSpec } from './schema/node-list.js';
import { GROUPS_MAX, type PoolEntry, UNITS_MAX } from './schema/pool.js';
import type { Scenario } from './schema.js';

export interface NodeListUse {
  readonly pool: string;
  readonly spec: NodeListSpec;
  /** Where `nodeList:` stands in the document. */
  readonly path: readonly PathSegment[];
}

/** Nodes of a list that are alike in all columns. */
export interface NodeKind {
  readonly nodes: number;
  readonly gpus: number;
  /** Absent where the list has no such column. */
  readonly cpus?: number;
  readonly hostBytes?: number;
  readonly hardware?: string;
}

export interface LoadedNodeList {
  /** In the order in which the file has the first of each. */
  readonly kinds: readonly NodeKind[];
  /** Kind of each node, in the order of the file. */
  readonly order: Int32Array;
}

/** By pool. */
export type LoadedNodeLists = ReadonlyMap<string, LoadedNodeList>;

export function nodeListsOf(scenario: Scenario): NodeListUse[] {
  return Object.entries(scenario.pools).flatMap(([pool, { nodeList }]) =>
    nodeList === undefined ? [] : [{ pool, spec: nodeList, path: ['pools', pool, 'nodeList'] }],
  );
}

/** Why a list cannot be used; undefined where it can. */
export function trouble(kinds: readonly NodeKind[]): string | undefined {
  if (kinds.length > GROUPS_MAX)
    return `the list has ${kinds.length} different kinds of nodes; at most ${GROUPS_MAX} are supported`;
  const gpus = kinds.reduce((sum, kind) => sum + kind.nodes * kind.gpus, 0);
  return gpus > UNITS_MAX ? `the list has ${gpus} GPUs; at most ${UNITS_MAX} are supported` : undefined;
}

/** The scenario with groups of nodes in place of lists. */
export function withNodeLists(scenario: Scenario, lists: LoadedNodeLists): Scenario {
  if (nodeListsOf(scenario).length === 0) return scenario;
  const pools = Object.entries(scenario.pools).map(([name, pool]): [string, PoolEntry] => {
    if (pool.nodeList === undefined) return [name, pool];
    const list = lists.get(name);
    if (list === undefined) throw new Error(`the node list of pool "${name}" is not loaded`);
    return [name, { ...pool, groups: groupsOf(list.kinds, pool.nodeList) }];
  });
  return { ...scenario, pools: Object.fromEntries(pools) };
}

/** Groups are called after their hardware: `T4`, `T4-2`, ... */
function groupsOf(kinds: readonly NodeKind[], spec: NodeListSpec): NonNullable<PoolEntry['groups']> {
  const seen = new Map<string, number>();
  return Object.fromEntries(
    kinds.map(({ nodes, gpus, cpus, hostBytes, hardware = 'nodes' }) => {
      const number = (seen.get(hardware) ?? 0) + 1;
      seen.set(hardware, number);
      return [
        number === 1 ? hardware : `${hardware}-${number}`,
        {
          nodes,
          gpusPerNode: gpus,
          hardware,
          ...(cpus === undefined ? {} : { cpus }),
          ...(hostBytes === undefined ? {} : { hostMemory: hostBytes }),
          ...spec.kinds[hardware],
        },
      ];
    }),
  );
}
