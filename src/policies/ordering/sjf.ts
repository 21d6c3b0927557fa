/** Shortest job first. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy } from '../points.js';
import type { TaskView } from '../view.js';

class ShortestTimeFirst implements OrderingPolicy {
  readonly structure = 'key';

  constructor(private readonly tasks: TaskView) {}

  key(task: number): number {
    return this.tasks.remainingWorkS(task);
  }
}

class ShortestGpuTimeFirst implements OrderingPolicy {
  readonly structure = 'key';

  constructor(private readonly tasks: TaskView) {}

  key(task: number): number {
    return this.tasks.remainingWorkS(task) * this.tasks.gpus(task);
  }
}

export const sjf = definePolicy({
  point: 'ordering',
  name: 'sjf',
  summary: 'Serves the task with the least work left at this step.',
  source:
    'Smith (1956); Phipps (1956) for the M/G/1 queue. Measure gpu-time: shortest remaining service first of Tiresias (NSDI 2019) without preemption.',
  helps: 'To cut the mean latency when sizes differ much and are known.',
  hurts: 'The largest tasks: they wait while any smaller one does; and where sizes are only guessed.',
  parameters: z.strictObject({
    measure: z
      .enum(['time', 'gpu-time'])
      .default('time')
      .describe('Size of a task: seconds of work left, or those times its GPUs.'),
  }),
  create: ({ measure }, view): OrderingPolicy =>
    measure === 'time' ? new ShortestTimeFirst(view.tasks) : new ShortestGpuTimeFirst(view.tasks),
});
