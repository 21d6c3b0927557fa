/** A task whose deadline is near becomes more important; what that changes, the ordering and the preemption say. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { DeadlinePolicy } from '../points.js';
import type { TaskView } from '../view.js';
import { isOneTiming, ONE_TIMING, TimedDeadline, type Timing, timingParameters } from './timing.js';

class Escalate extends TimedDeadline {
  readonly action = 'escalate';

  constructor(
    private readonly to: { readonly priority?: number | undefined; readonly boost?: number | undefined },
    timing: Timing,
    tasks: TaskView,
  ) {
    super(timing, tasks);
  }

  /** Never lower than it is. */
  escalated(task: number): number {
    const present = this.tasks.priority(task);
    const { priority, boost = 0 } = this.to;
    return priority === undefined ? present + boost : Math.max(present, priority);
  }
}

export const escalateLate = definePolicy({
  point: 'deadlines',
  name: 'escalate',
  summary: 'Raises the priority of a task whose deadline is near.',
  source:
    'Dual-priority scheduling (Davis and Wellings, "Dual Priority Scheduling", RTSS 1995): a promotion at a fixed time before the deadline.',
  helps:
    'With an ordering or a preemption by priority: tasks wait as long as they can and are served in time.',
  hurts: 'Under overload: soon all are urgent, those that came first and those that mattered alike.',
  parameters: z
    .strictObject({
      ...timingParameters(),
      priority: z
        .number({ error: 'expected a number' })
        .optional()
        .describe('The priority that it gets, if it has a lower one.'),
      boost: z
        .number({ error: 'expected a number above 0' })
        .positive()
        .optional()
        .describe('Instead of `priority`: what is added to its own.'),
    })
    .refine(isOneTiming, ONE_TIMING)
    .refine(({ priority, boost }) => (priority === undefined) !== (boost === undefined), {
      error: 'expected `priority` or `boost`, one of the two: each alone says how important the task becomes',
      path: ['priority'],
    }),
  needs: () => ['deadline'],
  create: (parameters, view): DeadlinePolicy => new Escalate(parameters, parameters, view.tasks),
});
