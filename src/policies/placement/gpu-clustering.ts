/**
 * GPU clustering: tasks of one size together. Nodes on which all tasks ask for as many GPUs as this one (or for a part of
 * one, as this one) come first, then those on which some do, then idle ones, then the others; in each class the fullest.
 */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import { SCORE_MAX, ScoredPlacement, scoredParameters } from './scored.js';

const CLASS = SCORE_MAX / 4;

function score(pool: NodeView, request: PlacementRequestView, units: number, node: number): number {
  // What asks for no GPU belongs nowhere.
  if (request.units === 0) return 0;
  const fullness = (CLASS * (pool.perNode - pool.free[node]!)) / pool.perNode;
  const sizes = pool.sizesHeld(node);
  if (pool.heldAlike(node, units) > 0) return fullness + (sizes === 1 ? 3 : 2) * CLASS;
  return fullness + (sizes === 0 ? CLASS : 0);
}

export const gpuClustering = definePolicy({
  point: 'placement',
  name: 'gpu-clustering',
  summary:
    'Tasks that ask for as many GPUs, or for a part of one, go together; among such nodes the fullest; a node with others comes last.',
  source:
    'GPU clustering of Xiao et al., "Gandiva" (OSDI 2018), as in the simulator of Weng et al. (USENIX ATC 2023; kubernetes-scheduler-simulator, gpu_clustering_score.go).',
  helps: 'With several sizes: gangs of one size fill their nodes without a rest.',
  hurts: 'Where one size comes seldom: its nodes stay half empty as long as others have room.',
  parameters: z.strictObject(scoredParameters),
  create: ({ levels, ties }, _, runtime): PlacementPolicy =>
    new ScoredPlacement(score, levels, ties, runtime),
});
