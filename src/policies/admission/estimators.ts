/**
 * Guesses, made when a task comes, of what its attempt will take: tokens, GPU-seconds, bytes, seconds of service.
 * They are learnt per workload from attempts that have been completed, or declared in the scenario. Attempts that
 * were cut short teach nothing: what they would have taken is not known.
 */
import { z } from 'zod';
import { exp, ln1p, normalQuantile } from '../../kernel/math.js';
import { count, fraction } from '../../units/schema.js';
import type { PolicyRuntime, TaskRandom } from '../runtime.js';
import type { TaskView } from '../view.js';

/** Attempts: each workload has a window of its own. */
const WINDOW_MAX = 100_000;

export interface Estimator {
  /** What the task's attempt will take of a quantity, in the quantity's unit. */
  estimate(task: number, quantity: number): number;
  /** A completed attempt of the workload has taken so much. */
  learn(workload: number, quantity: number, actual: number): void;
}

/** What is estimated: quantities are numbered from 0. */
export interface Quantities {
  readonly count: number;
  /** The number in the parameters; 0 where there is none. */
  declared(workload: number, quantity: number): number;
  /** What the attempt will really take, if nothing fails; NaN where nobody can tell. */
  truth(task: number, quantity: number): number;
}

export interface EstimatorParameters {
  readonly estimator: EstimatorName;
  readonly quantile: number;
  readonly window: number;
  readonly cv: number;
}

interface Setting {
  readonly parameters: EstimatorParameters;
  readonly quantities: Quantities;
  readonly workloads: number;
  readonly tasks: TaskView;
  readonly runtime: PolicyRuntime;
}

/** The number that the scenario declares, whatever happens. */
class Declared implements Estimator {
  constructor(
    private readonly quantities: Quantities,
    private readonly tasks: TaskView,
  ) {}

  estimate(task: number, quantity: number): number {
    return this.quantities.declared(this.tasks.workload(task), quantity);
  }

  learn(): void {}
}

/** The mean of the workload's completed attempts; before the first, the declared number. */
class ClassMean implements Estimator {
  private readonly means: readonly RunningMean[];

  constructor(private readonly setting: Setting) {
    const { workloads, quantities } = setting;
    this.means = Array.from({ length: workloads * quantities.count }, () => new RunningMean());
  }

  estimate(task: number, quantity: number): number {
    const { tasks, quantities } = this.setting;
    const workload = tasks.workload(task);
    return this.means[workload * quantities.count + quantity]!.or(quantities.declared(workload, quantity));
  }

  learn(workload: number, quantity: number, actual: number): void {
    this.means[workload * this.setting.quantities.count + quantity]!.add(actual);
  }
}

/** A quantile of the workload's last completed attempts; before the first, the declared number. */
class RollingQuantile implements Estimator {
  private readonly windows: readonly RollingWindow[];

  constructor(private readonly setting: Setting) {
    const { workloads, quantities, parameters } = setting;
    this.windows = Array.from(
      { length: workloads * quantities.count },
      () => new RollingWindow(parameters.window),
    );
  }

  estimate(task: number, quantity: number): number {
    const { tasks, quantities, parameters } = this.setting;
    const workload = tasks.workload(task);
    const window = this.windows[workload * quantities.count + quantity]!;
    return window.size === 0 ? quantities.declared(workload, quantity) : window.quantile(parameters.quantile);
  }

  learn(workload: number, quantity: number, actual: number): void {
    this.windows[workload * this.setting.quantities.count + quantity]!.add(actual);
  }
}

/**
 * The truth times a lognormal error of mean 1: one error a task, the same for all its quantities and every time it
 * comes. What nobody can tell is the class mean times that error.
 */
class NoisyOracle implements Estimator {
  private readonly sigma: number;
  private readonly random: TaskRandom;
  private readonly known: ClassMean;

