/** The metrics that an experiment follows: those that were asked for, or the few that most questions are about. */
import type { RunMeasures } from '../metrics/measures.js';
import type { CompiledScenario } from '../scenario/compile.js';
import { findMetric, type MetricLookup } from '../scenario/metric-shape.js';

/** Path into the measures as keys, and as it is written. */
export interface Metric {
  readonly name: string;
  readonly keys: readonly string[];
}

const KEY_METRICS = [
  'total.latency_s.p50',
  'total.latency_s.p99',
  'total.throughput_hz',
  'total.goodput_hz',
  'total.reject_fraction',
  'cost.total_usd',
  'cost.per_completed_task_usd',
];

/** Those that SLOs are about, first; then latency, throughput, refusals, cost, and how busy each pool is. */
export function keyMetrics({ slos, system, measures }: CompiledScenario): Metric[] {
  const names = new Set([
    ...slos.map(({ metric }) => metric),
    ...KEY_METRICS,
    ...system.pools.map(({ name }) => `pools.${name}.utilisation.busy`),
  ]);
  return [...names].flatMap((name) => {
    const found = findMetric(measures, name);
    return 'unit' in found ? [{ name, keys: found.keys }] : [];
  });
}

/** The metric in this scenario, or what is wrong with its name. */
export function metricOf(
  { measures }: CompiledScenario,
  name: string,
): Metric | Exclude<MetricLookup, { readonly unit: unknown }> {
  const found = findMetric(measures, name);
  return 'unit' in found ? { name, keys: found.keys } : found;
}

/** The metric's value in one run. */
export function metricValue({ name, keys }: Metric, measures: RunMeasures): number {
  let tree: unknown = measures;
  for (const key of keys)
    tree = typeof tree === 'object' && tree !== null ? (tree as Record<string, unknown>)[key] : undefined;
  if (typeof tree !== 'number') throw new Error(`${name} is no number of this run`);
  return tree;
}

const HIGHER_IS_BETTER =
  /(^|_)(throughput|goodput|completed|speed|jain|hits?|value)(_|$)|^(tokens_per_gpu|output_tokens|prompt_tokens)_hz$|^cached_prompt_fraction$/;
/** Neither more nor less of it is better by itself. */
const NEUTRAL =
  /^(arrived|count|events|window_s|gpus|calls|requests|uses|replicas|busy|idle|utilisation|last|min|carried_bytes)$|^(mean|max)_(nodes|in_progress|busy|batch)$|gpu_hours$|^(hedges|escalations|completed_fallback)$/;
const COST = /cost|_usd$/;

/** Which way is better: of an SLO's metric what it asks for, else what the name says; null where neither is. */
export function betterOf({ name, keys }: Metric, slos: CompiledScenario['slos']): 'lower' | 'higher' | null {
  const slo = slos.find(({ metric }) => metric === name);
  if (slo !== undefined) return slo.comparison === 'at_most' ? 'lower' : 'higher';
  const leaf = keys.at(-1)!;
  if (leaf !== 'completed_value_usd' && COST.test(leaf)) return 'lower';
  if (keys[0] === 'limits' || NEUTRAL.test(leaf)) return null;
  return HIGHER_IS_BETTER.test(leaf) ? 'higher' : 'lower';
}
