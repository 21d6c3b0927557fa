/** The metrics that a sweep follows: those that were asked for, or the few that most questions are about. */
import type { CompiledScenario } from '../../scenario/compile.js';
import { findMetric, type MetricLookup } from '../../scenario/metric-shape.js';

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
