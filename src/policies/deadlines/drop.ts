/** A task that is too late, or about to be, is cancelled wherever it is. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { DeadlinePolicy } from '../points.js';
import { isOneTiming, ONE_TIMING, TimedDeadline, timingParameters } from './timing.js';

class DropLate extends TimedDeadline {
  readonly action = 'drop';
}

export const dropLate = definePolicy({
  point: 'deadlines',
  name: 'drop',
  summary: 'Cancels a task that its deadline has caught up with, waiting or in service.',
  source:
    'Deadline cancellation of gRPC (DEADLINE_EXCEEDED); abandonment with a fixed patience (Barrer, "Queuing with Impatient Customers and Indifferent Clerks", 1957).',
  helps: 'Under overload: capacity goes to tasks that can still be in time.',
  hurts: 'When late answers are still worth something: nearly finished work is thrown away.',
  parameters: z.strictObject(timingParameters()).refine(isOneTiming, ONE_TIMING),
  needs: () => ['deadline'],
  create: (parameters, view): DeadlinePolicy => new DropLate(parameters, view.tasks),
});
