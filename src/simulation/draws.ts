/**
 * What a task asks for is drawn from generators keyed by the task's number in its workload, the visit and the
 * attempt, so no policy can shift another task's draws.
 */

import type { Distribution } from '../kernel/distribution/distribution.js';
import type { KeyedRandom } from '../kernel/random/keyed.js';
import { END } from '../model/system.js';
import { F, N, type TaskTable } from '../model/task-table.js';
import type { TraceTable } from '../model/trace-table.js';
import { beginningOf } from './effects.js';
import { firstAttempt } from './hedging.js';
import { drawAloneS, foreseeContext } from './requests.js';
import type { RunState } from './run-state.js';
import type { StepState } from './step-state.js';

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
    if (key !== FIRST_KEY || at < 0 || at > AHEAD)
      return this.distribution.sample(this.random.at(serial, key));
    if (at === AHEAD) {
      this.from = serial;
      this.drawAhead();
      return this.ahead[0]!;
    }
    return this.ahead[at]!;
  }

  private drawAhead(): void {
    const { ahead, distribution, random, from } = this;
    if (distribution.transform !== undefined) {
      random.fillFirst(from, FIRST_KEY, ahead);
      distribution.transform(ahead);
    } else {
      for (let i = 0; i < AHEAD; i++) ahead[i] = distribution.sample(random.at(from + i, FIRST_KEY));
    }
  }
}

/** Work of the task's present step, seconds on a resource of speed 1. */
export function drawWork(run: RunState, task: number, step: StepState): number {
  const { tasks } = run;
  if (step.drawn) return step.workDraws.of(tasks.f[task + F.serial]!, drawKey(tasks, task));
  const demand = step.work;
  if (demand.kind === 'tokens') {
    const promptS = demand.perPromptTokenS * tasks.f[task + F.promptTokens]!;
    return demand.baseS + promptS + demand.perOutputTokenS * tasks.f[task + F.outputTokens]!;
  }
  if (demand.kind === 'request') return drawAloneS(run, task, step);
  return traceOf(run, task, 'workS')[tasks.n[task + N.origin]!]!;
}

/** Units of the resource that the step needs at once. */
export function unitsOf(run: RunState, task: number, step: StepState): number {
  if (step.units > 0) return step.units;
  const row = run.tasks.n[task + N.origin]!;
  const { arrival } = run.workloads[run.tasks.n[task + N.workload]!]!.spec;
  if (arrival.kind !== 'trace') throw new Error('units from a trace that is not there');
  return tracedGpus(arrival.table, row, step.unitsPerTraced);
}

/** Units that a row of a trace asks for: of one GPU perhaps a part, rounded to whole slices. */
export function tracedGpus({ gpus, gpuShare }: TraceTable, row: number, unitsPerGpu: number): number {
  const count = gpus === undefined ? 1 : gpus[row]!;
  if (gpuShare === undefined || count !== 1) return count * unitsPerGpu;
  return Math.max(1, Math.round(gpuShare[row]! * unitsPerGpu));
}

/** What a row of the task's trace says, where the step goes by it. */
export function tracedNeed(run: RunState, task: number, column: 'cpus' | 'hostBytes' | 'hardware'): number {
  return traceOf(run, task, column)[run.tasks.n[task + N.origin]!]!;
}

function traceOf<C extends 'workS' | 'cpus' | 'hostBytes' | 'hardware'>(
  run: RunState,
  task: number,
  column: C,
): NonNullable<TraceTable[C]> {
  const { arrival, name } = run.workloads[run.tasks.n[task + N.workload]!]!.spec;
  const values = arrival.kind === 'trace' ? arrival.table[column] : undefined;
  if (values === undefined) throw new Error(`workload ${name} has no trace with ${column}`);
  return values;
}

/** The step after the present one, or END. */
export function drawNextStep(run: RunState, task: number): number {
  const { tasks } = run;
  const { next, cumulative, branchDraws } = run.steps[tasks.n[task + N.step]!]!;
  if (next.length === 1) return next[0]!;
  const draw = branchDraws.at(tasks.f[task + F.serial]!, drawKey(tasks, task)).next();
  let i = 0;
  while (i < next.length - 1 && draw >= cumulative[i]!) i++;
  return next[i]!;
}

/** Whether the attempt at the present step, just over, is an error that happens in this fraction of attempts. */
export function drawError(run: RunState, task: number, fraction: number): boolean {
  if (fraction === 0) return false;
  const { tasks } = run;
  const { errorDraws } = run.steps[tasks.n[task + N.step]!]!;
  return errorDraws.at(tasks.f[task + F.serial]!, drawKey(tasks, task)).next() < fraction;
}

/** Steps of a way that are looked at: a loop may be long. */
const STEPS_AHEAD_MAX = 10_000;

/**
 * What the task's way from its first step takes if nothing fails, seconds of service; in GPU-time, seconds in pools
 * times units. The draws are those that the task will meet, since they belong to it.
 */
export function serviceAheadS(run: RunState, task: number, inGpuTime: boolean): number {
  const { f, n } = run.tasks;
  const visit = n[task + N.visit]!;
  const attempt = n[task + N.attempt]!;
  const present = n[task + N.step]!;
  const contextTokens = f[task + F.contextTokens]!;
  f[task + F.contextTokens] = 0;
  n[task + N.visit] = beginningOf(run, task);
  n[task + N.attempt] = firstAttempt(run, task);
  let sumS = 0;
  let at = run.workloads[n[task + N.workload]!]!.firstStep;
  for (let i = 0; at !== END && i < STEPS_AHEAD_MAX; i++) {
    const step = run.steps[at]!;
    n[task + N.step] = at;
    if (step.stage?.pool) {
      const tookS = drawWork(run, task, step) / step.stage.pool.speed;
      sumS += inGpuTime ? tookS * unitsOf(run, task, step) : tookS;
    } else if (!inGpuTime) {
      sumS += drawWork(run, task, step);
    }
    if (step.work.kind === 'request') foreseeContext(run, task, step);
    at = drawNextStep(run, task);
    n[task + N.visit]!++;
  }
  n[task + N.visit] = visit;
  n[task + N.attempt] = attempt;
  n[task + N.step] = present;
  f[task + F.contextTokens] = contextTokens;
  return sumS;
}
