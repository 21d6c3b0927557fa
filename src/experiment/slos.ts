/** SLOs held against the estimates. */
import type { RunMeasures } from '../metrics/measures.js';
import type { CompiledSlo } from '../scenario/slos.js';
import type { Estimate, Mapped, SloOutcome } from './document.js';

type EstimateTree = Estimate | { readonly [key: string]: EstimateTree };

const isEstimate = (tree: EstimateTree): tree is Estimate => typeof tree.mean === 'number';

/** The estimate that the path leads to. */
export function estimateAt(estimates: Mapped<RunMeasures, Estimate>, path: readonly string[]): Estimate {
  let tree = estimates as unknown as EstimateTree | undefined;
  for (const key of path) tree = tree === undefined || isEstimate(tree) ? undefined : tree[key];
  if (tree === undefined || !isEstimate(tree)) throw new Error(`there is no measure ${path.join('.')}`);
  return tree;
}

export function judge(slo: CompiledSlo, estimates: Mapped<RunMeasures, Estimate>): SloOutcome {
  const { name, metric, path, comparison, threshold } = slo;
  const estimate = estimateAt(estimates, path);
  const keeps = (value: number): boolean =>
    comparison === 'at_most' ? value <= threshold : value >= threshold;
  const met = keeps(estimate.mean);
  const { ci_low: low, ci_high: high } = estimate;
  const certain = low !== null && high !== null && keeps(low) === met && keeps(high) === met;
  return { name, metric, comparison, threshold, estimate, met, certain };
}
