/**
 * The compiled scenario: what exists, with names resolved to indices, units to seconds and defaults filled in.
 * Immutable; a run only reads it, so any number of runs may share one.
 */
import type { ArrivalProcess } from '../kernel/arrival/arrival-process.js';
import type { Distribution } from '../kernel/distribution/distribution.js';
import type { StreamFactory } from '../kernel/random/streams.js';
import type { ReplicaSpec } from './batching/spec.js';
import type { CheckpointSpec, FailuresSpec } from './failures.js';
import type { NetworkSpec, StepNetworkSpec } from './network/spec.js';
import type { CurvePoint } from './throughput-curve.js';
import type { TraceTable } from './trace-table.js';

/** `Step.branches[].to` for leaving the system. */
export const END = -1;
/** `Step.stage` of a pure delay. */
export const NO_STAGE = -1;
/** `Workload.fallbackStep` of a workload without a cheaper path. */
export const NO_FALLBACK = -1;

/** `StepSpec.cpus`, `hostBytes` and `groups` where the trace's row says. */
export const FROM_TRACE = -2;

/** Nodes of one kind in a pool. */
export interface NodeGroupSpec {
  readonly name: string;
  readonly nodes: number;
  readonly gpusPerNode: number;
  /** Work of 1 s takes 1/speed seconds. */
  readonly speed: number;
  /** Infinity where the scenario states none; so are CPUs and host memory. */
  readonly memoryBytesPerGpu: number;
  readonly cpus: number;
  readonly hostMemoryBytes: number;
  /** On demand. */
  readonly priceUsdPerGpuHour: number;
  /** Nodes that are paid for all the time, used or not; of those in use they are the first. */
  readonly reserved: PricedNodes | null;
  /** How many of those in use beyond the reserved ones are paid for at the spot price. */
  readonly spot: PricedNodes | null;
}

/** So many nodes at another price than on demand. */
export interface PricedNodes {
  readonly nodes: number;
  readonly usdPerGpuHour: number;
}

/** Between how many nodes a pool may be scaled, and how nodes come. */
export interface ScalingSpec {
  readonly minNodes: number;
  readonly maxNodes: number;
  /** The group of nodes that come and go. */
  readonly group: number;
  /** From the order of a node until it is in service. */
  readonly provision: Distribution;
}

/** An LLM server on the GPUs of a pool in mode `batching`. */
export interface ServingSpec {
  readonly replica: ReplicaSpec;
  /** GPUs of one replica. */
  readonly tensorParallel: number;
  /** Replicas of one machine; GPUs that are left over stand idle. */
  readonly replicasPerMachine: number;
  /** Of the whole replica; NaN where nothing is said. */
  readonly kvBytesPerToken: number;
}

export interface PoolSpec {
  readonly name: string;
  /**
   * `exclusive`: a task takes whole GPUs, a gang at once; `slots`: each GPU serves `slotsPerGpu` tasks at a time;
   * `shared`: so many tasks share a GPU, see `sharing`; `batching`: replicas of an LLM server. In mode batching a
   * replica is what is a node elsewhere: `nodes` counts replicas, `gpusPerNode` is a replica's part of its machine's
   * GPUs and units are places in its batch.
   */
  readonly mode: 'exclusive' | 'slots' | 'shared' | 'batching';
  /** One where all nodes are alike. */
  readonly groups: readonly NodeGroupSpec[];
  readonly slotsPerGpu: number;
  /** What a GPU gets done by the number of tasks that share it; null in the other modes. */
  readonly sharing: readonly CurvePoint[] | null;
  /** Parts that a GPU of an `exclusive` pool can be cut into; 1: GPUs are whole. */
  readonly slicesPerGpu: number;
  /** Group of each node, in the order of their numbers; null: they are numbered group by group. */
  readonly order: Int32Array | null;
  /** Every so many nodes are a rack; Infinity: one rack. */
  readonly nodesPerRack: number;
  /** Whether a gang larger than a node may use several. */
  readonly spansNodes: boolean;
  /** Null where the number of nodes is fixed, whatever policy there is. */
  readonly scaling: ScalingSpec | null;
  /** What goes wrong with its nodes by itself; null: nothing. */
  readonly failures: FailuresSpec | null;
  /** What its tasks save on the way; null: as its preemption policy says. */
  readonly checkpoint: CheckpointSpec | null;
  /** Null in the other modes. */
  readonly serving: ServingSpec | null;
  /** Tasks start at multiples of this, after all that happens at the same time; 0: as soon as they can. */
  readonly schedulingIntervalS: number;
}

