/** Makes the policy instances of one run from a policy set, each placed where it is in force. */

import type { SystemSpec } from '../model/system.js';
import type {
  AdmissionPolicy,
  BackfillPolicy,
  BackpressurePolicy,
  ConcurrencyLimit,
  DeadlinePolicy,
  OrderingPolicy,
  PlacementPolicy,
  PolicyBase,
  PreemptionPolicy,
  RetryPolicy,
  RolloutPolicy,
  ScalingPolicy,
  WipLimit,
} from '../policies/points.js';
import { AT_KIND, covers, type PolicyChoice, type PolicySet } from '../policies/policy-set.js';
import type { PolicyRuntime } from '../policies/runtime.js';
import type { SystemView } from '../policies/view.js';

/** An instance with its name in results: `admission/token-bucket`, the second one `admission/token-bucket-2`. */
export interface NamedPolicy {
  readonly name: string;
  readonly policy: PolicyBase;
  readonly choice: PolicyChoice;
  /** The stages where it is in force; null: all. */
  readonly stages: readonly number[] | null;
}

export interface PoliciesInForce {
  /** By workload: the chain. */
  readonly admission: readonly (readonly AdmissionPolicy[])[];
  /** By stage. */
  readonly wip: readonly (readonly WipLimit[])[];
  /** By stage; each stage has its own instances. */
  readonly concurrency: readonly (readonly ConcurrencyLimit[])[];
  /** By stage; the stages of one pool or service share theirs. */
  readonly ordering: readonly OrderingPolicy[];
  readonly backpressure: readonly (BackpressurePolicy | null)[];
  /** By pool. */
  readonly placement: readonly PlacementPolicy[];
  readonly backfill: readonly (BackfillPolicy | null)[];
  readonly preemption: readonly (PreemptionPolicy | null)[];
  readonly scaling: readonly (ScalingPolicy | null)[];
  /** By workload: the chains. */
  readonly retry: readonly (readonly RetryPolicy[])[];
  readonly deadlines: readonly (readonly DeadlinePolicy[])[];
  readonly rollout: RolloutPolicy | null;
  /** Its own, in the order of the policy set. */
  readonly named: readonly NamedPolicy[];
  /** Those that see its tasks: its own, and what it shares with the other policy set. */
  readonly attending: readonly NamedPolicy[];
}

export interface MakingOptions {
  readonly spec: SystemSpec;
  readonly view: SystemView;
  /** @param name of the policy that it is for */
  runtime(stage: number, name: string): PolicyRuntime;
  /** The places' policies (ordering, placement, preemption, backpressure) when tasks of two policy sets share them. */
  readonly shared: PoliciesInForce | null;
}

/** What tasks of two policy sets have in common: places, and who sorts them. */
const isShared = ({ choice }: NamedPolicy): boolean => {
  const { point } = choice.definition;
  return point === 'rollout' || AT_KIND[point] === 'pool' || ['ordering', 'backpressure'].includes(point);
};

export function instantiate(set: PolicySet, { spec, view, runtime, shared }: MakingOptions): PoliciesInForce {
  const named: NamedPolicy[] = [];
  const times = new Map<string, number>();
  const make = <P extends PolicyBase>(
    choice: PolicyChoice,
    stages: readonly number[] | null,
    stage = -1,
  ): P => {
    const { definition, parameters } = choice;
    const id = `${definition.point}/${definition.name}`;
    const count = (times.get(id) ?? 0) + 1;
    times.set(id, count);
    const name = count === 1 ? id : `${id}-${count}`;
    const policy = definition.create(parameters, view, runtime(stage, name)) as P;
    named.push({ name, policy, choice, stages });
    return policy;
  };
  const stagesOn = (pool: number) =>
    spec.stages.flatMap(({ resource }, stage) =>
      resource.kind === 'pool' && resource.index === pool ? [stage] : [],
    );
  /** One instance a choice, shared by all the places it covers. */
  const all = <P extends PolicyBase>(
    choices: readonly PolicyChoice[],
    places: readonly unknown[],
    stages: (choice: PolicyChoice) => readonly number[] | null,
  ): P[][] => {
    const made = choices.map((choice) => ({ choice, policy: make<P>(choice, stages(choice)) }));
    return places.map((_, index) =>
      made.filter(({ choice }) => covers(choice, index)).map(({ policy }) => policy),
    );
  };
  const everywhere = () => null;
  const first = <P extends PolicyBase>(
    choices: readonly PolicyChoice[],
    places: readonly unknown[],
    stages: (choice: PolicyChoice) => readonly number[] | null,
  ): (P | null)[] => all<P>(choices, places, stages).map((policies) => policies[0] ?? null);
  const required = <P>(policies: readonly (P | null)[], point: string): P[] =>
    policies.map((policy, index) => {
      if (policy === null) throw new Error(`no ${point} policy covers place ${index}`);
      return policy;
    });
  const pools = (choice: PolicyChoice) =>
    spec.pools.flatMap((_, pool) => (covers(choice, pool) ? stagesOn(pool) : []));
  /** One instance for the stages of each pool or service: what is next there depends on all of them. */
  const orderings = (): OrderingPolicy[] => {
    const byStation = new Map<string, OrderingPolicy>();
    return spec.stages.map(({ resource }, stage) => {
      const station = `${resource.kind} ${resource.index}`;
      const sharing = spec.stages.flatMap((other, index) =>
        other.resource.kind === resource.kind && other.resource.index === resource.index ? [index] : [],
      );
      let policy = byStation.get(station);
      if (policy === undefined) {
        const choice = set.ordering.find((one) => covers(one, stage));
        if (choice === undefined) throw new Error(`no ordering policy covers stage ${stage}`);
        policy = make<OrderingPolicy>(choice, sharing);
        byStation.set(station, policy);
      }
      return policy;
    });
  };

  const rollout =
    set.rollout[0] === undefined || shared !== null ? null : make<RolloutPolicy>(set.rollout[0], null);
  const admission = all<AdmissionPolicy>(set.admission, spec.workloads, everywhere);
  const wip = all<WipLimit>(set.wip, spec.stages, everywhere);
  const concurrency = spec.stages.map((_, stage) =>
    set.concurrency
      .filter((choice) => covers(choice, stage))
      .map((choice) => make<ConcurrencyLimit>(choice, [stage], stage)),
  );
  const places = shared ?? {
    ordering: orderings(),
    placement: required(first<PlacementPolicy>(set.placement, spec.pools, pools), 'placement'),
    backfill: first<BackfillPolicy>(set.backfill, spec.pools, pools),
    preemption: first<PreemptionPolicy>(set.preemption, spec.pools, pools),
    scaling: first<ScalingPolicy>(set.scaling, spec.pools, pools),
    backpressure: first<BackpressurePolicy>(set.backpressure, spec.stages, (choice) =>
      spec.stages.flatMap((_, stage) => (covers(choice, stage) ? [stage] : [])),
    ),
  };
  return {
    rollout,
    admission,
    wip,
    concurrency,
    ordering: places.ordering,
    placement: places.placement,
    backfill: places.backfill,
    preemption: places.preemption,
    scaling: places.scaling,
    backpressure: places.backpressure,
    retry: all<RetryPolicy>(set.retry, spec.workloads, everywhere),
    deadlines: all<DeadlinePolicy>(set.deadlines, spec.workloads, everywhere),
    named,
    attending: [...(shared?.named.filter(isShared) ?? []), ...named],
  };
}
