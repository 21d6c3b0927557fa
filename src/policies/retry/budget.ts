/**
 * A retry budget: retries are refused while there are too many of them for the successes or requests. It answers no
 * failure itself, so a policy that does stands behind it in the chain.
 *
 * grpc (gRFC A6, "Throttling Retry Attempts"): a bucket that begins with maxTokens; a failure takes 1 out, a success
 * puts tokenRatio in; retries are allowed while it holds more than half. finagle (twitter/finagle, RetryBudget): a
 * request puts in what percentCanRetry of a retry costs, a retry takes its cost out, and both are forgotten after about
 * the ttl; a reserve for minRetriesPerSec comes on top. A request counts as its first try ends, in Finagle as it is sent.
 */
import { z } from 'zod';
import { count, fraction, positive, positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import {
  type AttemptOutcome,
  type Failure,
  type FailureKind,
  GIVE_UP,
  PASS,
  type RetryPolicy,
  type Why,
} from '../points.js';
import type { TaskView } from '../view.js';
import { FAILURES } from './failures.js';
import { WindowedSum } from './windowed-sum.js';

const grpcParameters = z.strictObject({
  maxTokens: count()
    .max(1000)
    .default(10)
    .describe('Tokens at first and at most; no retries while there are only half as many, or fewer.'),
  tokenRatio: positive()
    .default(0.1)
    .describe('Tokens for each success; digits beyond thousandths are ignored.'),
});

/** Finagle allows no other; what it holds would be forgotten at once, or hardly ever. */
const TTL_MIN_S = 1;
const TTL_MAX_S = 60;
const MOST_RETRIES_A_REQUEST = 1000;

const finagleParameters = z.strictObject({
  ttl: positiveDurationS()
    .refine((ttlS) => ttlS >= TTL_MIN_S && ttlS <= TTL_MAX_S, {
      error: `expected a duration between ${TTL_MIN_S}s and ${TTL_MAX_S}s`,
    })
    .default(10)
    .describe('How long requests and retries are remembered.'),
  minRetriesPerSec: count(0).default(10).describe('Retries per second that are allowed in any case.'),
  percentCanRetry: z
    .union([fraction(), z.number().min(0).max(MOST_RETRIES_A_REQUEST)], {
      error: `expected a share of the requests, for example 20%, or up to ${MOST_RETRIES_A_REQUEST} retries for each`,
    })
    .default(0.2)
    .describe('Retries as a share of the requests, besides; 2: two for each request.'),
});

/** What both kinds of budget have in common. */
interface Budget {
  failed(): void;
  succeeded(): void;
  /** A client has sent a task for the first time. */
  requested(nowS: number): void;
  retried(nowS: number): void;
  allows(nowS: number): boolean;
  /** What there is now, and what it is compared with. */
  state(nowS: number): Readonly<Record<string, number>>;
}

/** Tokens are counted in thousandths, which is the precision of tokenRatio in gRPC. */
const PER_TOKEN = 1000;
/** A thousandth that is one but for rounding is not cut off. */
const ROUNDING = 1e-6;

/** What Finagle's conversion to a whole number gives for anything larger. */
const INT_MAX = 2_147_483_647;

class GrpcBudget implements Budget {
  private tokens: number;
  private readonly max: number;
  private readonly perSuccess: number;

  constructor({ maxTokens, tokenRatio }: z.output<typeof grpcParameters>) {
    this.max = maxTokens * PER_TOKEN;
    this.tokens = this.max;
    this.perSuccess = Math.floor(tokenRatio * PER_TOKEN + ROUNDING);
  }

  failed(): void {
    this.tokens = Math.max(0, this.tokens - PER_TOKEN);
  }

  succeeded(): void {
    this.tokens = Math.min(this.max, this.tokens + this.perSuccess);
  }

  requested(): void {}

  retried(): void {}

  allows(): boolean {
    return this.tokens > this.max / 2;
  }

  state(): Readonly<Record<string, number>> {
    return { tokens: this.tokens / PER_TOKEN, threshold: this.max / 2 / PER_TOKEN };
  }
}

/** What a request puts in, in units small enough that the cost of a retry is a whole number of them. */
const DEPOSIT = 1000;
const NS_PER_MS = 1e6;
const MS_PER_S = 1000;

/** Whole milliseconds, as Finagle's clock has them; nanoseconds first, so that 4 ms is not 3.999999. */
const toMs = (seconds: number): number => Math.floor(Math.round(seconds * MS_PER_S * NS_PER_MS) / NS_PER_MS);

export class FinagleBudget implements Budget {
  private readonly balance: WindowedSum;
  private readonly deposit: number;
  private readonly cost: number;
  private readonly reserve: number;

  constructor({ ttl, minRetriesPerSec, percentCanRetry }: z.output<typeof finagleParameters>) {
    this.deposit = percentCanRetry === 0 ? 0 : DEPOSIT;
    this.cost = percentCanRetry === 0 ? 1 : Math.min(Math.floor(DEPOSIT / percentCanRetry), INT_MAX);
    this.reserve = minRetriesPerSec * Math.floor(ttl) * this.cost;
    this.balance = new WindowedSum(toMs(ttl));
  }

  failed(): void {}

  succeeded(): void {}

  requested(nowS: number): void {
    this.balance.add(this.deposit, toMs(nowS));
  }

  /** What is taken out is forgotten as well, so that the reserve comes back. */
  retried(nowS: number): void {
    this.balance.add(-this.cost, toMs(nowS));
  }

  allows(nowS: number): boolean {
    return this.balance.sum(toMs(nowS)) + this.reserve >= this.cost;
  }

  /** Retries that could be made now. */
  state(nowS: number): Readonly<Record<string, number>> {
    const held = this.balance.peek(toMs(nowS)) + this.reserve;
    return { balance: Math.trunc(held / this.cost) };
  }
}

class RetryBudget implements RetryPolicy {
  private refused = 0;
  private allowed = 0;
  private guarded = false;
  /** Of the last guarded failure. */
  private isAllowed = false;

  constructor(
    private readonly budget: Budget,
    private readonly on: readonly FailureKind[],
    private readonly tasks: TaskView,
  ) {}

  decide(_task: number, { kind }: Failure, nowS: number): number {
    this.guarded = this.on.includes(kind);
    if (!this.guarded) return PASS;
    this.budget.failed();
    this.isAllowed = this.budget.allows(nowS);
    if (this.isAllowed) return PASS;
    this.refused++;
    return GIVE_UP;
  }

  granted(_task: number, nowS: number): void {
    if (!this.guarded) return;
    this.budget.retried(nowS);
    this.allowed++;
  }

  onAttemptEnd(task: number, outcome: AttemptOutcome, nowS: number): void {
    if (outcome === 'completed') this.budget.succeeded();
    if (this.tasks.sent(task) === 1) this.budget.requested(nowS);
  }

  measures(nowS: number): Readonly<Record<string, number>> {
    return { retries_allowed: this.allowed, retries_refused: this.refused, ...this.budget.state(nowS) };
  }

  beginMeasuring(): void {
    this.allowed = 0;
    this.refused = 0;
  }

  why(_task: number, nowS: number): Why {
    if (!this.guarded) return { reason: 'failure-not-guarded' };
    const reason = this.isAllowed ? 'within-budget' : 'budget-exhausted';
    return { reason, numbers: this.budget.state(nowS) };
  }
}

export const retryBudget = definePolicy({
  point: 'retry',
  name: 'budget',
  summary: 'Refuses retries while there are too many of them for the requests or the successes.',
  source:
    'gRPC retry throttling (gRFC A6) and RetryBudget of Finagle (twitter/finagle, commit 0e26b57, with the defaults of both).',
  helps:
    'In an outage: retries are held to a share of the load instead of multiplying it, so that the service can recover.',
  hurts: 'When few tasks fail for long, each for itself: others use up the budget and theirs is refused.',
  parameters: z
    .strictObject({
      grpc: grpcParameters.optional().describe('The budget of gRPC: failures against successes.'),
      finagle: finagleParameters
        .optional()
        .describe(
          'The budget of Finagle: retries against requests; with its defaults where neither is given.',
        ),
      on: z
        .array(z.enum(FAILURES))
        .min(1)
        .default([...FAILURES])
        .describe(
          'Failures whose retries the budget is for: errors of a step, refusals at admission, time-outs.',
        ),
    })
    .refine(({ grpc, finagle }) => grpc === undefined || finagle === undefined, {
      error: 'expected `grpc` or `finagle`, not both: write two budgets to have both apply',
      path: ['finagle'],
    }),
  create: ({ grpc, finagle, on }, view): RetryPolicy => {
    const budget = grpc ? new GrpcBudget(grpc) : new FinagleBudget(finagle ?? finagleParameters.parse({}));
    return new RetryBudget(budget, on, view.tasks);
  },
});
