/** Refuses a task whose first queue is full: the loss system of queueing theory. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { ADMIT, type AdmissionPolicy, REFUSE } from '../points.js';
import type { SystemView } from '../view.js';

class BoundedQueue implements AdmissionPolicy {
  /** When room appears depends on the service, which the policy does not know. */
  readonly retryAfterS = 0;

  constructor(
    private readonly capacity: number,
    private readonly view: SystemView,
  ) {}

  decide(task: number): number {
    const stage = this.view.entryStage(this.view.tasks.workload(task));
    return this.view.queueLength(stage) >= this.capacity ? REFUSE : ADMIT;
  }
}

export const boundedQueue = definePolicy({
  point: 'admission',
  name: 'bounded-queue',
  summary: 'Refuses a task when as many tasks as the capacity already wait at its first stage.',
  source: 'The finite queue of M/M/c/K (Kleinrock, Queueing Systems I, 3.6): K = c + capacity.',
  helps: 'Under overload: bounds the wait of what is let in, and tells the rest at once.',
  hurts:
    'With bursts that a longer queue would have absorbed, and when important tasks find it full of others.',
  parameters: z.strictObject({
    capacity: count().default(100).describe('Tasks that may wait in the queue of the first stage.'),
  }),
  create: (parameters, view): AdmissionPolicy => new BoundedQueue(parameters.capacity, view),
});
