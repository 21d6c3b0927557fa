/**
 * What the fair orders share: whose flow a task belongs to, the flow's weight, and what a task costs its flow. A task
 * is charged as it starts, for the work that is still to do. Where its service does not come to its regular end, what
 * was charged for the time that it did not stay is given back.
 */
import { z } from 'zod';
import { positive } from '../../units/schema.js';
import type { NameReference } from '../definition.js';
import { LANE_BY_TENANT, LANE_BY_WORKLOAD } from '../points.js';
import type { SystemView, TaskView } from '../view.js';

export const byParameter = () =>
  z.enum(['tenant', 'workload']).default('tenant').describe('Between whom service is shared.');

export const weightsParameter = () =>
  z
    .record(z.string(), positive())
    .default({})
    .describe('Weight by name of the tenant or workload; 1 for those not named.');

export const costParameter = () =>
  z
    .enum(['gpu-time', 'time', 'tokens', 'request'])
    .default('gpu-time')
    .describe(
      'What a task counts for: seconds of work times its GPUs, seconds of work, its prompt and output tokens (at least 1), or 1.',
    );

type By = z.output<ReturnType<typeof byParameter>>;
type Cost = z.output<ReturnType<typeof costParameter>>;

export function weightReferences(by: By, weights: Readonly<Record<string, number>>): NameReference[] {
  return Object.keys(weights).map((name) => ({ kind: by, name, path: ['weights', name] }));
}

/** The weight of each name, in the order of the names. */
export function weightsByName(
  names: readonly string[],
  weights: Readonly<Record<string, number>>,
): Float64Array {
  return Float64Array.from(names, (name) => (Object.hasOwn(weights, name) ? weights[name]! : 1));
}

export class Flows {
  /** LANE_BY_… that tells the flows apart. */
  readonly lanes: number;
  readonly weights: Float64Array;
  private readonly tasks: TaskView;
  /** Of the tasks in service, at speed 1. */
  private readonly expectedEndS = new Map<number, number>();

  constructor(
    view: SystemView,
    private readonly by: By,
    private readonly cost: Cost,
    weights: Readonly<Record<string, number>>,
  ) {
    this.tasks = view.tasks;
    this.lanes = by === 'tenant' ? LANE_BY_TENANT : LANE_BY_WORKLOAD;
    this.weights = weightsByName(by === 'tenant' ? view.tenantNames : view.workloadNames, weights);
  }

  of(task: number): number {
    return this.by === 'tenant' ? this.tasks.tenant(task) : this.tasks.workload(task);
  }

  /** What the task costs if it starts now. */
  due(task: number): number {
    return this.costOf(task, this.tasks.remainingWorkS(task), 1);
  }

  /** The task starts: what it costs. */
  start(task: number, nowS: number): number {
    this.expectedEndS.set(task, nowS + this.tasks.remainingWorkS(task));
    return this.due(task);
  }

  /** Its service is over, as expected. */
  served(task: number): void {
    this.expectedEndS.delete(task);
  }

  /** The task gives up its resource: the part of its cost to be given back. */
  stop(task: number, nowS: number): number {
    const endS = this.expectedEndS.get(task);
    if (endS === undefined) return 0;
    this.expectedEndS.delete(task);
    return this.costOf(task, Math.max(0, endS - nowS), 0);
  }

  /** Tokens and requests count by the part of the step that `workS` is; a step without work has the part given. */
  private costOf(task: number, workS: number, partOfNothing: number): number {
    const { tasks } = this;
    switch (this.cost) {
      case 'time':
        return workS;
      case 'gpu-time':
        return workS * tasks.gpus(task);
      case 'tokens':
      case 'request': {
        const whole =
          this.cost === 'request' ? 1 : Math.max(1, tasks.promptTokens(task) + tasks.outputTokens(task));
        const stepS = tasks.stepWorkS(task);
        return whole * (stepS > 0 ? workS / stepS : partOfNothing);
      }
    }
  }
}
