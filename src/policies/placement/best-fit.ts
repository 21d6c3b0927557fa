/** Best fit: the node with the least room that is enough, so that whole nodes stay whole. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import { type Layout, layOut, roomiestOther } from './gang.js';
import { largest, SCORE_MAX, ScoredPlacement } from './scored.js';

const LAYOUT: Layout = {
  one: (pool, request, units, from, to) => pool.tightest(request, units, from, to),
  rest: roomiestOther,
};

/** What would be left of GPUs and CPUs, each as a share of the largest node, half and half. */
function score(pool: NodeView, request: PlacementRequestView, units: number, node: number): number {
  const cpus = largest(pool, (group) => group.cpus);
  const cpusFree = pool.cpusFree[node]!;
  const cpuPart = cpus === 0 || cpusFree === Number.POSITIVE_INFINITY ? 0 : (cpusFree - request.cpus) / cpus;
  return (1 - ((pool.free[node]! - units) / pool.perNode + cpuPart) / 2) * SCORE_MAX;
}

export const bestFit = definePolicy({
  point: 'placement',
  name: 'best-fit',
  summary:
    'The fullest node that still has room for all; gangs larger than a node get wholly free nodes and the rest on the node with most room.',
  source:
    '"Consolidate" placement of the Helios GPU-cluster simulator (Hu et al., SC 2021); best fit of bin packing. `by: resources`: BestFit of Weng et al. (USENIX ATC 2023; kubernetes-scheduler-simulator, best_fit_score.go).',
  helps: 'With mixed sizes: whole nodes stay whole, so that large gangs find them.',
  hurts: 'Where neighbours on a node slow each other down: it packs them together.',
  parameters: z.strictObject({
    by: z
      .enum(['gpus', 'resources'])
      .default('gpus')
      .describe(
        '`gpus`: the fewest free GPUs, the lowest-numbered of equals. `resources`: the least left of GPUs and CPUs together, each as a share of the largest node, cut to 100 levels; the lowest-numbered of equals.',
      ),
  }),
  create: ({ by }, _, runtime): PlacementPolicy =>
    by === 'resources'
      ? new ScoredPlacement(score, SCORE_MAX, 'lowest', runtime)
      : { place: (pool, request, into) => layOut(pool, request, into, LAYOUT) },
});
