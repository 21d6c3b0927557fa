/**
 * What being stopped costs a victim: the parameters that all preemption policies share, the figures that the engine
 * asks for, and estimates of what would be lost, for the choice among victims.
 */
import { z } from 'zod';
import { bytesPerS, durationOrInfinityS, durationS, fraction } from '../../units/schema.js';
import type { Need } from '../definition.js';
import type { PreemptionMode } from '../points.js';
import type { SystemView, TaskView } from '../view.js';

const RECOMPUTE_FRACTION = 0.2;
const CHECKPOINT_INTERVAL_MIN_S = 0.001;
/** One direction of PCI Express 4.0 x16: 16 lanes at 16 GT/s, 128 of 130 bits are data. */
const SWAP_BANDWIDTH = 31.5e9;

export const costParameters = () => ({
  mode: z
    .enum(['resume', 'recompute', 'swap', 'restart', 'restart-task', 'abort'])
    .default('resume')
    .describe(
      'What a victim goes back to. resume: its last checkpoint; recompute: where it was, after doing a part of the work again; swap: where it was, after its memory was moved out and back; restart: the beginning of its step; restart-task: the beginning of its workflow; abort: it is cancelled.',
    ),
  checkpointInterval: durationOrInfinityS()
    .refine((intervalS) => intervalS === 0 || intervalS >= CHECKPOINT_INTERVAL_MIN_S, {
      error: 'expected 0 or a duration of at least 1ms',
    })
    .default(0)
    .describe(
      'In mode resume: work between two checkpoints. 0: progress is always safe, at no cost; inf: none on the way.',
    ),
  checkpointCost: durationS()
    .default(0)
    .describe('In mode resume: time on the resource that one checkpoint takes.'),
  checkpointOnPreempt: z
    .boolean()
    .default(false)
    .describe(
      'In mode resume: whether the victim saves its progress, for the cost of a checkpoint, before it gives way.',
    ),
  resumeCost: durationS()
    .default(0)
    .describe(
      'In mode resume: time on the resource that loading the saved state takes before the work goes on.',
    ),
  recomputeFraction: fraction()
    .default(RECOMPUTE_FRACTION)
    .describe('In mode recompute: part of the work done at the step that is done again before it goes on.'),
  swapBandwidth: bytesPerS()
    .default(SWAP_BANDWIDTH)
    .describe(
      'In mode swap: how fast the memory of a task is moved out, and later back; a workload without `memory` has nothing to move.',
    ),
});

export type CostParameters = z.output<z.ZodObject<ReturnType<typeof costParameters>>>;

const BELONGS_TO = {
  checkpointInterval: 'resume',
  checkpointCost: 'resume',
  checkpointOnPreempt: 'resume',
  resumeCost: 'resume',
  recomputeFraction: 'recompute',
  swapBandwidth: 'swap',
} as const;

/** Refuses parameters of another mode: they would silently do nothing. */
export function checkCosts(parameters: CostParameters, context: z.core.$RefinementCtx): void {
  const byDefault = z.object(costParameters()).parse({});
  for (const name of Object.keys(BELONGS_TO) as (keyof typeof BELONGS_TO)[])
    if (parameters.mode !== BELONGS_TO[name] && parameters[name] !== byDefault[name])
      context.addIssue({
        code: 'custom',
        path: [name],
        message: `\`${name}\` needs mode ${BELONGS_TO[name]}: it means nothing in mode ${parameters.mode}`,
      });
}

/** Swapping moves the task's memory: without any it costs nothing. */
export const needsOf = ({ mode }: Pick<CostParameters, 'mode'>): readonly Need[] =>
  mode === 'swap' ? ['memory'] : [];

export class Costs {
  /** What the engine does with the victim; recompute and swap are resumptions with costs of their own. */
  readonly mode: PreemptionMode;
  readonly checkpointIntervalS: number;
  readonly checkpointCostS: number;
  private readonly tasks: TaskView;

