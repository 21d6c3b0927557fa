/**
 * A dead-letter queue that somebody looks after (Hohpe and Woolf, Dead Letter Channel). Of the failures that no policy
 * before it in the chain has answered, a share is remedied by a rule; the rest waits for a person, who puts some right.
 * What is put right begins anew, at admission. What will not be is final at once, since nothing more happens to it.
 */
import { z } from 'zod';
import type { DistributionSpec } from '../../kernel/distribution/definition.js';
import type { Distribution } from '../../kernel/distribution/distribution.js';
import { createDistribution, distributionSchema } from '../../kernel/distribution/registry.js';
import { count, durationS, fraction } from '../../units/schema.js';
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
import { taskKey } from '../task-key.js';
import type { TaskView } from '../view.js';
import { onParameter } from './failures.js';

interface Parameters {
  readonly automatic: number;
  readonly automaticDelay: number;
  readonly reviewDelay: DistributionSpec;
  readonly fixed: number;
  readonly maxReentries: number;
  readonly on: readonly FailureKind[];
}

type Fate = 'failure-not-answered' | 'reentries-used-up' | 'remedied-by-rule' | 'reviewed' | 'beyond-repair';

class DeadLetterQueue implements RetryPolicy {
  readonly parks = true;
  private readonly review: Distribution;
  /** Times that each task has come back, by task key. */
  private readonly reentries = new Map<number, number>();
  private readonly fates = new Map<Fate, number>();
  private fate: Fate = 'failure-not-answered';
  private waitS = 0;

  constructor(
    private readonly parameters: Parameters,
    private readonly tasks: TaskView,
  ) {
    this.review = createDistribution(parameters.reviewDelay);
  }

  decide(task: number, failure: Failure): number {
    this.fate = this.fateOf(task, failure);
    this.fates.set(this.fate, (this.fates.get(this.fate) ?? 0) + 1);
    switch (this.fate) {
      case 'failure-not-answered':
        return PASS;
      case 'reentries-used-up':
      case 'beyond-repair':
        return GIVE_UP;
      case 'remedied-by-rule':
        this.waitS = this.parameters.automaticDelay;
        return this.waitS;
      case 'reviewed':
        this.waitS = this.review.sample(failure.random);
        return this.waitS;
    }
  }

  onAttemptEnd(task: number, outcome: AttemptOutcome): void {
    if (this.reentries.size === 0) return;
    if (outcome === 'completed' || outcome === 'cancelled') this.reentries.delete(taskKey(this.tasks, task));
  }

  measures(): Readonly<Record<string, number>> {
    const times = (fate: Fate): number => this.fates.get(fate) ?? 0;
    return {
      remedied_by_rule: times('remedied-by-rule'),
      reviewed: times('reviewed'),
      beyond_repair: times('beyond-repair'),
      reentries_used_up: times('reentries-used-up'),
    };
  }

  beginMeasuring(): void {
    this.fates.clear();
  }

  why(task: number): Why {
    const reentries = this.reentries.get(taskKey(this.tasks, task)) ?? 0;
    const waits = this.fate === 'remedied-by-rule' || this.fate === 'reviewed';
    return { reason: this.fate, numbers: waits ? { waitS: this.waitS, reentries } : { reentries } };
  }

  private fateOf(task: number, { kind, random }: Failure): Fate {
    const { on, maxReentries, automatic, fixed } = this.parameters;
    if (!on.includes(kind)) return 'failure-not-answered';
    const key = taskKey(this.tasks, task);
    const before = this.reentries.get(key) ?? 0;
    if (before >= maxReentries) return 'reentries-used-up';
    const byRule = random.next() < automatic;
    if (!byRule && random.next() >= fixed) return 'beyond-repair';
    this.reentries.set(key, before + 1);
    return byRule ? 'remedied-by-rule' : 'reviewed';
  }
}

export const deadLetterQueue = definePolicy({
  point: 'retry',
  name: 'dead-letter',
  summary: 'Keeps what has failed for good until a rule or a person puts it right and sends it again.',
  source:
    'Dead Letter Channel (Hohpe and Woolf, Enterprise Integration Patterns, 2003); redrive of Amazon SQS dead-letter queues.',
  helps: 'When failures have a cause that somebody can remove: the work is late instead of lost.',
  hurts:
    'When the cause is still there: everything comes back to fail again, after a long wait, as extra load.',
  parameters: z.strictObject({
    automatic: fraction().default(0).describe('Share of the entries that a rule remedies and sends again.'),
    automaticDelay: durationS().default(60).describe('Stay of those that a rule remedies.'),
    reviewDelay: distributionSchema
      .meta({ unit: 'distribution, s', example: '{p50: 1h, p99: 8h}' })
      .describe('Stay of the others: the time until a person has looked at them.'),
    fixed: fraction()
      .default(1)
      .describe('Share of the others that the person puts right; the rest is final, at once.'),
    maxReentries: count().default(1).describe('Times that one task may come back from here.'),
    on: onParameter().describe(
      'Failures that come here: errors of a step, refusals at admission, time-outs.',
    ),
  }),
  create: (parameters, view): RetryPolicy => new DeadLetterQueue(parameters, view.tasks),
});
