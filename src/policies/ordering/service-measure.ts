/** In what the size-based orders measure a task: time on its resource, or that times its GPUs. */
import { z } from 'zod';
import type { TaskView } from '../view.js';

export const measureParameter = (byDefault: 'time' | 'gpu-time', what: string) =>
  z
    .enum(['time', 'gpu-time'])
    .default(byDefault)
    .describe(`${what}: seconds of work, or those times its GPUs.`);

export type Measure = z.output<ReturnType<typeof measureParameter>>;

/** By what the seconds of a task are multiplied. */
export function widthOf(tasks: TaskView, task: number, measure: Measure): number {
  return measure === 'time' ? 1 : tasks.gpus(task);
}

/** What a waiting task has got at its present step and not lost again. */
export function attained(tasks: TaskView, task: number, measure: Measure): number {
  return (tasks.stepWorkS(task) - tasks.remainingWorkS(task)) * widthOf(tasks, task, measure);
}
