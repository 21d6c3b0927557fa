/**
 * Leaky bucket as a queue: requests leave the bucket evenly at the rate, each waiting for its slot; what finds the
 * bucket full is refused. The level is kept as nginx keeps its "excess" (ngx_http_limit_req_module): the cost of
 * the requests ahead whose slots have not passed, drained at the rate.
 */
import { z } from 'zod';
import { count, rateHz } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { ADMIT, type AdmissionPolicy, REFUSE } from '../points.js';
import type { TaskView } from '../view.js';
import { type Cost, costParameter, Metering, type Per, perParameter } from './metering.js';

/** Returned by `offer` for a request that finds the bucket full. */
export const OVERFLOW = -1;

/**
 * Rounding in the drained level must not refuse the request that just fits: a billionth of a request is forgiven
 * (nginx rounds to a thousandth).
 */
const LEVEL_TOLERANCE = 1e-9;

export class LeakyBucket {
  private level = 0;
  private lastS = 0;
  /** Of the last `offer` that overflowed: seconds until the same request would fit. */
  overflowS = 0;

  constructor(
    private readonly rateHz: number,
    private readonly capacity: number,
  ) {}

  /** Seconds until the slot of a request that costs `n`, or OVERFLOW, which takes nothing. */
  offer(nowS: number, n: number): number {
    const ahead = Math.max(0, this.level - (nowS - this.lastS) * this.rateHz);
    if (ahead > this.capacity + LEVEL_TOLERANCE) {
      this.overflowS = (ahead - this.capacity) / this.rateHz;
      return OVERFLOW;
    }
    this.level = ahead + n;
    this.lastS = nowS;
    return ahead / this.rateHz;
  }
}

class LeakyBucketAdmission implements AdmissionPolicy {
  retryAfterS = 0;
  private readonly metering: Metering<LeakyBucket>;

  constructor(parameters: { rate: number; capacity: number; per: Per; cost: Cost }, tasks: TaskView) {
    const { rate, capacity, per, cost } = parameters;
    this.metering = new Metering(tasks, per, cost, () => new LeakyBucket(rate, capacity));
  }

  decide(task: number, nowS: number): number {
    const bucket = this.metering.bucketOf(task);
    const waitS = bucket.offer(nowS, this.metering.costOf(task));
    if (waitS === OVERFLOW) {
      this.retryAfterS = bucket.overflowS;
      return REFUSE;
    }
    return waitS === 0 ? ADMIT : waitS;
  }
}

export const leakyBucket = definePolicy({
  point: 'admission',
  name: 'leaky-bucket',
  summary: 'Lets tasks through evenly at a constant rate, each at its slot; refuses when the bucket is full.',
  source:
    'Turner, "New directions in communications" (1986), as a queue: nginx limit_req (rate, burst, no nodelay); without a capacity limit, Uber ratelimit without slack.',
  helps: 'In front of something that suffers from bursts: the outflow is smooth whatever comes in.',
  hurts:
    'With bursty traffic and idle capacity behind: every task but the first of a burst waits for nothing.',
  parameters: z.strictObject({
    rate: rateHz().describe('Outflow, in requests (or tokens, by cost) per second.'),
    capacity: count(0)
      .default(10)
      .describe('Cost that may be ahead of a task in the bucket; more refuses it. 0: no task ever waits.'),
    per: perParameter(),
    cost: costParameter(),
  }),
  create: (parameters, view): AdmissionPolicy => new LeakyBucketAdmission(parameters, view.tasks),
});
