/**
 * A policy set: which policies are in force where. Immutable; each run makes its own instances from it, since
 * policies keep state.
 */
import type { PolicyDefinition, PolicyPoint } from './definition.js';

/** What the names in a policy's `at` refer to; null: WIP limits name what they limit in their parameters. */
export const AT_KIND: Readonly<Record<PolicyPoint, 'workload' | 'stage' | 'pool' | null>> = {
  admission: 'workload',
  wip: null,
  concurrency: 'stage',
  ordering: 'stage',
  placement: 'pool',
  preemption: 'pool',
  backpressure: 'stage',
  retry: 'workload',
};

export interface PolicyChoice {
  readonly definition: PolicyDefinition;
  /** Parsed parameters, defaults filled in. */
  readonly parameters: Record<string, unknown>;
  /** Indices of the workloads, stages or pools where it is in force; null: everywhere. */
  readonly at: readonly number[] | null;
}

/** At points that chain (admission, wip, concurrency) all choices apply; elsewhere the first that covers a place. */
export type PolicySet = Readonly<Record<PolicyPoint, readonly PolicyChoice[]>>;

export function covers(choice: PolicyChoice, index: number): boolean {
  return choice.at === null || choice.at.includes(index);
}