export interface ServiceSpec {
  readonly name: string;
  /** Calls served at a time; the others wait inside the service, first come first served. May be Infinity. */
  readonly concurrency: number;
  readonly latency: Distribution;
  readonly errorFraction: number;
}

export interface StageSpec {
  readonly name: string;
  readonly resource: { readonly kind: 'pool' | 'service'; readonly index: number };
  /** Tasks that may wait; Infinity: no bound. */
  readonly queueCapacity: number;
  /** What happens to a task that finds the queue full: refused, or kept where it comes from, its resource with it. */
  readonly whenFull: 'refuse' | 'block';
}

export type WorkDemand =
  | { readonly kind: 'distribution'; readonly distribution: Distribution }
  | { readonly kind: 'trace' }
  | {
      readonly kind: 'tokens';
      readonly baseS: number;
      readonly perPromptTokenS: number;
      readonly perOutputTokenS: number;
    }
  /** The latency of the stage's service. */
  | { readonly kind: 'service' }
  /** A request to an LLM server; how long it takes follows from its tokens and from who else is there. */
  | {
      readonly kind: 'request';
      /** Drawn anew at each visit; null: the task's own. */
      readonly promptTokens: Distribution | null;
      readonly outputTokens: Distribution | null;
      /** Whether the task's context so far comes before the prompt. */
      readonly keepsContext: boolean;
      /** How the prompt's KV comes from the replica that made it; null: it is made here. */
      readonly transfer: TransferSpec | null;
    };

/** A copy of a prompt's KV from one replica to another: latency + bytes / bandwidth. */
export interface TransferSpec {
  readonly latencyS: number;
  /** Infinity: the latency is all it takes. */
  readonly bytesPerS: number;
  readonly bytesPerToken: number;
}

export interface Branch {
  /** Step index or END. */
  readonly to: number;
  /** Sum of the probabilities up to and including this branch; the last is 1. */
  readonly cumulative: number;
}

export interface StepSpec {
  readonly name: string;
  /** Stage index or NO_STAGE. */
  readonly stage: number;
  readonly work: WorkDemand;
  /** Units at once (GPUs, slots, slices); `trace`: as the trace's row says, times `unitsPerTraced`. */
  readonly units: number | 'trace';
  readonly unitsPerTraced: number;
  /** CPUs and host memory of a node; FROM_TRACE: as the trace's row says. */
  readonly cpus: number;
  readonly hostBytes: number;
  /** Bit mask of the groups of the pool's nodes that will do; -1: all; FROM_TRACE: see `tracedGroups`. */
  readonly groups: number;
  /** Such masks by the trace's kinds of hardware; null where the step does not go by them. */
  readonly tracedGroups: readonly number[] | null;
  /** One of WITHIN: where the parts of a gang may be. */
  readonly within: number;
  /** Factor on the speed of each of the pool's groups for this step; null: all 1. */
  readonly throughput: readonly number[] | null;
  readonly errorFraction: number;
  /** Whether doing it twice does no harm. */
  readonly idempotent: boolean;
  readonly branches: readonly Branch[];
  /** What it asks of the interconnect; null: nothing. */
  readonly network: StepNetworkSpec | null;
}

export type ArrivalSpec =
  | { readonly kind: 'open'; readonly create: (streams: StreamFactory) => ArrivalProcess }
  | { readonly kind: 'closed'; readonly users: number; readonly think: Distribution }
  | {
      readonly kind: 'trace';
      readonly table: TraceTable;
      /** Rows are drawn instead of replayed; null: replayed. */
      readonly sample: {
        /** Drawing ends after so many rows, or when they need so many GPUs together. */
        readonly rows: number;
        readonly gpus: number;
        /** Between two arrivals. */
        readonly everyS: number;
        /** Every row comes once before any comes again. */
        readonly isShuffled: boolean;
      } | null;
      /** Tenant of the system for each tenant of the table. */
      readonly tenants: readonly number[];
    };

