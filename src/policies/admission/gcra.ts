/**
 * Generic cell rate algorithm, in the form of virtual scheduling (ITU-T I.371, ATM Forum UNI 3.1): one time stamp a
 * client, the theoretical arrival time of its next request if requests came evenly at the rate. A request conforms
 * where it is not too early by more than the tolerance; it then moves the time stamp on by the emission interval
 * (1/rate) times its cost. With `burst` b the tolerance is that of redis-cell with `max_burst` b - 1: b requests may
 * come at once. Decides as a token bucket of the same rate and burst does, from a single number.
 */
import { z } from 'zod';
import { count, rateHz } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { ADMIT, type AdmissionPolicy, REFUSE, type Why } from '../points.js';
import type { TaskView } from '../view.js';
import { type Cost, costParameter, Metering, type Per, perParameter } from './metering.js';

/** Earliness below this is rounding: without it a client that waits exactly its Retry-After might be refused. */
const TOLERANCE_S = 1e-9;

export class VirtualScheduler {
  private theoreticalArrivalS = Number.NEGATIVE_INFINITY;
  /** Of the last request: by how much it was too early, seconds; at most 0 where it conformed. */
  earlyS = 0;

  constructor(
    private readonly emissionIntervalS: number,
    /** Delay variation tolerance plus one emission interval, seconds: what a request may be ahead of the schedule. */
    private readonly burstS: number,
  ) {}

  /** Whether a request that costs `n` conforms; one that does not leaves no trace. */
  conforms(nowS: number, n: number): boolean {
    const nextS = Math.max(this.theoreticalArrivalS, nowS) + n * this.emissionIntervalS;
    this.earlyS = nextS - this.burstS - nowS;
    if (this.earlyS > TOLERANCE_S) return false;
    this.theoreticalArrivalS = nextS;
    return true;
  }

  /** Until all of the burst is there again, seconds. */
  resetAfterS(nowS: number): number {
    return Math.max(0, this.theoreticalArrivalS - nowS);
  }
}

class GcraAdmission implements AdmissionPolicy {
  retryAfterS = 0;
  private readonly burst: number;
  private readonly metering: Metering<VirtualScheduler>;

  constructor(parameters: { rate: number; burst: number; per: Per; cost: Cost }, tasks: TaskView) {
    const { rate, burst, per, cost } = parameters;
    this.burst = burst;
    this.metering = new Metering(tasks, per, cost, () => new VirtualScheduler(1 / rate, burst / rate));
  }

  decide(task: number, nowS: number): number {
    const scheduler = this.metering.bucketOf(task);
    const cost = this.metering.costOf(task);
    if (scheduler.conforms(nowS, cost)) return ADMIT;
    this.retryAfterS = cost > this.burst ? 0 : scheduler.earlyS;
    return REFUSE;
  }

  why(task: number, nowS: number): Why {
    const scheduler = this.metering.bucketOf(task);
    const cost = this.metering.costOf(task);
    const refused = cost > this.burst ? 'over-burst' : 'too-early';
    return {
      reason: scheduler.earlyS > TOLERANCE_S ? refused : 'conforms',
      numbers: {
        cost,
        earlyS: Math.max(0, scheduler.earlyS),
        resetAfterS: scheduler.resetAfterS(nowS),
      },
    };
  }
}

export const gcra = definePolicy({
  point: 'admission',
  name: 'gcra',
  summary:
    'Admits what does not come too early for an even schedule at the rate, give or take a burst; refuses the rest.',
  source:
    'ITU-T I.371, generic cell rate algorithm (virtual scheduling); with weights and Retry-After as in brandur/redis-cell, commit 109e616.',
  helps:
    'Where a limiter must be one number a client (a shared store, millions of users) and say exactly when to come back.',
  hurts:
    'As overload protection: like any rate limit it knows nothing of the capacity behind it, and the burst passes whole.',
  parameters: z.strictObject({
    rate: rateHz().describe('Requests (or tokens, by cost) per second in the long run; 1/emission interval.'),
    burst: count()
      .default(1)
      .describe(
        'What may come at once, requests (or tokens); redis-cell’s max_burst plus 1. What costs more is always refused.',
      ),
    per: perParameter(),
    cost: costParameter(),
  }),
  create: (parameters, view): AdmissionPolicy => new GcraAdmission(parameters, view.tasks),
});
