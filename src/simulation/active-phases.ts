/** Which phases of a task's time can occur in a scenario: the others are not recorded at all. */
import { fetches } from '../model/network/spec.js';
import { NO_STAGE, type SystemSpec } from '../model/system.js';
import type { PoliciesInForce } from './policies-in-force.js';
import { PHASE } from './recorder.js';
import { hasOutages } from './run-traits.js';

export function activePhases(spec: SystemSpec, arms: readonly PoliciesInForce[]): number[] {
  const retries = arms.flatMap((policies) => policies.retry).flat();
  const steps = spec.workloads.flatMap((workload) => workload.steps);
  const visits = (kind: 'pool' | 'service') =>
    steps.some((step) => step.stage !== NO_STAGE && spec.stages[step.stage]!.resource.kind === kind);
  const preempts = arms[0]!.preemption.some((policy) => policy !== null);
  // A task whose node fails waits likewise, and loads what it has saved.
  const fails = spec.pools.some((_, pool) => hasOutages(spec, pool));
  const possible: readonly (readonly [number, boolean])[] = [
    [PHASE.admission, arms.some(({ admission }) => admission.some((chain) => chain.length > 0))],
    [PHASE.queue, visits('pool') || visits('service')],
    [PHASE.work, visits('pool')],
    [PHASE.call, visits('service')],
    [PHASE.delay, steps.some((step) => step.stage === NO_STAGE)],
    [PHASE.blocked, spec.stages.some((stage) => stage.whenFull === 'block')],
    [PHASE.checkpoint, preempts || fails],
    [PHASE.suspended, preempts || fails],
    [PHASE.backoff, retries.length > 0],
    [
      PHASE.transfer,
      steps.some(
        ({ network, work }) =>
          (network !== null && fetches(network)) || (work.kind === 'request' && work.transfer !== null),
      ),
    ],
    [PHASE.review, retries.some((policy) => policy.parks === true)],
  ];
  return possible.filter(([, occurs]) => occurs).map(([phase]) => phase);
}
