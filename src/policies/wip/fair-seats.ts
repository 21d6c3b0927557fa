/**
 * Seats for levels, as in API Priority and Fairness of the Kubernetes API server (KEP-1040 with borrowing, v1.26):
 * each tenant or workload is a level with a share of the seats. At regular times the present limits are set anew
 * between what a level must keep and what it may borrow, in proportion to its smoothed demand, so that idle seats go
 * where they are wanted; a level never falls below the smaller of its nominal seats and its recent peak of demand.
 *
 * Left out: queues within a level and shuffle sharding (the ordering serves), requests that take several seats, and
 * exempt levels. Demand between two adjustments is seen through the seats in use; tasks that wait are counted at the
 * adjustments only.
 */
import { z } from 'zod';
import { count, periodS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { Why, WipLimit } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView, TaskView } from '../view.js';
import { type By, byParameter, classReferences, TaskClasses } from './classes.js';
import { allotSeats, type SeatBounds } from './seat-allotment.js';

interface LevelEntry {
  readonly shares: number;
  readonly lendablePercent: number;
  readonly borrowingLimitPercent?: number | undefined;
}

class Level {
  readonly nominal: number;
  readonly least: number;
  readonly most: number;
  current = 0;
  held = 0;
  private waiting = 0;
  private smoothed = 0;
  private peak = 0;
  private fromS = 0;
  private atS = 0;
  /** Integrals over the present period of the seats in use and of their square. */
  private seatS = 0;
  private squareS = 0;

  constructor(entry: LevelEntry, seats: number, shareSum: number) {
    const { shares, lendablePercent, borrowingLimitPercent } = entry;
    this.nominal = Math.ceil((seats * shares) / shareSum);
    this.least = this.nominal - Math.round((this.nominal * lendablePercent) / 100);
    const borrows =
      borrowingLimitPercent === undefined ? seats : Math.round((this.nominal * borrowingLimitPercent) / 100);
    this.most = this.nominal + borrows;
  }

  change(by: 1 | -1, nowS: number): void {
    this.settle(nowS);
    this.held += by;
    if (this.held < 0) throw new Error('fair seats released more often than taken');
    this.peak = Math.max(this.peak, this.held);
  }

  /** The bounds and the target for the next period, from the demand of the one that ends. */
  boundsFor(waiting: number, smoothing: number, nowS: number): SeatBounds {
    this.settle(nowS);
    const forS = nowS - this.fromS;
    const peak = Math.max(this.peak, this.held + waiting);
    if (forS > 0) {
      const mean = this.seatS / forS;
      const deviation = Math.sqrt(Math.max(0, this.squareS / forS - mean * mean));
      const envelope = mean + (this.waiting + waiting) / 2 + deviation;
      this.smoothed = Math.max(envelope, smoothing * this.smoothed + (1 - smoothing) * envelope);
    }
    const lower = Math.max(this.least, Math.min(this.nominal, peak));
    this.waiting = waiting;
    this.peak = this.held + waiting;
    this.fromS = nowS;
    this.seatS = 0;
    this.squareS = 0;
    return { lower, upper: this.most, target: Math.max(lower, this.smoothed) };
  }

  private settle(nowS: number): void {
    const forS = nowS - this.atS;
    this.atS = nowS;
    this.seatS += this.held * forS;
    this.squareS += this.held * this.held * forS;
  }
}

class FairSeats implements WipLimit {
  readonly holds = 'stage';
  readonly lanes: number;
  private readonly levels: readonly Level[];
  /** By class. */
  private readonly levelOfClass: Int32Array;
  private readonly waiting: Float64Array;
  private readonly classes: TaskClasses;
  private readonly tasks: TaskView;

  constructor(
    parameters: {
      readonly seats: number;
      readonly by: By;
      readonly levels: Readonly<Record<string, LevelEntry>>;
      readonly catchAllShares: number;
    },
    private readonly smoothing: number,
    private readonly periodS: number,
    private readonly view: SystemView,
    private readonly runtime: PolicyRuntime,
  ) {
    const { seats, by, levels, catchAllShares } = parameters;
    this.tasks = view.tasks;
    this.classes = new TaskClasses(by, view);
    this.lanes = this.classes.lanes;
    const named = Object.keys(levels);
    const entries: LevelEntry[] = Object.values(levels);
    // A class that is not named belongs to the catch-all level, which is the last.
    this.levelOfClass = Int32Array.from(this.classes.names, (name) =>
      Object.hasOwn(levels, name) ? named.indexOf(name) : named.length,
    );
    if (this.levelOfClass.includes(named.length))
      entries.push({ shares: catchAllShares, lendablePercent: 0 });
    const shareSum = entries.reduce((sum, { shares }) => sum + shares, 0);
    this.levels = entries.map((entry) => new Level(entry, seats, shareSum));
    this.waiting = new Float64Array(this.levels.length);
    this.adjust();
    this.nextAdjustment();
  }

