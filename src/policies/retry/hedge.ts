/**
 * Hedged requests (Dean and Barroso, "The Tail at Scale", CACM 2013): what has not ended after a delay is sent a second
 * time, and the first answer counts. The delay is fixed or a quantile of the latency seen. Answers no failure.
 *
 * Whether there is a hedge is decided as the task is sent. So that hedges never are more than their share of the
 * attempts, each attempt in flight that may still be hedged counts as if it had been.
 */
import { z } from 'zod';
import { count, durationS, fraction } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { type AttemptOutcome, PASS, type RetryPolicy, type Why } from '../points.js';
import { taskKey } from '../task-key.js';
import type { TaskView } from '../view.js';
import { RollingQuantile } from './rolling-quantile.js';

const NEVER = Number.POSITIVE_INFINITY;

interface Parameters {
  readonly after?: number | undefined;
  readonly quantile?: number | undefined;
  readonly window: number;
  readonly minSamples: number;
  readonly maxFraction: number;
}

class Hedge implements RetryPolicy {
  private readonly latencyS: RollingQuantile;
  /** When the hedge of a task in flight goes out, absolute seconds, by task key: the copy may be the one that ends. */
  private readonly dueS = new Map<number, number>();
  private attempts = 0;
  private hedged = 0;
  private overBudget = 0;
  /** Of the last task asked about. */
  private delayS = NEVER;
  private armed = false;

  constructor(
    private readonly parameters: Parameters,
    private readonly tasks: TaskView,
  ) {
    this.latencyS = new RollingQuantile(parameters.quantile === undefined ? 0 : parameters.window);
  }

  decide(): number {
    return PASS;
  }

  hedgeAfterS(task: number, nowS: number): number {
    const key = taskKey(this.tasks, task);
    this.attempts++;
    this.dueS.delete(key);
    this.delayS = this.currentDelayS();
    this.armed =
      this.delayS < NEVER && this.hedged + this.dueS.size + 1 <= this.parameters.maxFraction * this.attempts;
    if (this.armed) this.dueS.set(key, nowS + this.delayS);
    else if (this.delayS < NEVER) this.overBudget++;
    return this.armed ? this.delayS : NEVER;
  }

  onAttemptEnd(task: number, outcome: AttemptOutcome, nowS: number): void {
    const key = taskKey(this.tasks, task);
    const dueS = this.dueS.get(key);
    if (dueS !== undefined) {
      this.dueS.delete(key);
      if (nowS >= dueS) this.hedged++;
    }
    if (outcome === 'completed' && this.parameters.quantile !== undefined)
      this.latencyS.add(nowS - this.tasks.sentAtS(task));
  }

  measures(): Readonly<Record<string, number>> {
    return { not_hedged_over_budget: this.overBudget, delay_s: this.delayS < NEVER ? this.delayS : 0 };
  }

  beginMeasuring(): void {
    this.overBudget = 0;
  }

  why(): Why {
    const { attempts, hedged, delayS } = this;
    const numbers = { attempts, hedged, mayBeHedged: this.dueS.size };
    if (delayS === NEVER) return { reason: 'too-few-samples', numbers };
    return {
      reason: this.armed ? 'hedges-when-late' : 'hedge-budget-exhausted',
      numbers: { ...numbers, delayS },
    };
  }

  private currentDelayS(): number {
    const { after = NEVER, quantile, minSamples } = this.parameters;
    if (quantile === undefined || this.latencyS.count < minSamples) return after;
    return this.latencyS.quantile(quantile);
  }
}

export const hedge = definePolicy({
  point: 'retry',
  name: 'hedge',
  summary: 'Sends a task a second time when it has taken longer than most; the first answer counts.',
  source:
    'Dean and Barroso, "The Tail at Scale" (CACM 56(2), 2013), hedged requests; hedging of gRPC (gRFC A6).',
  helps:
    'When a few attempts are slow by accident and servers are idle enough: the tail is cut for little work.',
  hurts: 'When attempts are slow because the servers are busy, or the work itself is long: it is done twice.',
  parameters: z
    .strictObject({
      after: durationS()
        .optional()
        .describe('Delay before the second copy; with `quantile`, until there are enough samples.'),
      quantile: fraction()
        .optional()
        .describe(
          'Instead of a fixed delay: this quantile of the latency of the last attempts that completed; 0.95 in the paper.',
        ),
      window: count().max(100_000).default(1000).describe('Attempts over which the quantile is taken.'),
      minSamples: count().default(100).describe('Attempts from which on the quantile is used.'),
      maxFraction: fraction()
        .default(0.05)
        .describe(
          'Second copies at most, as a share of the attempts; those that may still be sent count as sent.',
        ),
    })
    .refine(({ after, quantile }) => after !== undefined || quantile !== undefined, {
      error: 'expected `after` or `quantile`: one of them says when the second copy is sent',
      path: ['after'],
    })
    .refine(({ quantile }) => quantile === undefined || (quantile > 0 && quantile < 1), {
      error: 'expected a quantile between 0 and 1, both excluded',
      path: ['quantile'],
    })
    .refine(({ window, minSamples }) => minSamples <= window, {
      error: 'expected `minSamples` of at most `window`: there are never more samples than that',
      path: ['minSamples'],
    }),
  create: (parameters, view): RetryPolicy => new Hedge(parameters, view.tasks),
});
