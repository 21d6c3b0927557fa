/**
 * Whether an SLO gets easier or harder to keep as a fleet grows: a bound on what the fleet costs, or on how much of it
 * stands idle, is harder with every node; all others (latency, goodput, rejections, waste) are taken to be easier.
 */
import type { CompiledSlo } from '../../scenario/slos.js';
import type { SloTarget } from './evaluator.js';

/** Measures that grow with the fleet. */
const GROWING = [
  /^cost\.(total|idle|down|starting|reserved|spot|on_demand|per_completed_task)_usd$/,
  /^pools\..*\.((idle_|down_|starting_|reserved_|spot_|on_demand_)?cost_usd)$/,
  /^pools\..*\.(gpus|gpu_hours|billed_gpu_hours|mean_nodes|max_nodes|utilisation\.idle)$/,
  /^(total|(workloads|tenants|arms)\..*)\.cost\.(usd|per_.*_usd)$/,
  /^serving\..*\.cost_per_.*_usd$/,
];

/** Measures that shrink as it grows. */
const SHRINKING = [
  /^pools\..*\.utilisation\.busy$/,
  /^serving\..*\.(tokens_per_gpu_hz|mean_batch|kv_fraction)$/,
];

export function targetOf({ name, metric, path, comparison, threshold }: CompiledSlo): SloTarget {
  const key = path.join('.');
  const against = comparison === 'at_most' ? GROWING : SHRINKING;
  const withNodes = against.some((pattern) => pattern.test(key)) ? 'harder' : 'easier';
  return { name, metric, comparison, threshold, withNodes };
}
