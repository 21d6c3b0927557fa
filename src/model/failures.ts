/**
 * What goes wrong with the nodes of a pool by itself, and what tasks save against it. Every source is a renewal
 * process of its own at every node (GPU, rack): up for a time drawn from `mtbf`, then out of service (or slow) for
 * a time drawn from `repair`. Sources do not know of each other: a node is in service when none of them holds it.
 */
import type { Distribution } from '../kernel/distribution/distribution.js';

export interface OutageSpec {
  /** Time in service until the next failure, seconds. */
  readonly mtbf: Distribution;
  /** Time out of service, seconds. */
  readonly repair: Distribution;
  /** Whether a node that nobody is on can fail; if not, the time to its failure is drawn anew. */
  readonly whileIdle: boolean;
}

export interface SpotSpec {
  readonly mtbf: Distribution;
  /** From the notice until the node is gone, seconds. */
  readonly noticeS: number;
  /** Time until it is there again, seconds. */
  readonly back: Distribution;
  /** Bit mask of the groups of nodes that can be taken away; -1: all. */
  readonly groups: number;
}

export interface StragglersSpec {
  /** Part of the nodes that is slow from the beginning to the end; 0 where `mtbf` is given. */
  readonly fraction: number;
  readonly mtbf: Distribution | null;
  /** How long a node stays slow, seconds. */
  readonly lasts: Distribution | null;
  /** Factor on the time that work takes. */
  readonly slowdown: number;
}

export interface MaintenanceSpec {
  /** Between two of the same node; the nodes of a pool take turns. */
  readonly everyS: number;
  /** Out of service, seconds. */
  readonly lasts: Distribution;
  /** How long those on the node are waited for; then they are stopped. May be Infinity. */
  readonly drainS: number;
}

export interface FailuresSpec {
  readonly node: OutageSpec | null;
  /** Of each GPU; it takes its node with it. */
  readonly gpu: OutageSpec | null;
  /** Of each rack, all of its nodes at once. */
  readonly rack: OutageSpec | null;
  readonly spot: SpotSpec | null;
  readonly stragglers: StragglersSpec | null;
  readonly maintenance: MaintenanceSpec | null;
}

/** Checkpoints of a pool's tasks. */
export interface CheckpointSpec {
  /** Work between two of them, seconds on the resource; 0: progress is always safe. */
  readonly everyS: number;
  /** What one takes, seconds on the resource. */
  readonly costS: number;
  /** What loading the last one takes before the work goes on, seconds on the resource. */
  readonly restoreS: number;
  /**
   * What a task that is stopped or goes on moves to storage and back over the interconnect, bytes, in the place of the
   * times of saving and loading; 0: it does not travel.
   */
  readonly sizeBytes: number;
}

/** Failures a second of what stops a task on so many nodes and racks; spot interruptions included. */
export function failureRateHz(
  { node, gpu, rack, spot }: FailuresSpec,
  on: { readonly nodes: number; readonly gpus: number; readonly racks: number },
): number {
  const rate = (source: { readonly mtbf: Distribution } | null, parts: number) =>
    source === null ? 0 : parts / source.mtbf.mean;
  return rate(node, on.nodes) + rate(gpu, on.gpus) + rate(rack, on.racks) + rate(spot, on.nodes);
}
