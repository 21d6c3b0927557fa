/** SLOs with their metrics found in the measures and their thresholds in the metrics' units. */
import type { PHASES } from '../metrics/measures.js';
import { optionWords } from './issue-wording.js';
import {
  findMetric,
  type MeasuredNames,
  type MetricShape,
  metricShape,
  parseThreshold,
} from './metric-shape.js';
import { measuredLinkNames } from './network.js';
import { isActive, type PoliciesInForce } from './policy-choices.js';
import type { Problem } from './problem.js';
import type { Scenario } from './schema.js';
import type { SourceDocument } from './source.js';
import { tenantNamesOf } from './tenants.js';
import type { LoadedTraces } from './trace-uses.js';
import { waysOf } from './workflow.js';

export interface CompiledSlo {
  readonly name: string;
  /** As written. */
  readonly metric: string;
  /** Keys into the measures, one a level. */
  readonly path: readonly string[];
  readonly comparison: 'at_most' | 'at_least';
  readonly threshold: number;
}

/** Phases of a task's time that can occur, by what brings them about. */
function phasesOf(scenario: Scenario, inForce: PoliciesInForce): (typeof PHASES)[number][] {
  const steps = Object.values(scenario.workloads)
    .flatMap(waysOf)
    .flatMap((way) => way.steps);
  const stagesOf = (key: 'pool' | 'service') =>
    steps.some(({ stage }) => stage !== undefined && scenario.stages[stage]?.[key] !== undefined);
  const active = (point: keyof PoliciesInForce) => inForce[point].some(isActive);
  const blocks = Object.values(scenario.stages).some((stage) => stage.queue?.whenFull === 'block');
  return [
    ...(active('admission') ? (['admission'] as const) : []),
    ...(stagesOf('pool') || stagesOf('service') ? (['queue'] as const) : []),
    ...(stagesOf('pool') ? (['work'] as const) : []),
    ...(stagesOf('service') ? (['call'] as const) : []),
    ...(steps.some((step) => step.delay !== undefined) ? (['delay'] as const) : []),
    ...(blocks ? (['blocked'] as const) : []),
    ...(active('preemption') ? (['checkpoint', 'suspended'] as const) : []),
    ...(active('retry') ? (['backoff'] as const) : []),
    ...(inForce.retry.some(({ definition }) => definition.name === 'dead-letter')
      ? (['review'] as const)
      : []),
    ...(steps.some(({ data, transfer }) => data !== undefined || transfer !== undefined)
      ? (['transfer'] as const)
      : []),
  ];
}

function measuredNames(
  scenario: Scenario,
  inForce: PoliciesInForce,
  traces: LoadedTraces | null,
): MeasuredNames {
  const stages = Object.keys(scenario.stages);
  const limited = new Set(inForce.concurrency.flatMap(({ places }) => places));
  return {
    workloads: Object.keys(scenario.workloads),
    tenants: tenantNamesOf(scenario, traces),
    stages,
    pools: Object.keys(scenario.pools),
    serving: Object.entries(scenario.pools).flatMap(([pool, { mode }]) =>
      mode === 'batching' ? [pool] : [],
    ),
    services: Object.keys(scenario.services),
    links: measuredLinkNames(scenario),
    dataSets: scenario.network === undefined ? [] : Object.keys(scenario.datasets),
    limited: stages.filter((_, index) => limited.has(index)),
    arms: inForce.rollout.some(isActive) ? ['base', 'canary'] : [],
    phases: phasesOf(scenario, inForce),
  };
}

/** The measures that runs of the scenario have. */
export const measuresOf = (
  scenario: Scenario,
  inForce: PoliciesInForce,
  traces: LoadedTraces | null,
): MetricShape => metricShape(measuredNames(scenario, inForce, traces));

/** `skip` says for a metric that nothing is known about it yet (tenants of a trace that is not loaded). */
export function compileSlos(
  scenario: Scenario,
  document: SourceDocument,
  inForce: PoliciesInForce,
  traces: LoadedTraces | null,
  skip: (metric: string) => boolean,
): { readonly slos: CompiledSlo[]; readonly problems: Problem[] } {
  const slos: CompiledSlo[] = [];
  const problems: Problem[] = [];
  const shape = measuresOf(scenario, inForce, traces);
  for (const [index, slo] of scenario.slos.entries()) {
    if (skip(slo.metric)) continue;
    const found = findMetric(shape, slo.metric);
    if (!('unit' in found)) {
      const { message, expected, suggestion } = found;
      problems.push(
        document.problem(['slos', index, 'metric'], message, {
          ...(expected.length === 0 ? {} : { expected: optionWords(expected) }),
          ...(suggestion === undefined ? {} : { suggestion }),
        }),
      );
      continue;
    }
    const key = slo.atMost === undefined ? 'atLeast' : 'atMost';
    const threshold = parseThreshold(slo[key]!, found.unit);
    if (typeof threshold !== 'number') {
      problems.push(
        document.problem(
          ['slos', index, key],
          `expected ${threshold.expected}, because the metric is in ${found.unit}`,
        ),
      );
      continue;
    }
    slos.push({
      name: slo.name ?? slo.metric,
      metric: slo.metric,
      path: found.keys,
      comparison: key === 'atMost' ? 'at_most' : 'at_least',
      threshold,
    });
  }
  return { slos, problems };
}
