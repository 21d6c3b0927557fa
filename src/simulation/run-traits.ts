/** What a scenario and its policies can bring about at all, found out before the run, so that the hot path need not ask. */
import { WITHIN } from '../model/placement-request.js';
import { NO_FALLBACK, type SystemSpec, type WorkloadSpec } from '../model/system.js';
import { ANY_GROUP } from '../model/task-table.js';
import type { Observers } from './observers.js';
import type { PoliciesInForce } from './policies-in-force.js';
import type { StageState } from './stage-state.js';

/** A policy set at work. */
export interface Arm {
  readonly policies: PoliciesInForce;
  readonly observers: Observers;
}

export const hedges = ({ retry }: PoliciesInForce): boolean =>
  retry.flat().some((policy) => policy.hedgeAfterS !== undefined);

/** Whom the engine must ask or tell at the stage. */
export function attend(stage: StageState, sets: readonly PoliciesInForce[], arms: readonly Arm[]): void {
  const admission = sets.flatMap((policies) => policies.admission).flat();
  stage.isGated = admission.some(({ gates }) => gates?.includes(stage.index) === true);
  stage.canDrop = admission.some(
    ({ drop, gates }) => drop !== undefined && gates?.includes(stage.index) !== false,
  );
  stage.isObserved = arms.some(({ observers }) => observers.atStage[stage.index]!);
  stage.isSampled ||= arms.some(({ observers }) => observers.hasServiceEnd[stage.index]!);
}

/** Whether tasks that have worked may leave without completing, or work may have to be done again. */
export function canWaste(spec: SystemSpec, sets: readonly PoliciesInForce[]): boolean {
  const { workloads, services, disturbances, stages, pools } = spec;
  const fails = ({ timeout, steps }: WorkloadSpec): boolean =>
    timeout !== null || steps.some(({ errorFraction }) => errorFraction > 0);
  return (
    workloads.some(fails) ||
    // A request that fits no replica is refused where it comes.
    pools.some(({ serving }) => serving !== null) ||
    services.some(({ errorFraction }) => errorFraction > 0) ||
    disturbances.some((one) => one.kind === 'service' && one.errorFraction !== null) ||
    pools.some(({ checkpoint }, index) => checkpoint !== null || hasOutages(spec, index)) ||
    stages.some(({ queueCapacity }) => queueCapacity < Number.POSITIVE_INFINITY) ||
    sets[0]!.preemption.some((policy) => policy !== null) ||
    // Policies may refuse or stop tasks that have worked.
    sets.some(
      ({ admission, deadlines }) =>
        deadlines.some((chain) => chain.length > 0) ||
        admission.flat().some(({ gates, drop }) => gates !== undefined || drop !== undefined),
    ) ||
    sets[0]!.backpressure.some((policy) => policy !== null)
  );
}

/** Whether tasks of the workload come with tokens. */
export function hasTokens({ arrival, promptTokens, outputTokens }: WorkloadSpec): boolean {
  if (promptTokens !== null || outputTokens !== null) return true;
  if (arrival.kind !== 'trace') return false;
  return arrival.table.promptTokens !== undefined || arrival.table.outputTokens !== undefined;
}

/** Whether nodes of a pool may go out of service or slow down, or links that slow the gangs on them. */
export function hasOutages({ pools, disturbances }: SystemSpec, pool: number): boolean {
  return (
    pools[pool]!.failures !== null ||
    disturbances.some((one) => one.kind === 'links' || (one.kind === 'nodes' && one.pool === pool))
  );
}

/** Whether nodes of a pool may be slow for a time. */
const slowsDown = ({ pools, disturbances }: SystemSpec, pool: number): boolean =>
  (pools[pool]!.failures?.stragglers ?? null) !== null ||
  disturbances.some((one) => one.kind === 'nodes' && one.pool === pool && Number.isFinite(one.slowdown));

/** Whether all nodes of a pool are equally fast for all steps that run there. */
export function isUniform(spec: SystemSpec, pool: number): boolean {
  const { pools, stages, workloads } = spec;
  const { groups } = pools[pool]!;
  const runsThere = (stage: number): boolean => {
    const resource = stages[stage]?.resource;
    return resource?.kind === 'pool' && resource.index === pool;
  };
  return (
    !slowsDown(spec, pool) &&
    groups.every(({ speed }) => speed === groups[0]!.speed) &&
    workloads.every(({ steps }) =>
      steps.every(
        ({ stage, throughput, network }) =>
          (throughput === null && (network === null || network.communicationFraction === 0)) ||
          !runsThere(stage),
      ),
    )
  );
}

/** Whether tasks may come to the pool that need none of its GPUs. */
export function takesGpuless({ workloads, stages }: SystemSpec, pool: number): boolean {
  return workloads.some(
    ({ arrival, steps }) =>
      arrival.kind === 'trace' &&
      arrival.table.gpus?.includes(0) === true &&
      steps.some(({ units, stage }) => {
        const resource = stages[stage]?.resource;
        return units === 'trace' && resource?.kind === 'pool' && resource.index === pool;
      }),
  );
}

/** Whether some step needs more of a node than GPUs, or certain nodes. */
export function statesNodes({ workloads }: SystemSpec): boolean {
  return workloads.some(({ steps }) =>
    steps.some(
      ({ cpus, hostBytes, groups, within }) =>
        cpus !== 0 || hostBytes !== 0 || groups !== ANY_GROUP || within !== WITHIN.auto,
    ),
  );
}

/** Whether nothing stands between arrival and the first step: no time-out, no admission policy, no closed entrance. */
export function isStraight(
  { timeout, fallbackStep }: WorkloadSpec,
  index: number,
  sets: readonly PoliciesInForce[],
): boolean {
  const { backpressure } = sets[0]!;
  return (
    timeout === null &&
    fallbackStep === NO_FALLBACK &&
    sets.every(({ admission }) => admission[index]!.length === 0) &&
    backpressure.every((policy) => policy === null) &&
    !sets.some(hedges)
  );
}
