/**
 * What a task asks for is drawn from generators keyed by the task's number in its workload, the visit and the
 * attempt, so no policy can shift another task's draws.
 */
import type { KeyedRandom } from '../kernel/random/keyed.js';
import type { Distribution } from '../kernel/distribution/distribution.js';
import type { StepSpec } from '../model/system.js';
import type { TaskTable } from '../model/task-table.js';
import type { RunState } from './run-state.js';

/** 2^13 visits and 2^7 attempts have draws of their own; more of either repeat the numbers. */
export function drawKey(tasks: TaskTable, row: number): number {
  return ((tasks.visit[row]! & 0x1fff) << 7) | (tasks.attempt[row]! & 0x7f);
}

export function drawOnce(random: KeyedRandom, serial: number, distribution: Distribution): number {
  return distribution.sample(random.at(serial, 0));
}

/** Work of the task's present step, seconds on a resource of speed 1. */
export function drawWork(run: RunState, row: number, step: StepSpec): number {
  const { tasks } = run;
  const workload = run.workloads[tasks.workload[row]!]!;
  const demand = step.work;
  switch (demand.kind) {
    case 'trace': {
      const { arrival } = workload.spec;
      if (arrival.kind !== 'trace' || arrival.table.workS === undefined) throw new Error('work from a trace without work');
      return arrival.table.workS[tasks.origin[row]!]!;
    }
    case 'tokens':
      return (
        demand.baseS +
        demand.perPromptTokenS * tasks.promptTokens[row]! +
        demand.perOutputTokenS * tasks.outputTokens[row]!
      );
    default: {
      const distribution =
        demand.kind === 'distribution'
          ? demand.distribution
          : run.services[run.spec.stages[step.stage]!.resource.index]!.spec.latency;
      const random = workload.draws.work[tasks.step[row]!]!;
      return distribution.sample(random.at(tasks.serial[row]!, drawKey(tasks, row)));
    }
  }
}

/** Units of the resource that the step needs at once. */
export function unitsOf(run: RunState, row: number, step: StepSpec): number {
  if (step.units !== 'trace') return step.units;
  const { arrival } = run.workloads[run.tasks.workload[row]!]!.spec;
  if (arrival.kind !== 'trace' || arrival.table.gpus === undefined) throw new Error('GPUs from a trace without GPUs');
  return arrival.table.gpus[run.tasks.origin[row]!]!;
}

/** The step after the present one, or END. */
export function drawNextStep(run: RunState, row: number): number {
  const { tasks } = run;
  const workload = run.workloads[tasks.workload[row]!]!;
  const { branches } = workload.spec.steps[tasks.step[row]!]!;
  if (branches.length === 1) return branches[0]!.to;
  const draw = workload.draws.branch[tasks.step[row]!]!.at(tasks.serial[row]!, drawKey(tasks, row)).next();
  let i = 0;
  while (i < branches.length - 1 && draw >= branches[i]!.cumulative) i++;
  return branches[i]!.to;
}
