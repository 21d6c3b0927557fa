/** A number of a task that is never used again: a second copy of the task has the same one. */
import type { TaskView } from './view.js';

/** Copies have the serial of their task plus a half. Exact for 2^21 workloads of 2^32 tasks. */
const TASKS_MAX = 2 ** 32;

export const taskKey = (tasks: TaskView, task: number): number =>
  tasks.workload(task) * TASKS_MAX + Math.floor(tasks.serial(task));
