/**
 * A policy set: which policies are in force where. Immutable; each run makes its own instances from it, since
 * policies keep state.
 */
import type { PolicyDefinition, PolicyPoint } from './definition.js';

/** What the names in a policy's `at` refer to; null: WIP limits and rollouts name what they mean in their parameters. */
export const AT_KIND: Readonly<Record<PolicyPoint, 'workload' | 'stage' | 'pool' | null>> = {
  rollout: null,
  admission: 'workload',
  wip: null,
  concurrency: 'stage',
  ordering: 'stage',
  placement: 'pool',
  backfill: 'pool',
  preemption: 'pool',
  backpressure: 'stage',
  retry: 'workload',
  deadlines: 'workload',
  scaling: 'pool',
};

/** Points where every entry that covers a place applies, in their order; elsewhere the first that covers it. */
export const CHAINED: ReadonlySet<PolicyPoint> = new Set([
  'admission',
  'wip',
  'concurrency',
  'retry',
  'deadlines',
]);

export interface PolicyChoice {
  readonly definition: PolicyDefinition;
  /** Parsed parameters, defaults filled in. */
  readonly parameters: Record<string, unknown>;
  /** Indices of the workloads, stages or pools where it is in force; null: everywhere. */
  readonly at: readonly number[] | null;
}

/** The policies in force; `canary` is the set of the tasks that the rollout policy picks, null without one. */
export type PolicySet = Readonly<Record<PolicyPoint, readonly PolicyChoice[]>> & {
  readonly canary: PolicySet | null;
};

export function covers(choice: PolicyChoice, index: number): boolean {
  return choice.at === null || choice.at.includes(index);
}
