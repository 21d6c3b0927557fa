/** What keeps preemption from thrashing, whoever may preempt whom: the parameters and the state of the guards. */
import type { z } from 'zod';
import { count, durationS } from '../../units/schema.js';
import type { SystemView, TaskView } from '../view.js';
import type { WakeTimer } from './wake-timer.js';

export const guardParameters = () => ({
  minRunTime: durationS()
    .default(0)
    .describe('A task that has begun to run is left alone for so long; 0: it is not.'),
  maxPreemptions: count()
    .optional()
    .describe('A task that was preempted so many times is left alone. Omitted: no limit.'),
  cooldown: durationS()
    .default(0)
    .describe('After a preemption in a pool nobody else is stopped there for so long; 0: no pause.'),
});

export type GuardParameters = z.output<z.ZodObject<ReturnType<typeof guardParameters>>>;

export class Guards {
  private readonly tasks: TaskView;
  private readonly preemptionsMax: number;
  private readonly isTimed: boolean;
  /** By pool: when the last cooldown is over. */
  private readonly coolAtS: Float64Array;

  constructor(
    private readonly parameters: GuardParameters,
    private readonly view: SystemView,
    private readonly timer: WakeTimer,
  ) {
    const { minRunTime, maxPreemptions, cooldown } = parameters;
    this.tasks = view.tasks;
    this.preemptionsMax = maxPreemptions ?? Number.POSITIVE_INFINITY;
    this.isTimed = minRunTime > 0 || cooldown > 0;
    this.coolAtS = new Float64Array(view.poolNames.length);
  }

  /** Whether the victim may be stopped now; where time alone will allow it, the queues are woken then. */
  allow(victim: number, nowS: number): boolean {
    if (this.tasks.preemptions(victim) >= this.preemptionsMax) return false;
    if (!this.isTimed) return true;
    const fromS = Math.max(
      this.tasks.startedAtS(victim) + this.parameters.minRunTime,
      this.coolAtS[this.poolOf(victim)]!,
    );
    if (nowS >= fromS) return true;
    this.timer.by(fromS);
    return false;
  }

  /** The candidate stops somebody in the pool that it waits for; who that is may be gone by now. */
  note(candidate: number, nowS: number): void {
    this.coolAtS[this.poolOf(candidate)] = nowS + this.parameters.cooldown;
  }

  private poolOf(task: number): number {
    return this.view.poolOf(this.tasks.stage(task));
  }
}
