/** A more important task takes the resource of a less important one. */
import { z } from 'zod';
import { durationOrInfinityS, durationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { PreemptionMode, PreemptionPolicy } from '../points.js';
import type { TaskView } from '../view.js';

const VICTIMS = ['lowest-priority', 'youngest', 'least-lost-work'] as const;
type VictimChoice = (typeof VICTIMS)[number];

/** Difference in a victim order; Infinity − Infinity must not become NaN, so ranks are compared, not subtracted. */
const ascending = (a: number, b: number): number => (a < b ? -1 : a > b ? 1 : 0);

interface Checkpoints {
  readonly mode: PreemptionMode;
  readonly checkpointInterval: number;
  readonly checkpointCost: number;
  readonly checkpointOnPreempt: boolean;
  readonly resumeCost: number;
}

class PriorityPreemption implements PreemptionPolicy {
  readonly mode: PreemptionMode;
  readonly checkpointIntervalS: number;
  readonly checkpointCostS: number;
  readonly checkpointOnPreempt: boolean;
  readonly resumeCostS: number;

  constructor(
    parameters: Checkpoints,
    private readonly victim: VictimChoice,
    private readonly tasks: TaskView,
  ) {
    this.mode = parameters.mode;
    this.checkpointIntervalS = parameters.checkpointInterval;
    this.checkpointCostS = parameters.checkpointCost;
    this.checkpointOnPreempt = parameters.checkpointOnPreempt;
    this.resumeCostS = parameters.resumeCost;
  }

  mayPreempt(candidate: number, victim: number): boolean {
    return this.tasks.priority(victim) < this.tasks.priority(candidate);
  }

  compareVictims(a: number, b: number, nowS: number): number {
    const { tasks } = this;
    const byPriority = ascending(tasks.priority(a), tasks.priority(b));
    const byYouth = ascending(tasks.startedAtS(b), tasks.startedAtS(a));
    // Serial numbers differ, so the order is total and never depends on how the engine lists the victims.
    const bySerial = ascending(tasks.serial(b), tasks.serial(a));
    switch (this.victim) {
      case 'lowest-priority':
        return byPriority || byYouth || bySerial;
      case 'youngest':
        return byYouth || byPriority || bySerial;
      case 'least-lost-work':
        return (
          ascending(this.lostGpuTimeS(a, nowS), this.lostGpuTimeS(b, nowS)) ||
          byPriority ||
          byYouth ||
          bySerial
        );
    }
  }

  /** What stopping the task now would throw away; an estimate, since time in checkpoints counts as work here. */
  private lostGpuTimeS(task: number, nowS: number): number {
    const ranS = nowS - this.tasks.startedAtS(task);
    return this.tasks.gpus(task) * this.unsavedS(ranS);
  }

  private unsavedS(ranS: number): number {
    if (this.mode !== 'resume') return ranS;
    if (this.checkpointOnPreempt || this.checkpointIntervalS === 0) return 0;
    return Number.isFinite(this.checkpointIntervalS) ? ranS % this.checkpointIntervalS : ranS;
  }
}

export const priorityPreemption = definePolicy({
  point: 'preemption',
  name: 'priority',
  summary: 'A waiting task takes the resource of a running one of strictly lower priority.',
  source:
    'Preemptive-resume and preemptive-repeat priority queues (White and Christie, 1958; Jaiswal, Priority Queues, 1968).',
  helps: 'When urgent tasks are few and short: they hardly see the rest.',
  hurts:
    'When checkpoints are dear or progress is lost: the fleet is busy with work that was done before (thrash).',
  parameters: z.strictObject({
    mode: z
      .enum(['resume', 'restart', 'abort'])
      .default('resume')
      .describe('The victim goes on from its last checkpoint, begins its step again, or is cancelled.'),
    victim: z
      .enum(VICTIMS)
      .default('lowest-priority')
      .describe(
        'Whom to stop first: the lowest priority (then the youngest), the latest to start, or who loses the least GPU-time.',
      ),
    checkpointInterval: durationOrInfinityS()
      .default(0)
      .describe(
        'Work between two checkpoints. 0: progress is always safe, at no cost; inf: none on the way.',
      ),
    checkpointCost: durationS().default(0).describe('Time on the resource that one checkpoint takes.'),
    checkpointOnPreempt: z
      .boolean()
      .default(false)
      .describe('Whether the victim saves its progress, for the cost of a checkpoint, before it gives way.'),
    resumeCost: durationS()
      .default(0)
      .describe('Time on the resource that loading the saved state takes before the work goes on.'),
  }),
  create: (parameters, view): PreemptionPolicy =>
    new PriorityPreemption(parameters, parameters.victim, view.tasks),
});