  constructor(
    private readonly parameters: CostParameters,
    private readonly view: SystemView,
  ) {
    const { mode, checkpointInterval, checkpointCost } = parameters;
    this.tasks = view.tasks;
    this.mode = mode === 'recompute' || mode === 'swap' ? 'resume' : mode;
    this.checkpointIntervalS = checkpointInterval;
    this.checkpointCostS = checkpointCost;
  }

  saveS(task: number): number {
    const { mode, checkpointOnPreempt, checkpointCost } = this.parameters;
    switch (mode) {
      case 'resume':
        return checkpointOnPreempt ? checkpointCost : -1;
      case 'recompute':
        return 0;
      case 'swap':
        return this.swapS(task);
      default:
        return -1;
    }
  }

  resumeS(task: number): number {
    const { mode, resumeCost, recomputeFraction } = this.parameters;
    switch (mode) {
      case 'resume':
        return resumeCost;
      case 'recompute':
        return (
          (recomputeFraction * (this.tasks.stepWorkS(task) - this.tasks.remainingWorkS(task))) /
          this.speedOf(task)
        );
      case 'swap':
        return this.swapS(task);
      default:
        return 0;
    }
  }

  /** Work done (as time on the resource) in a stretch that has lasted so long, checkpoints on the way taken off. */
  doneS(stretchS: number): number {
    if (!this.hasCheckpoints()) return stretchS;
    const cycles = this.cyclesIn(stretchS);
    const intoCycleS = stretchS - cycles * (this.checkpointIntervalS + this.checkpointCostS);
    return cycles * this.checkpointIntervalS + Math.min(intoCycleS, this.checkpointIntervalS);
  }

  /** How long a stretch lasts until so much work (as time on the resource) is done in it. */
  stretchS(doneS: number): number {
    if (!this.hasCheckpoints()) return doneS;
    const checkpoints = Math.max(0, Math.ceil(doneS / this.checkpointIntervalS) - 1);
    return doneS + checkpoints * this.checkpointCostS;
  }

  /** GPU-time that stopping the task now would throw away, as far as the present step tells. */
  lostGpuS(task: number, nowS: number): number {
    const { mode, recomputeFraction } = this.parameters;
    const lostS =
      mode === 'recompute'
        ? (recomputeFraction * this.doneAtStepS(task)) / this.speedOf(task)
        : this.unsavedS(this.view.servedS(task, nowS));
    return this.tasks.gpus(task) * lostS;
  }

  /** The part of what the task has done at its step that it would keep if it were stopped now. */
  savedShare(task: number, nowS: number): number {
    const doneS = this.doneAtStepS(task);
    if (doneS <= 0) return 1;
    if (this.mode !== 'resume') return 0;
    const stretchS = this.view.servedS(task, nowS);
    const unsavedS = this.unsavedS(stretchS);
    if (unsavedS === 0) return 1;
    // In units of work, whatever the speed of the resource.
    const inStretchS = this.tasks.remainingWorkS(task) - this.view.remainingNowS(task);
    return 1 - (inStretchS * (unsavedS / this.doneS(stretchS))) / doneS;
  }

  private speedOf(task: number): number {
    return this.view.poolSpeed(this.view.poolOf(this.tasks.stage(task)));
  }

  private doneAtStepS(task: number): number {
    return this.tasks.stepWorkS(task) - this.view.remainingNowS(task);
  }

  private unsavedS(stretchS: number): number {
    const { mode, checkpointOnPreempt } = this.parameters;
    if (mode === 'recompute' || mode === 'swap') return 0;
    if (mode !== 'resume') return stretchS;
    if (checkpointOnPreempt || this.checkpointIntervalS === 0) return 0;
    if (!this.hasCheckpoints()) return stretchS;
    return this.doneS(stretchS) - this.cyclesIn(stretchS) * this.checkpointIntervalS;
  }

  private hasCheckpoints(): boolean {
    return this.checkpointIntervalS > 0 && this.checkpointIntervalS < Number.POSITIVE_INFINITY;
  }

  private cyclesIn(stretchS: number): number {
    return Math.floor(stretchS / (this.checkpointIntervalS + this.checkpointCostS));
  }

  private swapS(task: number): number {
    return this.tasks.memoryBytes(task) / this.parameters.swapBandwidth;
  }
}
