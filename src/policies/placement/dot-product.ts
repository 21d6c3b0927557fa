/**
 * Dot product: the node whose free resources, as a vector, have the smallest product with what the task asks for: of GPUs
 * and CPUs, each as a share of the largest node. Little room in what the task needs much of makes a small product.
 */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import { largest, SCORE_MAX, ScoredPlacement, scoredParameters } from './scored.js';

function score(pool: NodeView, request: PlacementRequestView, units: number, node: number): number {
  const cpus = largest(pool, (group) => group.cpus);
  const gpuPart = (units / pool.perNode) * (pool.free[node]! / pool.perNode);
  const cpusFree = pool.cpusFree[node]!;
  const cpuPart =
    cpus === 0 || cpusFree === Number.POSITIVE_INFINITY ? 0 : (request.cpus / cpus) * (cpusFree / cpus);
  return (1 - (gpuPart + cpuPart) / 2) * SCORE_MAX;
}

export const dotProduct = definePolicy({
  point: 'placement',
  name: 'dot-product',
  summary:
    'The node with the smallest dot product of what is free (GPUs, CPUs) and what the task asks for, each as a share of the largest node.',
  source:
    'Dot product of Grandl et al., "Multi-resource Packing for Cluster Schedulers" (Tetris, SIGCOMM 2014), turned round as in the simulator of Weng et al. (USENIX ATC 2023; kubernetes-scheduler-simulator, dot_product_score.go, dimensions `merge`, norm `max`).',
  helps: 'Where tasks ask for many GPUs and CPUs at once: full nodes fill up first.',
  hurts: 'With small requests: their products are all alike, and nodes are nearly drawn at random.',
  parameters: z.strictObject(scoredParameters),
  create: ({ levels, ties }, _, runtime): PlacementPolicy =>
    new ScoredPlacement(score, levels, ties, runtime),
});
