/**
 * Budgets that admission charges with estimates: one refilled at a rate, and one held while an attempt lasts. Both
 * are charged when a task is let in and settled by what it has really taken when its attempt is over.
 */
import { RunningMean } from './estimators.js';

/** Shortfalls below this many seconds (and below the clock's own rounding) are none: a wait that ends is over. */
const lastsNoTime = (waitS: number, nowS: number): boolean => waitS <= 1e-9 + 1e-14 * nowS;

/** Of a held budget's capacity: what rounding in the sums may hide. */
const SHARE_TOLERANCE = 1e-9;

export interface Budget {
  /** All there can be. */
  readonly capacity: number;
  /** Negative in a refilled budget whose tasks have taken more than was estimated. */
  left(nowS: number): number;
  fits(amount: number, nowS: number): boolean;
  take(amount: number, nowS: number): void;
  /** The attempt that took `taken` on estimate has ended and has really used `used`. */
  settle(taken: number, used: number, nowS: number): void;
  /** Where time alone brings it: seconds until `amount` is there. 0 for a held budget. */
  refillS(amount: number, nowS: number): number;
  /** What attempts have used of what was taken for them, so far and on average; 1 where all is kept until the end. */
  readonly usedShare: number;
  /** Its figure for the result, since the last `beginMeasuring`. */
  figure(nowS: number): number;
  beginMeasuring(nowS: number): void;
}

/** Refilled at a rate up to its capacity, full at the start; may fall below 0 when a task is settled. */
export class RefilledBudget implements Budget {
  private level: number;
  private lastS = 0;
  private spent = 0;
  private settledTaken = 0;
  private settledUsed = 0;

  constructor(
    private readonly ratePerS: number,
    readonly capacity: number,
  ) {
    this.level = capacity;
  }

  left(nowS: number): number {
    return Math.min(this.capacity, this.level + (nowS - this.lastS) * this.ratePerS);
  }

  fits(amount: number, nowS: number): boolean {
    return lastsNoTime(this.refillS(amount, nowS), nowS);
  }

  take(amount: number, nowS: number): void {
    this.level = this.left(nowS) - amount;
    this.lastS = nowS;
    this.spent += amount;
  }

  settle(taken: number, used: number, nowS: number): void {
    this.take(used - taken, nowS);
    this.settledTaken += taken;
    this.settledUsed += used;
  }

  get usedShare(): number {
    // Finite, so that nothing times it is nothing.
    return this.settledTaken > 0 ? Math.min(this.settledUsed / this.settledTaken, Number.MAX_VALUE) : 1;
  }

  refillS(amount: number, nowS: number): number {
    return Math.max(0, (amount - this.left(nowS)) / this.ratePerS);
  }

  /** What was spent. */
  figure(): number {
    return this.spent;
  }

  beginMeasuring(): void {
    this.spent = 0;
  }
}

/** Held from the admission of an attempt until its end. */
export class HeldBudget implements Budget {
  readonly usedShare = 1;
  private held = 0;
  private holders = 0;
  private lastS = 0;
  private heldTime = 0;
  private measuredFromS = 0;

  constructor(readonly capacity: number) {}

  left(): number {
    return this.capacity - this.held;
  }

  fits(amount: number): boolean {
    return amount <= this.left() + SHARE_TOLERANCE * this.capacity;
  }

  take(amount: number, nowS: number): void {
    this.advance(nowS);
    this.held += amount;
    this.holders++;
  }

  settle(taken: number, _used: number, nowS: number): void {
    this.advance(nowS);
    this.holders--;
    // Rounding in the sum must not outlive those who caused it.
    this.held = this.holders === 0 ? 0 : this.held - taken;
  }

  refillS(): number {
    return 0;
  }

  /** The mean of what is held, over time. */
  figure(nowS: number): number {
    this.advance(nowS);
    const measuredS = nowS - this.measuredFromS;
    return measuredS > 0 ? this.heldTime / measuredS : this.held;
  }

  beginMeasuring(nowS: number): void {
    this.advance(nowS);
    this.heldTime = 0;
    this.measuredFromS = nowS;
  }

  private advance(nowS: number): void {
    this.heldTime += this.held * (nowS - this.lastS);
    this.lastS = nowS;
  }
}

/** How far predictions were off: the mean error (which tells a bias) and the mean of its size. */
export class PredictionError {
  private readonly signed = new RunningMean();
  private readonly size = new RunningMean();

  get count(): number {
    return this.signed.count;
  }

  /** `error` is above 0 where too much was predicted. */
  add(error: number): void {
    this.signed.add(error);
    this.size.add(Math.abs(error));
  }

  mean(): number {
    return this.signed.or(0);
  }

  meanAbsolute(): number {
    return this.size.or(0);
  }

  clear(): void {
    this.signed.clear();
    this.size.clear();
  }
}
