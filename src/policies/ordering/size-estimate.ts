/**
 * What a scheduler believes about the size of a task's present step. The guess is the true size times a lognormal
 * error of median 1, so that too much and too little are equally likely: the error model of Dell'Amico, Carra and
 * Michiardi, "PSBS: Practical size-based scheduling" (2016), who give its sigma; sigma² = ln(1 + cv²). The error
 * belongs to the task and the stage: every policy of a run that guesses with the same cv guesses the same.
 */
import { z } from 'zod';
import { exp, ln1p, normalQuantile } from '../../kernel/math.js';
import type { PolicyRuntime, TaskRandom } from '../runtime.js';
import type { SystemView, TaskView } from '../view.js';

export const errorCvParameter = () =>
  z
    .number({ error: 'expected a number of at least 0' })
    .min(0, { error: 'expected a number of at least 0' })
    .default(0)
    .describe(
      'Coefficient of variation of the lognormal factor between estimated and true size; 0: sizes are known exactly.',
    );

export class SizeEstimate {
  private readonly tasks: TaskView;
  private readonly random: TaskRandom;
  private readonly sigma: number;

  constructor(
    private readonly view: SystemView,
    runtime: PolicyRuntime,
    errorCv: number,
  ) {
    this.tasks = view.tasks;
    this.random = runtime.random('size-estimate');
    this.sigma = Math.sqrt(ln1p(errorCv * errorCv));
  }

  /** The whole step, seconds of work. */
  sizeS(task: number): number {
    return this.tasks.stepWorkS(task) * this.factor(task);
  }

  /** What is left of it for a task that waits; 0 for one that was thought to be done by now. */
  remainingS(task: number): number {
    return this.left(task, this.tasks.remainingWorkS(task));
  }

  /** The same for a task that may be running: what it has done up to this moment is taken off. */
  remainingNowS(task: number): number {
    return this.left(task, this.view.remainingNowS(task));
  }

  private left(task: number, trulyS: number): number {
    if (this.sigma === 0) return trulyS;
    const attainedS = this.tasks.stepWorkS(task) - trulyS;
    return Math.max(0, this.sizeS(task) - attainedS);
  }

  private factor(task: number): number {
    if (this.sigma === 0) return 1;
    const stage = Math.max(0, this.tasks.stage(task));
    return exp(this.sigma * normalQuantile(this.random.of(task, stage).next()));
  }
}
