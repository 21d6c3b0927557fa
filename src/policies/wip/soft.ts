/**
 * A soft limit: at most `limit` tasks at work for long, and up to `burst` more for a while. What lies above the limit
 * is paid from a budget of task-seconds (one task too many for one second), which fills again at `recovery` while the
 * tasks are at or below the limit. Once it is spent nothing new starts above the limit; nobody is interrupted, so
 * what runs on overdraws the budget, and that is repaid first.
 */
import { z } from 'zod';
import { count, positive } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { Why, WipLimit } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView, TaskView } from '../view.js';
import { TaskClasses } from './classes.js';
import { holdsParameter } from './counting.js';

interface Burst {
  readonly limit: number;
  readonly burst: number;
  readonly burstBudget: number;
  readonly recovery: number;
}

/** The tasks at work of one class. */
class SoftLimit {
  held = 0;
  excessTaskS = 0;
  /** Task-seconds left; negative: overdrawn. */
  balance: number;
  private spent = false;
  private atS = 0;
  private isWakeDue = false;

  constructor(
    private readonly burst: Burst,
    private readonly runtime: PolicyRuntime,
  ) {
    this.balance = burst.burstBudget;
  }

  hasRoom(): boolean {
    const { limit, burst } = this.burst;
    if (this.held < limit) return true;
    if (this.held >= limit + burst) return false;
    this.settle();
    if (this.spent) this.wakeWhenRepaid();
    return !this.spent;
  }

  change(by: 1 | -1): void {
    this.settle();
    this.held += by;
    if (this.held < 0) throw new Error('soft WIP limit released more often than taken');
  }

  /** Brings the balance up to the present moment. */
  settle(): void {
    const nowS = this.runtime.nowS();
    const forS = nowS - this.atS;
    if (forS === 0) return;
    this.atS = nowS;
    const { limit, burstBudget, recovery } = this.burst;
    const excess = this.held - limit;
    if (excess > 0) {
      this.excessTaskS += excess * forS;
      this.balance -= excess * forS;
      if (this.balance <= 0) this.spent = true;
    } else {
      this.balance = Math.min(burstBudget, this.balance + recovery * forS);
      if (this.balance > 0) this.spent = false;
    }
  }

  why(): Why {
    const { limit, burst } = this.burst;
    const reason =
      this.held < limit
        ? 'below-limit'
        : this.held >= limit + burst
          ? 'burst-full'
          : this.spent
            ? 'budget-spent'
            : 'burst';
    return { reason, numbers: { held: this.held, limit, burst, balanceTaskS: this.balance } };
  }

  /** At the limit time alone fills the budget. Above it a task has to leave first, and the queues are asked again. */
  private wakeWhenRepaid(): void {
    const { limit, recovery } = this.burst;
    if (this.isWakeDue || this.held > limit || recovery === 0) return;
    this.isWakeDue = true;
    this.runtime.after(Math.max(0, -this.balance) / recovery, () => {
      this.isWakeDue = false;
      this.settle();
      if (this.held > limit) return;
      // Rounding may have left the balance just below 0.
      this.balance = Math.max(0, this.balance);
      this.spent = false;
      this.runtime.wake();
    });
  }
}

class SoftWip implements WipLimit {
  readonly lanes: number;
  private readonly limits: readonly SoftLimit[];
  private readonly counts: readonly boolean[];
  private readonly classes: TaskClasses;
  private readonly tasks: TaskView;

  constructor(
    readonly holds: 'stage' | 'task',
    per: ConstructorParameters<typeof TaskClasses>[0],
    stages: readonly string[] | undefined,
    burst: Burst,
    view: SystemView,
    runtime: PolicyRuntime,
  ) {
    this.tasks = view.tasks;
    this.classes = new TaskClasses(per, view);
    this.lanes = this.classes.lanes;
    this.limits = this.classes.names.map(() => new SoftLimit(burst, runtime));
    this.counts = view.stageNames.map((name) => stages === undefined || stages.includes(name));
  }

  mayStart(task: number, stage: number): boolean {
    return !this.counts[stage] || this.limitOf(task, stage).hasRoom();
  }

  started(task: number, stage: number): void {
    if (this.counts[stage]) this.limitOf(task, stage).change(1);
  }

  stopped(task: number, stage: number): void {
    if (this.counts[stage]) this.limitOf(task, stage).change(-1);
  }

  beginMeasuring(): void {
    for (const limit of this.limits) {
      limit.settle();
      limit.excessTaskS = 0;
    }
  }

  measures(): Readonly<Record<string, number>> {
    for (const limit of this.limits) limit.settle();
    return { excess_task_s: this.limits.reduce((sum, { excessTaskS }) => sum + excessTaskS, 0) };
  }

  why(task: number): Why {
    const stage = this.tasks.stage(task);
    return this.counts[stage] ? this.limitOf(task, stage).why() : { reason: 'not-limited' };
  }

  private limitOf(task: number, stage: number): SoftLimit {
    return this.limits[this.classes.of(task, stage)]!;
  }
}

export const softWip = definePolicy({
  point: 'wip',
  name: 'soft',
  summary:
    'Limits the tasks at work, and lets more start while a budget of task-seconds above the limit lasts.',
  source:
    'Burst credits as those of burstable instances (Amazon EC2 User Guide, CPU credits): saved below a baseline, spent above it.',
  helps: 'When load comes in bursts: a short one passes at once, and a long one is held to the limit.',
  hurts:
    'When the limit guards something hard, such as memory: what has started in a burst stays over it until it ends.',
  parameters: z
    .strictObject({
      limit: count().default(100).describe('Tasks at work that may be held for ever.'),
      burst: count().default(20).describe('Tasks at work above the limit, at most.'),
      burstBudget: positive()
        .default(600)
        .describe('Task-seconds above the limit that a full budget allows: 600 is 10 tasks for a minute.'),
      recovery: z
        .number({ error: 'expected a number of at least 0' })
        .min(0, { error: 'expected a number of at least 0' })
        .default(1)
        .describe('Task-seconds that come back in each second at or below the limit.'),
      per: z
        .enum(['global', 'stage', 'workload', 'tenant'])
        .default('global')
        .describe('Who has a limit and a budget: all together, each stage, each workload or each tenant.'),
      stages: z
        .array(z.string())
        .min(1, { error: 'expected at least one stage' })
        .optional()
        .describe('Stages where tasks are counted and held. Omitted: all.'),
      holds: holdsParameter('stage'),
    })
    .refine(({ holds, per, stages }) => holds === 'stage' || (per !== 'stage' && stages === undefined), {
      error: '`stages` and `per: stage` count tasks that hold a stage: leave `holds` at stage',
      path: ['holds'],
    }),
  references: ({ stages = [] }) =>
    stages.map((name, index) => ({ kind: 'stage', name, path: ['stages', index] })),
  create: ({ holds, per, stages, ...burst }, view, runtime): WipLimit =>
    new SoftWip(holds, per, stages, burst, view, runtime),
});
