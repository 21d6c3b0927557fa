/** The result document from the finished replications: nothing in it but what follows from scenario and seed. */
import type { Histogram } from '../metrics/histogram.js';
import type { CompiledScenario } from '../scenario/compile.js';
import { combine } from './combine.js';
import { type EffectiveTasks, RESULT_VERSION, type ResultDocument, type TraceReport } from './document.js';
import { latencyCurve } from './latency-curve.js';
import type { Outcomes } from './outcomes.js';
import { withPooledLatency } from './pooled-latency.js';
import { judge } from './slos.js';
import { effectiveForMean, effectiveForQuantile } from './statistics/effective-sample-size.js';
import type { WarmupFound } from './warmup.js';
import {
  badRowWarnings,
  deadlockWarnings,
  dependenceWarnings,
  resultWarnings,
  stuckWarnings,
} from './warnings.js';

export interface ExperimentFacts {
  readonly compiled: CompiledScenario;
  readonly seed: string;
  readonly planned: number;
  readonly warmup: WarmupFound;
  readonly traces: readonly TraceReport[];
}

/** Of the finished replications: means over them, and latency quantiles of all their tasks together. */
export function estimatesOf(
  { system }: CompiledScenario,
  { runs, latencies }: Outcomes,
): ResultDocument['estimates'] {
  return withPooledLatency(
    combine(runs),
    system.workloads.map(({ name }) => name),
    latencies,
  );
}

/** The keys are written in this order: it is part of what makes equal results equal bytes. */
export function resultDocument(facts: ExperimentFacts, outcomes: Outcomes): ResultDocument {
  const { compiled, seed, planned, warmup, traces } = facts;
  const { runs, series, latency } = outcomes;
  if (series === null) throw new Error('there is no result before a replication is finished');
  const { system } = compiled;
  const names = system.workloads.map(({ name }) => name);
  const estimates = estimatesOf(compiled, outcomes);
  const effectiveTasks = Object.fromEntries(
    names.map((name, workload) => [name, effectiveOf(outcomes.latencies.map((run) => run[workload]!))]),
  );
  return {
    format: 'wipsim-result',
    version: RESULT_VERSION,
    scenario: {
      name: compiled.name,
      description: compiled.description,
      hash: compiled.hash,
      variant: compiled.variant,
    },
    seed,
    policies: compiled.policyUses.map((use) => ({ ...use })),
    replications: { planned, finished: runs.length },
    interrupted: runs.length < planned,
    warmup: { method: system.horizon.warmup.method, length_s: warmup.lengthS },
    estimates,
    runs: [...runs],
    series,
    latency_curves: Object.fromEntries(
      system.workloads.map(({ name }, workload) => [name, latencyCurve(latency[workload]!)]),
    ),
    effective_tasks: effectiveTasks,
    slos: compiled.slos.map((slo) => judge(slo, estimates)),
    deadlocks: [...outcomes.deadlocks],
    traces: [...traces],
    checks: { conservation: 'held', littles_law_max_error: outcomes.littlesLawMaxError },
    warnings: [
      ...compiled.warnings,
      ...badRowWarnings(traces),
      ...(warmup.warning === undefined ? [] : [warmup.warning]),
      ...deadlockWarnings(outcomes),
      ...stuckWarnings(outcomes),
      ...resultWarnings(compiled, estimates, runs.length, outcomes.quarters),
      ...dependenceWarnings(effectiveTasks),
    ],
  };
}

const effectiveOf = (runs: readonly Histogram[]): EffectiveTasks => ({
  tasks: runs.reduce((sum, { count }) => sum + count, 0),
  for_mean: effectiveForMean(runs),
  for_p99: effectiveForQuantile(runs, 0.99),
});
