/** What a task needs of a pool's nodes at once. Data plane. */
import { ANY_GROUP } from './task-table.js';

/** Where the parts of a gang may be; see `PlacementRequest.within`. */
export const WITHIN = {
  /** On one node where it can be, else on wholly free nodes and the rest on one more. */
  auto: 0,
  node: 1,
  /** On nodes of one rack, whatever each has free. */
  rack: 2,
  /** On any nodes, whatever each has free. */
  pool: 3,
} as const;

/** What a task needs at once. */
export class PlacementRequest {
  task = -1;
  units = 0;
  /** A part of one GPU, not whole ones. */
  isShare = false;
  cpus = 0;
  hostBytes = 0;
  /** Bit mask of the groups of nodes that will do, or ANY_GROUP. */
  groups = ANY_GROUP;
  /** One of WITHIN. */
  within: number = WITHIN.auto;
  /** The GPU of the node that a policy has chosen for a share; -1: the fullest that has room. */
  gpu = -1;
}
