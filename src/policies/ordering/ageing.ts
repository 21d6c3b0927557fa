/**
 * Priority that grows with waiting.
 *
 * A task of priority p that joined the queue at q has the effective priority p + (t − q)/interval at time t. The
 * term t/interval is the same for all that wait, so the order of two tasks never changes while both wait: it is the
 * order of q/interval − p, known when the task joins. A key that is read once is therefore exact, and nothing has
 * to be sorted again as time goes on (Kleinrock's delay-dependent priorities with equal slopes).
 */
import { z } from 'zod';
import { positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy } from '../points.js';
import type { TaskView } from '../view.js';

class AgeingOrder implements OrderingPolicy {
  readonly structure = 'key';

  constructor(
    private readonly intervalS: number,
    private readonly tasks: TaskView,
  ) {}

  /** Read as the task joins the queue, so `nowS` is q. */
  key(task: number, nowS: number): number {
    return nowS / this.intervalS - this.tasks.priority(task);
  }
}

export const ageing = definePolicy({
  point: 'ordering',
  name: 'ageing',
  summary: 'Priority that grows by 1 for each interval of waiting in the queue.',
  source:
    'Kleinrock, "A delay dependent queue discipline" (1964), equal slopes; Holtzman, "Bounds for a dynamic-priority queue" (1971).',
  helps:
    'To bound what priority does to the rest: d levels of priority are worth at most d intervals of waiting.',
  hurts: 'Under lasting overload: with everyone old it becomes FIFO, and urgent work waits with the rest.',
  parameters: z.strictObject({
    interval: positiveDurationS().default(60).describe('Waiting time that is worth one level of priority.'),
  }),
  create: ({ interval }, view): OrderingPolicy => new AgeingOrder(interval, view.tasks),
});