  /** A level without seats may still serve one task at a time. */
  mayStart(task: number, stage: number): boolean {
    const { held, current } = this.levelOf(task, stage);
    return held < current || held === 0;
  }

  started(task: number, stage: number): void {
    this.levelOf(task, stage).change(1, this.runtime.nowS());
  }

  stopped(task: number, stage: number): void {
    this.levelOf(task, stage).change(-1, this.runtime.nowS());
  }

  why(task: number): Why {
    const { held, current, nominal } = this.levelOf(task, this.tasks.stage(task));
    const reason = held < current ? 'seat-free' : held === 0 ? 'first-of-level' : 'level-full';
    return { reason, numbers: { seatsInUse: held, currentSeats: current, nominalSeats: nominal } };
  }

  private levelOf(task: number, stage: number): Level {
    return this.levels[this.levelOfClass[this.classes.of(task, stage)]!]!;
  }

  private nextAdjustment(): void {
    this.runtime.after(this.periodS, () => {
      this.countWaiting();
      if (this.adjust()) this.runtime.wake();
      this.nextAdjustment();
    });
  }

  /** Sets the present limits; true where one has grown. */
  private adjust(): boolean {
    const nowS = this.runtime.nowS();
    const bounds = this.levels.map((level, i) => level.boundsFor(this.waiting[i]!, this.smoothing, nowS));
    const total = this.levels.reduce((sum, { nominal }) => sum + nominal, 0);
    const seats = allotSeats(total, bounds);
    let hasGrown = false;
    this.levels.forEach((level, i) => {
      const current = Math.round(seats[i]!);
      if (current > level.current) hasGrown = true;
      level.current = current;
    });
    return hasGrown;
  }

  private countWaiting(): void {
    const { view, waiting } = this;
    waiting.fill(0);
    for (let stage = 0; stage < view.stageNames.length; stage++)
      view.forEachWaiting(stage, (task) => {
        waiting[this.levelOfClass[this.classes.of(task, stage)]!]!++;
      });
  }
}

const levelSchema = z.strictObject({
  shares: count().default(30),
  lendablePercent: count(0).max(100).default(0),
  borrowingLimitPercent: count(0).optional(),
});

export const fairSeats = definePolicy({
  point: 'wip',
  name: 'fair-seats',
  summary: 'Divides seats between tenants or workloads by shares, and moves idle ones to where demand is.',
  source:
    'API Priority and Fairness of the Kubernetes API server (KEP-1040; apf_controller.go and conc_alloc.go of v1.26).',
  helps: 'Against a flood from one class: the others keep their seats, and what they do not need is lent.',
  hurts: 'When load shifts faster than the limits: seats stay with the class that wanted them a period ago.',
  parameters: z.strictObject({
    seats: count().default(600).describe('Tasks at work at the same time, of all levels together.'),
    by: byParameter('Whose tasks make a level.'),
    levels: z
      .record(z.string(), levelSchema)
      .default({})
      .describe(
        'By name of the tenant or workload: `shares` of the seats (default 30); `lendablePercent` of its nominal seats that others may use (default 0); `borrowingLimitPercent`, what it may borrow in terms of its nominal seats (omitted: no limit).',
      ),
    catchAllShares: count()
      .default(5)
      .describe('Shares of the one level of all those that `levels` does not name.'),
    adjustmentPeriod: periodS().default(10).describe('Time between two adjustments of the present limits.'),
    smoothing: z
      .number({ error: 'expected a number from 0 to below 1' })
      .min(0, { error: 'expected a number of at least 0' })
      .lt(1, { error: 'expected a number below 1' })
      .default(0.977)
      .describe('Part of the smoothed demand that lasts for another period after demand has fallen.'),
  }),
  references: ({ by, levels }) => classReferences(by, 'levels', levels),
  create: ({ smoothing, adjustmentPeriod, ...parameters }, view, runtime): WipLimit =>
    new FairSeats(parameters, smoothing, adjustmentPeriod, view, runtime),
});
