/** A more important task takes the resource of a less important one. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { PreemptionPolicy, Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';
import { checkCosts, needsOf } from './costs.js';
import { GuardedPreemption, type SharedParameters, sharedParameters } from './guarded.js';

class PriorityPreemption extends GuardedPreemption {
  constructor(
    private readonly minGap: number,
    parameters: SharedParameters,
    view: SystemView,
    runtime: PolicyRuntime,
  ) {
    super(parameters, view, runtime);
  }

  protected wants(candidate: number, victim: number): boolean {
    const gap = this.tasks.priority(candidate) - this.tasks.priority(victim);
    return gap > 0 && gap >= this.minGap;
  }

  protected reasonFor(candidate: number, victim: number): Why {
    const candidatePriority = this.tasks.priority(candidate);
    return {
      reason: 'lower-priority',
      numbers: { candidatePriority, victimPriority: this.tasks.priority(victim) },
    };
  }
}

export const priorityPreemption = definePolicy({
  point: 'preemption',
  name: 'priority',
  summary: 'A waiting task takes the resource of a running one of strictly lower priority.',
  source:
    'Preemptive-resume and preemptive-repeat priority queues (White and Christie, 1958; Jaiswal, Priority Queues, 1968); modes recompute and swap as in vLLM (Kwon et al., SOSP 2023, 4.5).',
  helps: 'When urgent tasks are few and short: they hardly see the rest.',
  hurts:
    'When checkpoints are dear or progress is lost: the fleet is busy with work that was done before (thrash).',
  parameters: z
    .strictObject({
      minGap: z
        .number({ error: 'expected a number of at least 0' })
        .min(0, { error: 'expected a number of at least 0' })
        .default(0)
        .describe('Least difference of priorities; 0: any lower priority gives way.'),
      ...sharedParameters(),
    })
    .superRefine(checkCosts),
  needs: needsOf,
  create: ({ minGap, ...shared }, view, runtime): PreemptionPolicy =>
    new PriorityPreemption(minGap, shared, view, runtime),
});
