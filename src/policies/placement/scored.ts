/**
 * What placements that rank nodes by a score share. As in the scheduler of Kubernetes, scores go from 0 to 100 and are
 * cut to whole numbers. A coarse score leaves many equals, and which of them gets the task makes a difference: Kubernetes
 * draws one (`selectHost`, pkg/scheduler/core/generic_scheduler.go, v1.20); the simulator of Weng et al. (USENIX ATC 2023)
 * takes the one whose name comes first (its fork, mental2008/kubernetes v1.20.5-minor).
 */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import type { PolicyRuntime, TaskRandom } from '../runtime.js';
import { isAmong, type Layout, layOut } from './gang.js';

export const SCORE_MAX = 100;
const LEVELS_MAX = 1_000_000;

/** From 0 to SCORE_MAX, the larger the better, for a node that has room. */
export type Score = (pool: NodeView, request: PlacementRequestView, units: number, node: number) => number;

export const scoredParameters = {
  levels: count()
    .max(LEVELS_MAX)
    .default(SCORE_MAX)
    .describe('Levels that scores are cut to: 100 in Kubernetes.'),
  ties: z
    .enum(['random', 'lowest'])
    .default('lowest')
    .describe('Which of the best nodes gets the task: the lowest-numbered, or any, as in Kubernetes.'),
};

export class ScoredPlacement implements PlacementPolicy {
  private readonly best: number[] = [];
  private readonly random: TaskRandom | null;
  private readonly layout: Layout;

  constructor(
    private readonly score: Score,
    private readonly levels: number,
    ties: 'random' | 'lowest',
    runtime: PolicyRuntime,
  ) {
    this.random = ties === 'random' ? runtime.random('placement') : null;
    this.layout = {
      one: (pool, request, units, from, to) => this.choose(pool, request, units, from, to, null, 0),
      rest: (pool, request, units, into, pairs) =>
        this.choose(pool, request, units, 0, pool.nodes, into, pairs),
    };
  }

  place(pool: NodeView, request: PlacementRequestView, into: Int32Array): number {
    return layOut(pool, request, into, this.layout);
  }

  private choose(
    pool: NodeView,
    request: PlacementRequestView,
    units: number,
    from: number,
    to: number,
    chosen: Int32Array | null,
    pairs: number,
  ): number {
    const { best, levels } = this;
    let highest = Number.NEGATIVE_INFINITY;
    best.length = 0;
    for (let node = from; node < to; node++) {
      if (pool.free[node]! < units || !pool.hasRoom(node, request, units)) continue;
      if (chosen !== null && isAmong(node, chosen, pairs)) continue;
      const score = Math.trunc((this.score(pool, request, units, node) * levels) / SCORE_MAX);
      if (score < highest) continue;
      if (score > highest) best.length = 0;
      highest = score;
      best.push(node);
    }
    if (best.length === 0) return -1;
    if (this.random === null || best.length === 1) return best[0]!;
    return best[Math.floor(this.random.of(request.task, pairs).next() * best.length)]!;
  }
}

/** The largest of a finite figure over the groups of a pool's nodes; 0 where none states it. */
export function largest(pool: NodeView, of: (group: NodeView['groups'][number]) => number): number {
  return pool.groups.reduce((most, group) => {
    const value = of(group);
    return value === Number.POSITIVE_INFINITY ? most : Math.max(most, value);
  }, 0);
}
