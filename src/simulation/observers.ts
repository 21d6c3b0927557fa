/**
 * Who is told what happens to tasks: the policies that have the call-backs of `PolicyBase`, sorted by where they are
 * in force, so that a run without such policies pays one comparison with null. Data plane.
 */
import type { SystemSpec } from '../model/system.js';
import { FLAG_SENT, N } from '../model/task-table.js';
import type { AttemptOutcome, PolicyBase } from '../policies/points.js';
import { AT_KIND } from '../policies/policy-set.js';
import type { NamedPolicy, PoliciesInForce } from './policies-in-force.js';
import type { RunState } from './run-state.js';

type CallBack = 'onStart' | 'onStop' | 'onServiceEnd' | 'onAttemptEnd';

/** By workload; at stages by (stage, workload). An entry without policies is null. */
type Listeners = readonly (readonly PolicyBase[] | null)[];

export interface Observers {
  readonly start: Listeners;
  readonly stop: Listeners;
  readonly serviceEnd: Listeners;
  readonly attemptEnd: Listeners;
  /** Whether anybody listens at the stage, at all or to the ends of services. */
  readonly atStage: readonly boolean[];
  readonly hasServiceEnd: readonly boolean[];
}

/** Where a policy looks beyond the places where it is in force, it says so. */
interface Curious extends PolicyBase {
  readonly observesAll?: boolean;
}

export function observersOf({ attending: named }: PoliciesInForce, spec: SystemSpec): Observers {
  const has = (one: NamedPolicy, what: CallBack) => one.policy[what] !== undefined;
  const forWorkload = ({ choice }: NamedPolicy, workload: number) =>
    AT_KIND[choice.definition.point] !== 'workload' || choice.at === null || choice.at.includes(workload);
  const forStage = ({ stages, policy }: NamedPolicy, stage: number) =>
    stages === null || stages.includes(stage) || (policy as Curious).observesAll === true;
  const list = (chosen: readonly NamedPolicy[]) =>
    chosen.length === 0 ? null : chosen.map(({ policy }) => policy);
  const byStage = (what: CallBack): Listeners =>
    spec.stages.flatMap((_, stage) =>
      spec.workloads.map((__, workload) =>
        list(named.filter((one) => has(one, what) && forWorkload(one, workload) && forStage(one, stage))),
      ),
    );
  const start = byStage('onStart');
  const stop = byStage('onStop');
  const serviceEnd = byStage('onServiceEnd');
  const width = spec.workloads.length;
  const isHeard = (listeners: Listeners, stage: number) =>
    listeners.slice(stage * width, (stage + 1) * width).some((policies) => policies !== null);
  return {
    start,
    stop,
    serviceEnd,
    attemptEnd: spec.workloads.map((_, workload) =>
      list(named.filter((one) => has(one, 'onAttemptEnd') && forWorkload(one, workload))),
    ),
    atStage: spec.stages.map((_, stage) =>
      [start, stop, serviceEnd].some((listeners) => isHeard(listeners, stage)),
    ),
    hasServiceEnd: spec.stages.map((_, stage) => isHeard(serviceEnd, stage)),
  };
}

const atStage = (run: RunState, listeners: Listeners, task: number, stage: number) =>
  listeners[stage * run.workloads.length + run.tasks.n[task + N.workload]!]!;

export function tellStart(run: RunState, task: number, stage: number): void {
  const policies = atStage(run, run.armOf(task).observers.start, task, stage);
  if (policies !== null) for (const policy of policies) policy.onStart!(task, stage, run.events.nowS);
}

export function tellStop(run: RunState, task: number, stage: number): void {
  const policies = atStage(run, run.armOf(task).observers.stop, task, stage);
  if (policies !== null) for (const policy of policies) policy.onStop!(task, stage, run.events.nowS);
}

export function tellServiceEnd(
  run: RunState,
  task: number,
  stage: number,
  serviceS: number,
  failed: boolean,
): void {
  const policies = atStage(run, run.armOf(task).observers.serviceEnd, task, stage);
  if (policies === null) return;
  for (const policy of policies) policy.onServiceEnd!(task, stage, serviceS, failed, run.events.nowS);
}

/** Once for each time that the client has sent the task, whatever becomes of it before it is sent again. */
export function tellAttemptEnd(run: RunState, task: number, outcome: AttemptOutcome): void {
  const { tasks } = run;
  const policies = run.armOf(task).observers.attemptEnd[tasks.n[task + N.workload]!]!;
  if (policies === null || !tasks.hasFlag(task, FLAG_SENT)) return;
  tasks.clearFlag(task, FLAG_SENT);
  for (const policy of policies) policy.onAttemptEnd!(task, outcome, run.events.nowS);
}
