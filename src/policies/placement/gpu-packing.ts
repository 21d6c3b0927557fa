/**
 * GPU packing: shares on GPUs that are shared already, the fullest first; then free GPUs of nodes in use; idle nodes last,
 * small ones before large ones.
 */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { NodeView, PlacementPolicy, PlacementRequestView } from '../points.js';
import { SCORE_MAX, ScoredPlacement, scoredParameters } from './scored.js';

/** Whole parts, as in the source: 50 and 33. */
const HALF = Math.trunc(SCORE_MAX / 2);
const THIRD = Math.trunc(SCORE_MAX / 3);

function score(pool: NodeView, request: PlacementRequestView, units: number, node: number): number {
  if (request.units === 0) return 0;
  const gpus = pool.gpusOf(node);
  // In use is what GPUs say: a task without any leaves a node idle.
  if (pool.isWhole(node)) return Math.max(THIRD - gpus, gpus);
  const shared = request.isShare ? fullestShared(pool, node, units) : 0;
  if (shared > 0) return SCORE_MAX - Math.trunc(Math.trunc((shared * 100) / pool.unitsPerGpu) / 10);
  return Math.max(HALF - Math.ceil(units / pool.unitsPerGpu), THIRD);
}

/** Free units of the fullest GPU in use that has room; 0: none has. */
function fullestShared(pool: NodeView, node: number, units: number): number {
  const from = node * pool.gpusMax;
  let least = 0;
  for (let gpu = pool.gpusOf(node) - 1; gpu >= 0; gpu--) {
    const free = pool.gpuFree[from + gpu]!;
    if (free >= units && free < pool.unitsPerGpu && (least === 0 || free < least)) least = free;
  }
  return least;
}

export const gpuPacking = definePolicy({
  point: 'placement',
  name: 'gpu-packing',
  summary:
    'Shares go to GPUs that are shared already, the fullest first; whole GPUs to nodes in use; idle nodes come last.',
  source:
    'GPU packing of Weng et al., "MLaaS in the Wild" (NSDI 2022), as in the simulator of Weng et al. (USENIX ATC 2023; kubernetes-scheduler-simulator, gpu_packing_score.go).',
  helps: 'With many shares: they fill up GPUs, and whole ones and whole nodes stay free.',
  hurts: 'Where CPUs or memory run out first: it looks at GPUs alone.',
  parameters: z.strictObject(scoredParameters),
  create: ({ levels, ties }, _, runtime): PlacementPolicy =>
    new ScoredPlacement(score, levels, ties, runtime),
});
