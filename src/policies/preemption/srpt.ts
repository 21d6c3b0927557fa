/**
 * Shortest remaining processing time: a waiting task takes the resource of a running one that has more work left.
 * With estimated sizes both sides are judged by their estimates; a victim that has outlived its estimate has nothing
 * left and is not stopped any more.
 */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import { type Measure, measureParameter, widthOf } from '../ordering/service-measure.js';
import { errorCvParameter, SizeEstimate } from '../ordering/size-estimate.js';
import type { PreemptionPolicy, Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';
import { checkCosts, needsOf } from './costs.js';
import { GuardedPreemption, type SharedParameters, sharedParameters } from './guarded.js';
import { ascending, VICTIM_CHOICES, victimText } from './victims.js';

class ShortestRemainingPreemption extends GuardedPreemption {
  private readonly estimate: SizeEstimate;

  constructor(
    private readonly measure: Measure,
    errorCv: number,
    parameters: SharedParameters,
    view: SystemView,
    runtime: PolicyRuntime,
  ) {
    super(parameters, view, runtime);
    this.estimate = new SizeEstimate(view, runtime, errorCv);
  }

  protected wants(candidate: number, victim: number): boolean {
    return this.waitsFor(candidate, victim) && this.remaining(candidate) < this.remaining(victim);
  }

  protected override compareOwn(a: number, b: number): number {
    return ascending(this.remaining(b), this.remaining(a));
  }

  protected reasonFor(candidate: number, victim: number): Why {
    const candidateRemainingS = this.estimate.remainingNowS(candidate);
    return {
      reason: 'longer-remaining',
      numbers: { candidateRemainingS, victimRemainingS: this.estimate.remainingNowS(victim) },
    };
  }

  private remaining(task: number): number {
    return this.estimate.remainingNowS(task) * widthOf(this.tasks, task, this.measure);
  }
}

export const srptPreemption = definePolicy({
  point: 'preemption',
  name: 'srpt',
  summary: 'A waiting task takes the resource of a running one with more estimated work left at its step.',
  source:
    'Schrage, "A proof of the optimality of the SRPT discipline" (1968); measure gpu-time: SRSF of Tiresias (NSDI 2019).',
  helps:
    'With the ordering `srpt` and cheap interruptions: no other policy has fewer tasks in the system on one server.',
  hurts:
    'When sizes are alike or stopping is dear: many preemptions for little, and the largest tasks starve.',
  parameters: z
    .strictObject({
      measure: measureParameter('time', 'Size of a task'),
      errorCv: errorCvParameter(),
      ...sharedParameters(),
      victim: z
        .enum(['longest-remaining', ...VICTIM_CHOICES])
        .default('longest-remaining')
        .describe(victimText('longest-remaining, the most work left; ')),
    })
    .superRefine(checkCosts),
  needs: needsOf,
  create: ({ measure, errorCv, victim, ...shared }, view, runtime): PreemptionPolicy =>
    new ShortestRemainingPreemption(
      measure,
      errorCv,
      { ...shared, victim: victim === 'longest-remaining' ? 'own' : victim },
      view,
      runtime,
    ),
});
