/** Shortest job first. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy, Why } from '../points.js';
import type { SystemView } from '../view.js';
import { type Measure, measureParameter, widthOf } from './service-measure.js';
import { errorCvParameter, SizeEstimate } from './size-estimate.js';

class ShortestJobFirst implements OrderingPolicy {
  readonly structure = 'key';

  constructor(
    private readonly estimate: SizeEstimate,
    private readonly measure: Measure,
    private readonly view: SystemView,
  ) {}

  key(task: number): number {
    return this.estimate.remainingS(task) * widthOf(this.view.tasks, task, this.measure);
  }

  why(task: number): Why {
    const { tasks } = this.view;
    const numbers = {
      estimateS: this.estimate.remainingS(task),
      trueS: tasks.remainingWorkS(task),
      gpus: tasks.gpus(task),
    };
    return { reason: 'shortest-job', numbers };
  }
}

export const sjf = definePolicy({
  point: 'ordering',
  name: 'sjf',
  summary: 'Serves the task with the least work left at this step, as estimated when it joins the queue.',
  source:
    'Smith (1956); Phipps (1956) for the M/G/1 queue. Measure gpu-time: shortest remaining service first of Tiresias (NSDI 2019) without preemption.',
  helps: 'To cut the mean latency when sizes differ much and are known.',
  hurts: 'The largest tasks: they wait while any smaller one does; and where sizes are only guessed.',
  parameters: z.strictObject({
    measure: measureParameter('time', 'Size of a task'),
    errorCv: errorCvParameter(),
  }),
  create: ({ measure, errorCv }, view, runtime): OrderingPolicy =>
    new ShortestJobFirst(new SizeEstimate(view, runtime, errorCv), measure, view),
});
