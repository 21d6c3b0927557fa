/** Shortest remaining processing time first, by estimated sizes. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy, Why } from '../points.js';
import type { SystemView } from '../view.js';
import { attained, type Measure, measureParameter, widthOf } from './service-measure.js';
import { errorCvParameter, SizeEstimate } from './size-estimate.js';

class ShortestRemainingFirst implements OrderingPolicy {
  readonly structure = 'key';
  readonly rekeys = true;

  constructor(
    private readonly estimate: SizeEstimate,
    private readonly measure: Measure,
    private readonly view: SystemView,
  ) {}

  /** A task that has outlived its estimate has 0 left and stays in front until it is done. */
  key(task: number): number {
    return this.estimate.remainingS(task) * widthOf(this.view.tasks, task, this.measure);
  }

  why(task: number): Why {
    const { tasks } = this.view;
    const remainingS = this.estimate.remainingS(task);
    const numbers = {
      remainingEstimateS: remainingS,
      sizeEstimateS: this.estimate.sizeS(task),
      attainedS: attained(tasks, task, 'time'),
      gpus: tasks.gpus(task),
    };
    return { reason: remainingS > 0 ? 'shortest-remaining' : 'outlived-its-estimate', numbers };
  }
}

export const srpt = definePolicy({
  point: 'ordering',
  name: 'srpt',
  summary: 'Serves the task with the least estimated work left; a preempted one keeps what it has attained.',
  source:
    'Schrage, "A proof of the optimality of the SRPT discipline" (1968); estimates as in Dell\'Amico et al., PSBS (2016). Measure gpu-time: SRSF of Tiresias (NSDI 2019).',
  helps: 'With preemption: no order has fewer tasks in the system, and so a smaller mean latency.',
  hurts:
    'With poor estimates of heavy-tailed sizes: a large task thought small keeps everyone waiting until it is done.',
  parameters: z.strictObject({
    measure: measureParameter('time', 'Size of a task'),
    errorCv: errorCvParameter(),
  }),
  create: ({ measure, errorCv }, view, runtime): OrderingPolicy =>
    new ShortestRemainingFirst(new SizeEstimate(view, runtime, errorCv), measure, view),
});
