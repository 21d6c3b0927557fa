/** Strict priority between classes, first come first served within one. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy } from '../points.js';
import type { TaskView } from '../view.js';

class PriorityOrder implements OrderingPolicy {
  readonly structure = 'key';

  constructor(private readonly tasks: TaskView) {}

  key(task: number): number {
    return -this.tasks.priority(task);
  }
}

export const priority = definePolicy({
  point: 'ordering',
  name: 'priority',
  summary: 'Serves the highest priority first, in order of arrival within one priority.',
  source:
    'Cobham, "Priority assignment in waiting line problems" (1954): non-preemptive head-of-line priority.',
  helps: 'When few tasks are urgent: they wait hardly at all, and the rest hardly notice.',
  hurts: 'When urgent work alone can fill the system: lower priorities starve.',
  parameters: z.strictObject({}),
  create: (_parameters, view): OrderingPolicy => new PriorityOrder(view.tasks),
});
