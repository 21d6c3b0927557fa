/**
 * Least attained service: who has had the least is next, so that short tasks finish early though nobody knows
 * sizes. With levels it is the discretised 2D-LAS of Tiresias: attained GPU-time decides the queue, and within one
 * queue the first come is first served. Without levels it is plain LAS, also known as foreground-background.
 */
import { z } from 'zod';
import { positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy, Why } from '../points.js';
import type { TaskView } from '../view.js';
import { attained, type Measure, measureParameter } from './service-measure.js';

class LeastAttainedService implements OrderingPolicy {
  readonly structure = 'key';
  readonly rekeys = true;

  constructor(
    private readonly levels: readonly number[],
    private readonly measure: Measure,
    private readonly tasks: TaskView,
  ) {}

  key(task: number): number {
    const service = attained(this.tasks, task, this.measure);
    return this.levels.length === 0 ? service : this.levelOf(service);
  }

  why(task: number): Why {
    const service = attained(this.tasks, task, this.measure);
    const numbers = {
      [this.measure === 'time' ? 'attainedS' : 'attainedGpuS']: service,
      level: this.levelOf(service),
    };
    return { reason: 'least-attained-service', numbers };
  }

  /** Levels that the service has reached, from 0. */
  private levelOf(service: number): number {
    let level = 0;
    while (level < this.levels.length && service >= this.levels[level]!) level++;
    return level;
  }
}

export const las = definePolicy({
  point: 'ordering',
  name: 'las',
  summary: 'Serves the task that has attained the least service at its step so far, exactly or by levels.',
  source:
    'Gu et al., "Tiresias" (NSDI 2019), discretised 2D-LAS, and its simulator, commit b0ef844 (two queues, 3250 GPU-seconds); plain: Nuyens and Wierman, "The foreground-background queue: a survey" (2008).',
  helps: 'With preemption, when sizes are unknown and most tasks are short while a few are very long.',
  hurts:
    'When sizes are alike: all are stopped again and again and finish late together; without preemption it is FIFO.',
  parameters: z.strictObject({
    levels: z
      .array(positiveDurationS())
      .default([3250])
      .refine((levels) => levels.every((level, i) => i === 0 || level > levels[i - 1]!), {
        error: 'expected levels that ascend, for example [10m, 1h]',
      })
      .describe(
        'Attained service from which a task falls to the next lower queue, ascending; []: no queues, the exact order.',
      ),
    measure: measureParameter('gpu-time', 'Attained service of a task'),
  }),
  create: ({ levels, measure }, view): OrderingPolicy =>
    new LeastAttainedService(levels, measure, view.tasks),
});
