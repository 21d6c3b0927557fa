/** Scenarios of textbook models, in the syntax that users write. */

export const REPLICATIONS = 20;
/** Of the run, from an empty system; many times the relaxation time in every case. */
const WARMUP_FRACTION = 0.1;

/**
 * The run's length by the tasks that arrive in it. The case's name is its seed: no two cases share random numbers,
 * and no seed was chosen.
 */
export function runOf(name: string, tasks: number, arrivalRateHz: number, replications = REPLICATIONS) {
  const duration = tasks / arrivalRateHz;
  return { duration, warmup: WARMUP_FRACTION * duration, replications, seed: name };
}

export const poisson = (rate: number) => ({ process: 'poisson', rate });
export const exponential = (mean: number) => ({ dist: 'exponential', mean });

export interface OneStage {
  readonly name: string;
  /** Arrivals in one replication. */
  readonly tasks: number;
  readonly arrivalRateHz: number;
  readonly servers: number;
  /** A distribution. */
  readonly work: object | number;
  /** In place of a Poisson process. */
  readonly arrival?: object;
  readonly queue?: object;
  readonly patience?: object | number;
  readonly policies?: object;
}

/** One workload at a stage `gpu` of `servers` slots. */
export function oneStage({
  name,
  tasks,
  arrivalRateHz,
  servers,
  work,
  arrival,
  queue,
  patience,
  policies,
}: OneStage) {
  return {
    version: 1,
    name,
    run: runOf(name, tasks, arrivalRateHz),
    pools: { gpu: { slotsPerGpu: servers } },
    stages: { gpu: { pool: 'gpu', queue } },
    workloads: {
      all: { arrival: arrival ?? poisson(arrivalRateHz), patience, workflow: [{ stage: 'gpu', work }] },
    },
    policies,
  };
}

export interface ClassOfTasks {
  readonly arrivalRateHz: number;
  readonly work: object | number;
}

export interface Prioritised {
  readonly name: string;
  readonly tasks: number;
  readonly servers: number;
  /** Highest priority first; workload `class-1` and so on. */
  readonly classes: readonly ClassOfTasks[];
  readonly policies: object;
}

/** Workloads of different priority at a stage `gpu` of `servers` slots. */
export function prioritised({ name, tasks, servers, classes, policies }: Prioritised) {
  const totalHz = classes.reduce((sum, { arrivalRateHz }) => sum + arrivalRateHz, 0);
  return {
    version: 1,
    name,
    run: runOf(name, tasks, totalHz),
    pools: { gpu: { slotsPerGpu: servers } },
    stages: { gpu: { pool: 'gpu' } },
    workloads: Object.fromEntries(
      classes.map(({ arrivalRateHz, work }, index) => [
        `class-${index + 1}`,
        {
          priority: classes.length - index,
          arrival: poisson(arrivalRateHz),
          workflow: [{ stage: 'gpu', work }],
        },
      ]),
    ),
    policies,
  };
}
