/**
 * What a task asks for is drawn from generators keyed by the task's number in its workload, the visit and the
 * attempt, so no policy can shift another task's draws.
 */
import type { KeyedRandom } from '../kernel/random/keyed.js';
import type { Distribution } from '../kernel/distribution/distribution.js';
import type { StepSpec, SystemSpec } from '../model/system.js';
import { F, N, type TaskTable } from '../model/task-table.js';
import type { RunState } from './run-state.js';

/** 2^13 visits and 2^7 attempts have draws of their own; more of either repeat the numbers. */
export function drawKey(tasks: TaskTable, task: number): number {
  return ((tasks.n[task + N.visit]! & 0x1fff) << 7) | (tasks.n[task + N.attempt]! & 0x7f);
}

export function drawOnce(random: KeyedRandom, serial: number, distribution: Distribution): number {
  return distribution.sample(random.at(serial, 0));
}

/** Draws made ahead at a time. */
const AHEAD = 64;
/** Draw key of the first visit at the first attempt. */
const FIRST_KEY = 1;

/**
 * What tasks draw from a distribution at a step. The first draws of consecutive tasks are made many at a time, so
 * that they overlap in the processor; they are the same numbers as one by one, since each is keyed by its task.
 */
export class StepDraws {
  private readonly ahead = new Float64Array(AHEAD);
  /** Serial number that the first value ahead belongs to. */
  private from = -AHEAD;

  constructor(
    private readonly random: KeyedRandom,
    private readonly distribution: Distribution,
  ) {}

  of(serial: number, key: number): number {
    const at = serial - this.from;
    if (key !== FIRST_KEY || at < 0 || at > AHEAD) return this.distribution.sample(this.random.at(serial, key));
    if (at === AHEAD) {
      for (let i = 0; i < AHEAD; i++) this.ahead[i] = this.distribution.sample(this.random.at(serial + i, FIRST_KEY));
      this.from = serial;
      return this.ahead[0]!;
    }
    return this.ahead[at]!;
  }
}

/** The distribution that a step's work is drawn from; null where it is not drawn. */
export function distributionOf(spec: SystemSpec, step: StepSpec): Distribution | null {
  if (step.work.kind === 'distribution') return step.work.distribution;
  return step.work.kind === 'service' ? spec.services[spec.stages[step.stage]!.resource.index]!.latency : null;
}

/** Work of the task's present step, seconds on a resource of speed 1. */
export function drawWork(run: RunState, task: number, step: StepSpec): number {
  const { tasks } = run;
  const workload = run.workloads[tasks.n[task + N.workload]!]!;
  const demand = step.work;
  switch (demand.kind) {
    case 'trace': {
      const { arrival } = workload.spec;
      if (arrival.kind !== 'trace' || arrival.table.workS === undefined) throw new Error('work from a trace without work');
      return arrival.table.workS[tasks.n[task + N.origin]!]!;
    }
    case 'tokens':
      return (
        demand.baseS +
        demand.perPromptTokenS * tasks.f[task + F.promptTokens]! +
        demand.perOutputTokenS * tasks.f[task + F.outputTokens]!
      );
    default: {
      const draws = workload.draws.work[tasks.n[task + N.step]!]!;
      return draws.of(tasks.f[task + F.serial]!, drawKey(tasks, task));
    }
  }
}

/** Units of the resource that the step needs at once. */
export function unitsOf(run: RunState, task: number, step: StepSpec): number {
  if (step.units !== 'trace') return step.units;
  const { arrival } = run.workloads[run.tasks.n[task + N.workload]!]!.spec;
  if (arrival.kind !== 'trace' || arrival.table.gpus === undefined) throw new Error('GPUs from a trace without GPUs');
  return arrival.table.gpus[run.tasks.n[task + N.origin]!]!;
}

/** The step after the present one, or END. */
export function drawNextStep(run: RunState, task: number): number {
  const { tasks } = run;
  const workload = run.workloads[tasks.n[task + N.workload]!]!;
  const { branches } = workload.spec.steps[tasks.n[task + N.step]!]!;
  if (branches.length === 1) return branches[0]!.to;
  const draw = workload.draws.branch[tasks.n[task + N.step]!]!.at(tasks.f[task + F.serial]!, drawKey(tasks, task)).next();
  let i = 0;
  while (i < branches.length - 1 && draw >= branches[i]!.cumulative) i++;
  return branches[i]!.to;
}