  constructor(private readonly setting: Setting) {
    this.sigma = Math.sqrt(ln1p(setting.parameters.cv * setting.parameters.cv));
    this.random = setting.runtime.random('estimate');
    this.known = new ClassMean(setting);
  }

  estimate(task: number, quantity: number): number {
    const truth = this.setting.quantities.truth(task, quantity);
    const error = exp(
      this.sigma * normalQuantile(this.random.of(task).next()) - (this.sigma * this.sigma) / 2,
    );
    return (Number.isNaN(truth) ? this.known.estimate(task, quantity) : truth) * error;
  }

  learn(workload: number, quantity: number, actual: number): void {
    this.known.learn(workload, quantity, actual);
  }
}

const NAMES = ['declared', 'class-mean', 'rolling-quantile', 'noisy-oracle'] as const;

export type EstimatorName = (typeof NAMES)[number];

const ESTIMATORS: Readonly<Record<EstimatorName, (setting: Setting) => Estimator>> = {
  declared: ({ quantities, tasks }) => new Declared(quantities, tasks),
  'class-mean': (setting) => new ClassMean(setting),
  'rolling-quantile': (setting) => new RollingQuantile(setting),
  'noisy-oracle': (setting) => new NoisyOracle(setting),
};

export const makeEstimator = (setting: Setting): Estimator =>
  ESTIMATORS[setting.parameters.estimator](setting);

/** The parameters of a policy that estimates. */
export const estimatorParameters = (byDefault: EstimatorName) => ({
  estimator: z
    .enum(NAMES)
    .default(byDefault)
    .describe(
      'Where estimates are from: `declared`; the mean of the workload’s completed attempts; a quantile of the last ones; or the truth with an error.',
    ),
  quantile: fraction()
    .default(0.9)
    .describe('With rolling-quantile: which quantile; the higher, the more cautious.'),
  window: count()
    .max(WINDOW_MAX)
    .default(100)
    .describe('With rolling-quantile: completed attempts looked back at.'),
  cv: z
    .number({ error: 'expected a number of at least 0' })
    .min(0)
    .default(0.3)
    .describe('With noisy-oracle: standard deviation of the error, over its mean.'),
});

/** The mean of numbers that come one by one. */
export class RunningMean {
  count = 0;
  private sum = 0;

  add(value: number): void {
    this.count++;
    this.sum += value;
  }

  /** The mean, or the other number where nothing came yet. */
  or(otherwise: number): number {
    return this.count === 0 ? otherwise : this.sum / this.count;
  }

  clear(): void {
    this.count = 0;
    this.sum = 0;
  }
}

/** The last numbers, kept sorted. */
export class RollingWindow {
  size = 0;
  private next = 0;
  private readonly latest: Float64Array;
  private readonly sorted: Float64Array;

  constructor(length: number) {
    this.latest = new Float64Array(length);
    this.sorted = new Float64Array(length);
  }

  add(value: number): void {
    const { latest, sorted } = this;
    let at: number;
    if (this.size < latest.length) at = this.size++;
    else at = this.positionOf(latest[this.next]!);
    // The hole left by the oldest number (or the end) moves to where the new one belongs.
    for (; at > 0 && sorted[at - 1]! > value; at--) sorted[at] = sorted[at - 1]!;
    for (; at < this.size - 1 && sorted[at + 1]! < value; at++) sorted[at] = sorted[at + 1]!;
    sorted[at] = value;
    latest[this.next] = value;
    this.next = (this.next + 1) % latest.length;
  }

  /** The nearest-rank quantile: the smallest number that at least the fraction `p` of all do not exceed. */
  quantile(p: number): number {
    // A rank that is whole but for rounding is that rank.
    return this.sorted[Math.max(0, Math.ceil(p * this.size - 1e-9) - 1)]!;
  }

  private positionOf(value: number): number {
    let low = 0;
    let high = this.size - 1;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.sorted[middle]! < value) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
