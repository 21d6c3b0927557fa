/** A task that is about to be late takes its workload's cheaper path: a smaller model, fewer steps, a canned answer. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { DeadlinePolicy } from '../points.js';
import { isOneTiming, ONE_TIMING, TimedDeadline, timingParameters } from './timing.js';

class FallBack extends TimedDeadline {
  readonly action = 'fallback';
}

export const fallbackLate = definePolicy({
  point: 'deadlines',
  name: 'fallback',
  summary: 'Sends a task whose deadline is near on the cheaper path of its workload.',
  source:
    'Imprecise computation (Liu et al., "Imprecise Computations", Proceedings of the IEEE 82(1), 1994): a result in time before a better one.',
  helps: 'When a lesser answer in time is worth more than a good one late, and there is such a path.',
  hurts:
    'When it acts early: answers are degraded that would have been in time, and work done so far is lost.',
  parameters: z.strictObject(timingParameters()).refine(isOneTiming, ONE_TIMING),
  needs: () => ['deadline', 'fallback'],
  create: (parameters, view): DeadlinePolicy => new FallBack(parameters, view.tasks),
});
