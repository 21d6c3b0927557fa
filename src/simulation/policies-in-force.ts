/** Makes the policy instances of one run from a policy set, each placed where it is in force. */

import type { SystemSpec } from '../model/system.js';
import type {
  AdmissionPolicy,
  BackpressurePolicy,
  ConcurrencyLimit,
  OrderingPolicy,
  PlacementPolicy,
  PreemptionPolicy,
  RetryPolicy,
  WipLimit,
} from '../policies/points.js';
import { covers, type PolicyChoice, type PolicySet } from '../policies/policy-set.js';
import type { SystemView } from '../policies/view.js';

export interface PoliciesInForce {
  /** By workload: the chain. */
  readonly admission: readonly (readonly AdmissionPolicy[])[];
  /** By stage. */
  readonly wip: readonly (readonly WipLimit[])[];
  /** By stage; each stage has its own instances. */
  readonly concurrency: readonly (readonly ConcurrencyLimit[])[];
  readonly ordering: readonly OrderingPolicy[];
  readonly backpressure: readonly (BackpressurePolicy | null)[];
  /** By pool. */
  readonly placement: readonly PlacementPolicy[];
  readonly preemption: readonly (PreemptionPolicy | null)[];
  /** By workload. */
  readonly retry: readonly (RetryPolicy | null)[];
}

export function instantiate(set: PolicySet, spec: SystemSpec, view: SystemView): PoliciesInForce {
  /** One instance a choice, shared by all the places it covers. */
  const shared = <P>(choices: readonly PolicyChoice[]) =>
    choices.map((choice) => ({ choice, policy: choice.definition.create(choice.parameters, view) as P }));
  const all = <P>(choices: readonly PolicyChoice[], places: readonly unknown[]): P[][] => {
    const made = shared<P>(choices);
    return places.map((_, index) =>
      made.filter(({ choice }) => covers(choice, index)).map(({ policy }) => policy),
    );
  };
  const first = <P>(choices: readonly PolicyChoice[], places: readonly unknown[]): (P | undefined)[] =>
    all<P>(choices, places).map((policies) => policies[0]);
  const required = <P>(policies: readonly (P | undefined)[], point: string): P[] =>
    policies.map((policy, index) => {
      if (policy === undefined) throw new Error(`no ${point} policy covers place ${index}`);
      return policy;
    });

  return {
    admission: all<AdmissionPolicy>(set.admission, spec.workloads),
    wip: all<WipLimit>(set.wip, spec.stages),
    concurrency: spec.stages.map((_, stage) =>
      set.concurrency
        .filter((choice) => covers(choice, stage))
        .map((choice) => choice.definition.create(choice.parameters, view) as ConcurrencyLimit),
    ),
    ordering: required(first<OrderingPolicy>(set.ordering, spec.stages), 'ordering'),
    backpressure: first<BackpressurePolicy>(set.backpressure, spec.stages).map((policy) => policy ?? null),
    placement: required(first<PlacementPolicy>(set.placement, spec.pools), 'placement'),
    preemption: first<PreemptionPolicy>(set.preemption, spec.pools).map((policy) => policy ?? null),
    retry: first<RetryPolicy>(set.retry, spec.workloads).map((policy) => policy ?? null),
  };
}
