/**
 * Token bucket with the decisions of golang.org/x/time/rate (commit 2b4e439): full at the start, refilled at a
 * constant rate up to the burst. Times are whole nanoseconds inside and token counts float64, as in that library,
 * so that the last digit of every wait is the library's.
 */
import { z } from 'zod';
import { count, durationS, rateHz } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { ADMIT, type AdmissionPolicy, REFUSE } from '../points.js';
import type { TaskView } from '../view.js';
import { type Cost, costParameter, Metering, type Per, perParameter } from './metering.js';

const NS_PER_S = 1e9;

/** Returned by `reserve` for a request that is refused and has taken nothing. */
export const IMPOSSIBLE = -1;

export class TokenBucket {
  private tokens: number;
  private lastNs = 0;
  /** Of the last `allow` or `reserve`: how long the tokens asked for will take, seconds; 0 where they never come. */
  shortfallS = 0;

  constructor(
    private readonly rateHz: number,
    private readonly burst: number,
  ) {
    this.tokens = burst;
  }

  /** Takes `n` tokens if they are there now; a refusal takes nothing. The library's `AllowN`. */
  allow(nowS: number, n: number): boolean {
    return this.reserve(nowS, n, 0) !== IMPOSSIBLE;
  }

  /**
   * Takes `n` tokens at once and returns the seconds until they are there, so later requests wait longer. Takes
   * nothing and returns IMPOSSIBLE where `n` is over the burst or the wait over `maxWaitS`. The library's `ReserveN`.
   */
  reserve(nowS: number, n: number, maxWaitS = Number.POSITIVE_INFINITY): number {
    const nowNs = Math.round(nowS * NS_PER_S);
    const tokens = Math.min(this.burst, this.tokens + this.refill(Math.max(0, nowNs - this.lastNs))) - n;
    // Truncated: a shortfall that lasts under a nanosecond is none, which hides rounding in the token count.
    const waitNs = tokens < 0 ? Math.trunc((-tokens / this.rateHz) * NS_PER_S) : 0;
    this.shortfallS = n > this.burst ? 0 : waitNs / NS_PER_S;
    if (n > this.burst || waitNs > Math.round(maxWaitS * NS_PER_S)) return IMPOSSIBLE;
    this.lastNs = nowNs;
    this.tokens = tokens;
    return waitNs / NS_PER_S;
  }

  /** Seconds until `n` tokens will be there, taking nothing; Infinity where `n` is over the burst. */
  peek(nowS: number, n: number): number {
    // No wait is short enough for a limit below 0, so nothing is taken.
    this.reserve(nowS, n, -1);
    return n > this.burst ? Number.POSITIVE_INFINITY : this.shortfallS;
  }

  /** Whole seconds and the rest are turned to seconds apart, as Go's `Duration.Seconds` does. */
  private refill(elapsedNs: number): number {
    const restNs = elapsedNs % NS_PER_S;
    return ((elapsedNs - restNs) / NS_PER_S + restNs / NS_PER_S) * this.rateHz;
  }
}

class TokenBucketAdmission implements AdmissionPolicy {
  retryAfterS = 0;
  private readonly metering: Metering<TokenBucket>;

  constructor(
    parameters: { rate: number; burst: number; per: Per; cost: Cost },
    private readonly maxWaitS: number,
    tasks: TaskView,
  ) {
    const { rate, burst, per, cost } = parameters;
    this.metering = new Metering(tasks, per, cost, () => new TokenBucket(rate, burst));
  }

  decide(task: number, nowS: number): number {
    const bucket = this.metering.bucketOf(task);
    const waitS = bucket.reserve(nowS, this.metering.costOf(task), this.maxWaitS);
    if (waitS === IMPOSSIBLE) {
      this.retryAfterS = Math.max(0, bucket.shortfallS - this.maxWaitS);
      return REFUSE;
    }
    return waitS === 0 ? ADMIT : waitS;
  }
}

export const tokenBucket = definePolicy({
  point: 'admission',
  name: 'token-bucket',
  summary:
    'Admits at a long-run rate with bursts up to the size of the bucket; the rest is refused or waits.',
  source: 'golang.org/x/time/rate, commit 2b4e439: AllowN (mode refuse), ReserveN (mode wait).',
  helps:
    'To hold a client to its share or a model API to its quota while short bursts still pass at full speed.',
  hurts:
    'As overload protection: the rate is a guess about the capacity, wrong after every node loss; the burst reaches the queue whole.',
  parameters: z
    .strictObject({
      rate: rateHz().describe('Tokens added to the bucket per second.'),
      burst: count()
        .default(1)
        .describe('Size of the bucket, tokens; what costs more than this is always refused.'),
      mode: z
        .enum(['refuse', 'wait'])
        .default('refuse')
        .describe(
          'Without tokens: refuse the task, or reserve the tokens to come and make it wait for them.',
        ),
      per: perParameter(),
      cost: costParameter(),
      maxWait: durationS()
        .optional()
        .describe('In mode wait: longest wait; what would wait longer is refused. Omitted: no limit.'),
    })
    .refine((value) => value.mode === 'wait' || value.maxWait === undefined, {
      error: '`maxWait` needs mode wait: in mode refuse nothing waits',
      path: ['maxWait'],
    }),
  create: (parameters, view): AdmissionPolicy => {
    const maxWaitS = parameters.mode === 'refuse' ? 0 : (parameters.maxWait ?? Number.POSITIVE_INFINITY);
    return new TokenBucketAdmission(parameters, maxWaitS, view.tasks);
  },
});
