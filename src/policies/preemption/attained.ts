/**
 * Least attained service: a waiting task takes the resource of a running one that has had at least a quantum more.
 * The quantum keeps two tasks from changing places without end; the smaller it is, the nearer to foreground-background
 * scheduling, where all who have had the least share the resource.
 */
import { z } from 'zod';
import { periodS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { type Measure, measureParameter, widthOf } from '../ordering/service-measure.js';
import type { PreemptionPolicy, Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';
import { checkCosts, needsOf } from './costs.js';
import { GuardedPreemption, type SharedParameters, sharedParameters } from './guarded.js';
import { ascending, VICTIM_CHOICES, victimText } from './victims.js';

/** A quantum that is short by this part is full: a clock that rounds may stop a moment early. */
const ROUNDING = 1e-9;
/** Part of a quantum after which a victim is looked at again that is not getting on (it loads its state). */
const RECHECK = 0.25;

class AttainedPreemption extends GuardedPreemption {
  constructor(
    private readonly quantum: number,
    private readonly measure: Measure,
    parameters: SharedParameters,
    view: SystemView,
    runtime: PolicyRuntime,
  ) {
    super(parameters, view, runtime);
  }

  protected wants(candidate: number, victim: number, nowS: number): boolean {
    if (!this.waitsFor(candidate, victim)) return false;
    const missing = this.attained(candidate) + this.quantum - this.attained(victim);
    if (missing <= this.quantum * ROUNDING) return true;
    this.timer.by(this.whenAttainedS(victim, missing, nowS));
    return false;
  }

  protected override compareOwn(a: number, b: number): number {
    return ascending(this.attained(b), this.attained(a));
  }

  protected reasonFor(candidate: number, victim: number): Why {
    const unit = this.measure === 'time' ? 'S' : 'GpuS';
    return {
      reason: 'more-attained',
      numbers: {
        [`candidateAttained${unit}`]: this.attained(candidate),
        [`victimAttained${unit}`]: this.attained(victim),
      },
    };
  }

  private attained(task: number): number {
    const attainedS = this.tasks.stepWorkS(task) - this.view.remainingNowS(task);
    return attainedS * widthOf(this.tasks, task, this.measure);
  }

  /** The moment at which a running task will have had so much more, checkpoints on the way included. */
  private whenAttainedS(task: number, missing: number, nowS: number): number {
    const { tasks, costs, view } = this;
    const workS = tasks.remainingWorkS(task) - view.remainingNowS(task);
    const speed = view.poolSpeed(view.poolOf(tasks.stage(task)));
    const missingWorkS = missing / widthOf(tasks, task, this.measure);
    const atS = tasks.startedAtS(task) + costs.stretchS((workS + missingWorkS) / speed);
    return atS > nowS ? atS : nowS + this.quantum * RECHECK;
  }
}

export const attainedPreemption = definePolicy({
  point: 'preemption',
  name: 'attained',
  summary: 'A waiting task takes the resource of a running one that has attained a quantum more service.',
  source:
    'Foreground-background scheduling (Nuyens and Wierman, "The foreground-background queue: a survey", 2008) with a quantum; measure gpu-time: 2D-LAS of Tiresias (NSDI 2019).',
  helps:
    'With the ordering `las`, when sizes are unknown and most tasks are short: they pass the few long ones.',
  hurts:
    'When sizes are alike or stopping is dear: everybody is stopped again and again, and all finish late together.',
  parameters: z
    .strictObject({
      quantum: periodS()
        .default(10)
        .describe('Attained service by which the victim must be ahead of the waiting task.'),
      measure: measureParameter('gpu-time', 'Attained service of a task'),
      ...sharedParameters(),
      victim: z
        .enum(['most-attained', ...VICTIM_CHOICES])
        .default('most-attained')
        .describe(victimText('most-attained, the most service; ')),
    })
    .superRefine(checkCosts),
  needs: needsOf,
  create: ({ quantum, measure, victim, ...shared }, view, runtime): PreemptionPolicy =>
    new AttainedPreemption(
      quantum,
      measure,
      { ...shared, victim: victim === 'most-attained' ? 'own' : victim },
      view,
      runtime,
    ),
});
