/**
 * Locality-aware: the node that has most of what the task reads, unless that would overload it. Follows the cache-aware
 * policy of SGLang's router, which knows the prefixes that each replica has seen.
 */
import { z } from 'zod';
import { count, fraction, positive } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import type { TaskView } from '../view.js';
import { type ChooseOther, isAmong, type Layout, layOut } from './gang.js';
import { leastLoadedNode } from './least-loaded.js';

const parameters = z.strictObject({
  minShare: fraction()
    .default(0.3)
    .describe(
      'Share of the prompt that a replica must have in its cache for the request to be drawn there; of data, any counts.',
    ),
  balanceUnits: count(0)
    .default(64)
    .describe(
      'Nodes are out of balance when the busiest has more than so many units taken beyond the idlest and `balanceRatio` is passed as well.',
    ),
  balanceRatio: positive()
    .default(1.5)
    .describe(
      'Nodes are out of balance when the busiest has more than so many times the units of the idlest taken and `balanceUnits` is passed as well; then the least loaded node is chosen, whatever it has.',
    ),
});

type Parameters = z.output<typeof parameters>;

/** For the rest of a gang: most bytes, then most room, then the lowest-numbered. */
const nearestOther: ChooseOther = (pool, request, units, into, pairs) => {
  let best = -1;
  let bestBytes = 0;
  for (let node = 0; node < pool.nodes; node++) {
    if (!pool.hasRoom(node, request, units) || isAmong(node, into, pairs)) continue;
    const bytes = pool.localBytes(request.task, node);
    const isNearer = bytes > bestBytes || (bytes === bestBytes && pool.free[node]! > pool.free[best]!);
    if (best >= 0 && !isNearer) continue;
    best = node;
    bestBytes = bytes;
  }
  return best;
};

class LocalityAware implements PlacementPolicy {
  private readonly layout: Layout = {
    one: (pool, request, units, from, to) => this.choose(pool, request, units, from, to),
    rest: nearestOther,
  };

  constructor(
    private readonly given: Parameters,
    private readonly tasks: TaskView,
  ) {}

  place(pool: NodeView, request: PlacementRequestView, into: Int32Array): number {
    return layOut(pool, request, into, this.layout);
  }

  private choose(
    pool: NodeView,
    request: PlacementRequestView,
    units: number,
    from: number,
    to: number,
  ): number {
    const local = this.isBalanced(pool) ? this.mostLocal(pool, request, units, from, to) : -1;
    return local >= 0 ? local : leastLoadedNode(pool, request, units, from, to);
  }

  /** The node with the most of the task's prompt, then of its data, then the least loaded; -1: none has enough. */
  private mostLocal(
    pool: NodeView,
    request: PlacementRequestView,
    units: number,
    from: number,
    to: number,
  ): number {
    let best = -1;
    let bestTokens = 0;
    let bestBytes = 0;
    for (let node = from; node < to; node++) {
      const tokens = this.usableTokens(pool, request.task, node);
      const bytes = pool.localBytes(request.task, node);
      if ((tokens === 0 && bytes === 0) || !pool.hasRoom(node, request, units)) continue;
      const isMore = tokens > bestTokens || (tokens === bestTokens && bytes > bestBytes);
      const isAsMuch = tokens === bestTokens && bytes === bestBytes;
      if (best < 0 || isMore || (isAsMuch && pool.free[node]! > pool.free[best]!)) {
        best = node;
        bestTokens = tokens;
        bestBytes = bytes;
      }
    }
    return best;
  }

  /** What the replica has of the prompt, where that is enough to be worth going there. */
  private usableTokens(pool: NodeView, task: number, node: number): number {
    const tokens = pool.localTokens(task, node);
    return tokens > 0 && tokens >= this.given.minShare * this.tasks.stepPromptTokens(task) ? tokens : 0;
  }

  private isBalanced(pool: NodeView): boolean {
    let least = Number.POSITIVE_INFINITY;
    let most = 0;
    for (let node = 0; node < pool.nodes; node++) {
      if (pool.capacity[node] === 0) continue;
      const taken = pool.capacity[node]! - pool.free[node]!;
      least = Math.min(least, taken);
      most = Math.max(most, taken);
    }
    return most - least <= this.given.balanceUnits || most <= this.given.balanceRatio * least;
  }
}

export const localityAware = definePolicy({
  point: 'placement',
  name: 'locality-aware',
  summary:
    'The node that has most of what the task needs (its context in a prefix cache, then data), as long as nodes are about equally loaded; else the least loaded.',
  source:
    'Data locality of MapReduce (Dean and Ghemawat, OSDI 2004, section 3.4), without waiting for a better place; cache-aware routing of SGLang’s gateway v0.3.1 (cache_threshold 0.3, balance_abs_threshold 64, balance_rel_threshold 1.5), with what is in the caches instead of a guess.',
  helps:
    'With contexts that grow and data that several tasks read: what one step has computed or fetched, the next finds there.',
  hurts:
    'Where what is local is small: tasks crowd on the nodes that have it, and small gangs break up empty nodes.',
  parameters,
  create: (given, view): PlacementPolicy => new LocalityAware(given, view.tasks),
});
