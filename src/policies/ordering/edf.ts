/** Earliest deadline first. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy } from '../points.js';
import type { TaskView } from '../view.js';

class EarliestDeadlineFirst implements OrderingPolicy {
  readonly structure = 'key';

  constructor(private readonly tasks: TaskView) {}

  key(task: number): number {
    return this.tasks.deadlineS(task);
  }
}

export const edf = definePolicy({
  point: 'ordering',
  name: 'edf',
  summary: 'Serves the task with the earliest absolute deadline; those without one come last.',
  source: 'Jackson (1955); Liu and Layland (1973).',
  helps: 'When all deadlines can be met: on one server, with preemption, EDF meets them if any order does.',
  hurts: 'Under overload: it works on what is about to be late anyway, and most tasks miss (domino effect).',
  parameters: z.strictObject({}),
  needs: () => ['deadline'],
  create: (_parameters, view): OrderingPolicy => new EarliestDeadlineFirst(view.tasks),
});
