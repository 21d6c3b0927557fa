/**
 * CoDel: controlled delay. The wait of the task that is next to be served tells whether a queue does good (a burst,
 * soon worked off) or harm (a standing queue, which only makes everybody late); a standing queue is shortened.
 *
 * - `rfc8289`: when waits have been at least `target` for an `interval`, one task is dropped, and more of them, the
 *   n-th interval/sqrt(n) after the one before, until a wait is below the target. This is the pseudocode of RFC 8289,
 *   section 5, with one task for a packet of the largest size; where its loop goes on to the next packet after a drop,
 *   the engine asks again.
 * - `controlled-delay-server`: the variant of Facebook's servers (Maurer, "Fail at Scale", 2015). A task may wait for
 *   `interval` if the queue was empty at some moment of the `interval` before it came, else for `target`.
 */
import { z } from 'zod';
import { positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { ADMIT, type AdmissionPolicy, type Why } from '../points.js';
import type { SystemView } from '../view.js';

/** What watches one queue. */
interface QueueControl {
  /** A task is about to join the queue, which is empty. */
  noteEmpty(nowS: number): void;
  /** Whether to drop the task that is next to be served; `behind` tasks wait behind it. */
  drop(queuedAtS: number, behind: number, nowS: number): boolean;
  /** Of the last answer. */
  why(): Why;
}

const NOT_ABOVE = Number.POSITIVE_INFINITY;
/** An episode that begins so many intervals after the last drop takes up the pace of the one before. */
const PACE_KEPT_INTERVALS = 16;

/** The queue of RFC 8289; names are those of its pseudocode. */
export class CoDelQueue implements QueueControl {
  private dropping = false;
  /** n of the control law. */
  private count = 0;
  private lastCount = 0;
  private dropNextS = 0;
  /** When waits will have been above the target for an interval. */
  private firstAboveS = NOT_ABOVE;
  /** The last answer was a drop of an episode under way: if the next task may be dropped, the law moves on. */
  private isDue = false;
  private waitS = 0;

  constructor(
    private readonly targetS: number,
    private readonly intervalS: number,
  ) {}

  noteEmpty(): void {
    this.firstAboveS = NOT_ABOVE;
  }

  drop(queuedAtS: number, behind: number, nowS: number): boolean {
    this.waitS = nowS - queuedAtS;
    const mayDrop = this.isLongAbove(behind, nowS);
    if (!this.dropping) return mayDrop && this.beginDropping(nowS);
    if (!mayDrop) {
      this.dropping = false;
      this.isDue = false;
      return false;
    }
    if (this.isDue) this.dropNextS = this.controlLaw(this.dropNextS);
    this.isDue = nowS >= this.dropNextS;
    if (this.isDue) this.count++;
    return this.isDue;
  }

  why(): Why {
    return {
      reason: this.dropping ? 'standing-queue' : 'no-standing-queue',
      numbers: { waitS: this.waitS, ...(this.dropping ? { drops: this.count } : {}) },
    };
  }

  /** The last tasks of a queue are spared, as the last packet is: they hold up nobody. */
  private isLongAbove(behind: number, nowS: number): boolean {
    if (this.waitS < this.targetS || behind <= 1) {
      this.firstAboveS = NOT_ABOVE;
      return false;
    }
    if (this.firstAboveS !== NOT_ABOVE) return nowS >= this.firstAboveS;
    this.firstAboveS = nowS + this.intervalS;
    return false;
  }

  private beginDropping(nowS: number): boolean {
    const delta = this.count - this.lastCount;
    const keepsPace = delta > 1 && nowS - this.dropNextS < PACE_KEPT_INTERVALS * this.intervalS;
    this.dropping = true;
    this.count = keepsPace ? delta : 1;
    this.lastCount = this.count;
    this.dropNextS = this.controlLaw(nowS);
    return true;
  }

  private controlLaw(fromS: number): number {
    return fromS + this.intervalS / Math.sqrt(this.count);
  }
}

/** A queue with a time-out that depends on when it was last empty. */
export class TimedOutQueue implements QueueControl {
  private lastEmptyS = 0;
  private waitS = 0;
  private timeoutS = 0;

  constructor(
    private readonly targetS: number,
    private readonly intervalS: number,
  ) {}

  noteEmpty(nowS: number): void {
    this.lastEmptyS = nowS;
  }

  /** The queue has not been empty since the task joined it, so the time-out is what it was then. */
  drop(queuedAtS: number, _behind: number, nowS: number): boolean {
    this.waitS = nowS - queuedAtS;
    this.timeoutS = this.lastEmptyS < queuedAtS - this.intervalS ? this.targetS : this.intervalS;
    return this.waitS > this.timeoutS;
  }

  why(): Why {
    return {
      reason: this.waitS > this.timeoutS ? 'waited-too-long' : 'in-time',
      numbers: { waitS: this.waitS, timeoutS: this.timeoutS },
    };
  }
}

class CoDelAdmission implements AdmissionPolicy {
  /** How long the queue will stand is not known. */
  readonly retryAfterS = 0;
  /** By stage; holes where the policy has no gate. */
  private readonly queues: QueueControl[] = [];
  private dropped = 0;
  /** What has answered last; undefined: nothing, at the entrance everybody is let in. */
  private answered: QueueControl | undefined;

  constructor(
    readonly gates: readonly number[],
    makeQueue: () => QueueControl,
    private readonly view: SystemView,
  ) {
    for (const stage of gates) this.queues[stage] = makeQueue();
  }

  decide(_task: number, nowS: number, stage = this.gates[0]!): number {
    if (this.view.queueLength(stage) === 0) this.queues[stage]!.noteEmpty(nowS);
    this.answered = undefined;
    return ADMIT;
  }

  drop(task: number, stage: number, nowS: number): boolean {
    const queue = this.queues[stage]!;
    this.answered = queue;
    const behind = this.view.queueLength(stage) - 1;
    if (!queue.drop(this.view.tasks.queuedAtS(task), behind, nowS)) return false;
    this.dropped++;
    return true;
  }

  measures(): Readonly<Record<string, number>> {
    return { dropped: this.dropped };
  }

  beginMeasuring(): void {
    this.dropped = 0;
  }

  why(): Why {
    return this.answered?.why() ?? { reason: 'judged-when-served' };
  }
}

export const codel = definePolicy({
  point: 'admission',
  name: 'codel',
  summary:
    'Drops tasks of a standing queue as they come to be served: those that waited while no burst was the reason.',
  source:
    'RFC 8289, section 5 (Nichols, Jacobson, McGregor and Iyengar, 2018); Maurer, "Fail at Scale", ACM Queue 13(8), 2015, for the server variant.',
  helps:
    'Under lasting overload: waits stay near the target whatever the rate of service, while bursts are let through.',
  hurts:
    'When services take longer than the interval: any queue looks like a standing one, and work is dropped that would have been in time.',
  parameters: z
    .strictObject({
      target: positiveDurationS()
        .default(0.005)
        .describe('Wait that is put up with for good. In the server variant: time-out in a standing queue.'),
      interval: positiveDurationS()
        .default(0.1)
        .describe(
          'How long waits must be above the target before anything is dropped. In the server variant: time-out otherwise.',
        ),
      variant: z
        .enum(['rfc8289', 'controlled-delay-server'])
        .default('rfc8289')
        .describe('The control law of RFC 8289, or the two time-outs of "Fail at Scale".'),
      stages: z
        .array(z.string())
        .min(1, { error: 'expected at least one stage; leave `stages` out for all' })
        .optional()
        .describe('Stages whose queues are controlled, each by itself. Omitted: all.'),
    })
    .refine(({ target, interval }) => target <= interval, {
      error: 'expected `target` of at most `interval`: the target is the wait that is allowed for longer',
      path: ['target'],
    }),
  references: ({ stages = [] }) =>
    stages.map((name, position) => ({ kind: 'stage', name, path: ['stages', position] })),
  create: ({ target, interval, variant, stages }, view): AdmissionPolicy => {
    const gates = (stages ?? view.stageNames).map((name) => view.stageNames.indexOf(name));
    const Queue = variant === 'rfc8289' ? CoDelQueue : TimedOutQueue;
    return new CoDelAdmission(gates, () => new Queue(target, interval), view);
  },
});