export interface WorkloadSpec {
  readonly name: string;
  readonly arrival: ArrivalSpec;
  /** Tenants with cumulative shares, the last 1. */
  readonly tenants: readonly { readonly tenant: number; readonly cumulative: number }[];
  /** Size of the user population. */
  readonly users: number;
  readonly priority: number;
  readonly valueUsd: number;
  /** From arrival, seconds; Infinity: none. */
  readonly deadlineS: number;
  /** Time that a task waits for its first start before it gives up. */
  readonly patience: Distribution | null;
  /** Time from arrival after which the client gives up wherever the task is. */
  readonly timeout: Distribution | null;
  readonly promptTokens: Distribution | null;
  readonly outputTokens: Distribution | null;
  /** GPU memory that a task holds while it has a place in a pool, bytes. */
  readonly memory: Distribution | null;
  /** Those of the workflow, then those of the fallback path. */
  readonly steps: readonly StepSpec[];
  /** Where the fallback path begins in `steps`; NO_FALLBACK without one. */
  readonly fallbackStep: number;
  /** What a task completed on the fallback path is worth. */
  readonly fallbackValueUsd: number;
  /** What a task costs that is not completed by its deadline. */
  readonly latePenaltyUsd: number;
}

/** When a disturbance begins: once, or again and again, each time so long after the end of the last. */
export type Onset =
  | { readonly kind: 'at'; readonly atS: number }
  | { readonly kind: 'every'; readonly interval: Distribution };

interface Timed {
  readonly onset: Onset;
  /** May be Infinity. */
  readonly forS: number;
}

/** A change of a service for a time. */
export interface ServiceDisturbance extends Timed {
  readonly kind: 'service';
  readonly service: number;
  /** Multiplies the latency of calls that begin meanwhile. */
  readonly slowdown: number;
  /** Replaces the error fraction; null: unchanged. */
  readonly errorFraction: number | null;
  /** Replaces the concurrency; null: unchanged. */
  readonly concurrency: number | null;
}

/** Nodes of a pool that are lost or slow for a time. */
export interface NodeDisturbance extends Timed {
  readonly kind: 'nodes';
  readonly pool: number;
  readonly nodes: readonly number[];
  /** Factor on the time that work takes; Infinity: out of service. */
  readonly slowdown: number;
}

/** A workload sends more, or less, for a time: part of its arrival process, and so of no concern to a run. */
export interface TrafficDisturbance extends Timed {
  readonly kind: 'traffic';
  readonly workload: number;
  readonly factor: number;
}

/** Links carry less for a time. */
export interface LinkDisturbance extends Timed {
  readonly kind: 'links';
  /** Name of a link, with `*` for any letters. */
  readonly links: string;
  readonly factor: number;
}

export type DisturbanceSpec = ServiceDisturbance | NodeDisturbance | LinkDisturbance | TrafficDisturbance;

export interface HorizonSpec {
  /** Arrivals stop then; Infinity: not by time. */
  readonly durationS: number;
  /** Arrivals stop after so many tasks; Infinity: not by number. */
  readonly tasks: number;
  /** How long the run goes on after the arrivals have stopped, at most; 0: it ends at once. */
  readonly drainS: number;
  readonly warmup: { readonly method: 'fixed'; readonly lengthS: number } | { readonly method: 'mser-5' };
}

export interface SystemSpec {
  readonly name: string;
  readonly horizon: HorizonSpec;
  readonly pools: readonly PoolSpec[];
  readonly services: readonly ServiceSpec[];
  readonly stages: readonly StageSpec[];
  readonly tenantNames: readonly string[];
  readonly workloads: readonly WorkloadSpec[];
  readonly disturbances: readonly DisturbanceSpec[];
  /** Null: data is wherever it is needed, and gangs are as fast over nodes as within one. */
  readonly network: NetworkSpec | null;
}

/** Nodes of a pool when the run begins. */
export function nodesOf(pool: PoolSpec): number {
  return pool.groups.reduce((sum, { nodes }) => sum + nodes, 0);
}

export function gpusOf(pool: PoolSpec): number {
  return pool.groups.reduce((sum, { nodes, gpusPerNode }) => sum + nodes * gpusPerNode, 0);
}
