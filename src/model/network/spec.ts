/** What a scenario says of the interconnect, with names resolved and units gone. */
import type { NodeLinks, TopologySpec } from './topology.js';

export interface NetworkSpec {
  /** Without nodes, but for a `single-node`: they are added pool by pool, see `Fleet`. */
  readonly topology: TopologySpec;
  /** What the nodes of each pool have. */
  readonly pools: readonly PoolNetworkSpec[];
  readonly dataSets: readonly DataSetFamily[];
}

export interface PoolNetworkSpec {
  /** Where they differ from the topology's. */
  readonly links: Partial<NodeLinks>;
  /** Of each node. */
  readonly cacheBytes: number;
  /** Nodes of the pool that are one of the network: the replicas of a machine in mode `batching`, else 1. */
  readonly nodesPerMachine: number;
}

/** One data set, or several of one size that a task reads one of. */
export interface DataSetFamily {
  readonly name: string;
  readonly members: number;
  /** Of each member. */
  readonly bytes: number;
  readonly inStorage: boolean;
  readonly onNodes: readonly { readonly pool: number; readonly node: number }[];
}

/** What a step asks of the interconnect. */
export interface StepNetworkSpec {
  /** What it reads; each with cumulative shares of the family's members, the last 1. */
  readonly data: readonly { readonly family: number; readonly cumulative: readonly number[] }[];
  /** What it brings along from where the task was last: bytes, and bytes for each token of the prompt. */
  readonly carriedBytes: number;
  readonly carriedBytesPerPromptToken: number;
  /** Part of its time that a gang spends communicating when it is within one node. */
  readonly communicationFraction: number;
}

/** Whether something may have to travel before the step's work begins. */
export const fetches = ({ data, carriedBytes, carriedBytesPerPromptToken }: StepNetworkSpec): boolean =>
  data.length > 0 || carriedBytes > 0 || carriedBytesPerPromptToken > 0;
