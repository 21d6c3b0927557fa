/**
 * Token buckets at several levels at once (user, workload, tenant, pool, all together): a request takes from every
 * level or from none, so a refusal at one level costs nothing at the others. All levels are looked at before any is
 * charged; the wait is the longest shortfall. Each bucket is a TokenBucket (golang.org/x/time/rate).
 */
import { z } from 'zod';
import { count, durationS, rateHz } from '../../units/schema.js';
import { definePolicy, type NameReference } from '../definition.js';
import { ADMIT, type AdmissionPolicy, REFUSE, type Why } from '../points.js';
import type { SystemView } from '../view.js';
import { costOf, costParameter, userKey } from './metering.js';
import { TokenBucket } from './token-bucket.js';

/** The kinds of level whose members have names, with where the names are. */
const NAMED = { workload: 'workloadNames', tenant: 'tenantNames', pool: 'poolNames' } as const;

const isNamed = (per: string): per is keyof typeof NAMED => per in NAMED;

const levelParameter = z
  .strictObject({
    per: z
      .enum(['user', 'workload', 'tenant', 'pool', 'global'])
      .describe(
        'Who has a bucket: each user of each workload, each workload, each tenant, each pool behind a first stage, or all together.',
      ),
    rate: rateHz().describe('Tokens added to each bucket per second.'),
    burst: count().default(1).describe('Size of each bucket, tokens; what costs more is always refused.'),
    cost: costParameter(),
    overrides: z
      .record(
        z.string(),
        z.strictObject({
          rate: rateHz().optional().describe('Tokens per second of this one.'),
          burst: count().optional().describe('Bucket of this one, tokens.'),
        }),
      )
      .default({})
      .describe('Other numbers for some, by name of the workload, tenant or pool.'),
  })
  .refine(({ per, overrides }) => isNamed(per) || Object.keys(overrides).length === 0, {
    error: '`overrides` are by name, which only workloads, tenants and pools have',
    path: ['overrides'],
  });

type LevelParameters = z.output<typeof levelParameter>;

class Level {
  private readonly buckets = new Map<number, TokenBucket>();

  constructor(
    readonly parameters: LevelParameters,
    private readonly view: SystemView,
  ) {}

  /** Undefined where the level does not concern the task: no pool is behind its first stage. */
  bucketOf(task: number): TokenBucket | undefined {
    const key = this.keyOf(task);
    if (key < 0) return undefined;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = this.makeBucket(key);
      this.buckets.set(key, bucket);
    }
    return bucket;
  }

  costOf(task: number): number {
    return costOf(this.view.tasks, task, this.parameters.cost);
  }

  private keyOf(task: number): number {
    const { tasks } = this.view;
    switch (this.parameters.per) {
      case 'global':
        return 0;
      case 'workload':
        return tasks.workload(task);
      case 'tenant':
        return tasks.tenant(task);
      case 'user':
        return userKey(tasks, task);
      case 'pool': {
        const stage = this.view.entryStage(tasks.workload(task));
        return stage < 0 ? stage : this.view.poolOf(stage);
      }
    }
  }

  private makeBucket(key: number): TokenBucket {
    const { per, rate, burst, overrides } = this.parameters;
    const name = isNamed(per) ? this.view[NAMED[per]][key] : undefined;
    const own = name !== undefined && Object.hasOwn(overrides, name) ? overrides[name] : undefined;
    return new TokenBucket(own?.rate ?? rate, own?.burst ?? burst);
  }
}

class HierarchicalAdmission implements AdmissionPolicy {
  retryAfterS = 0;
  private readonly levels: readonly Level[];
  /** Of the last decision: the longest shortfall, and the position of its level; -1 where none was short. */
  private shortfallS = 0;
  private shortLevel = -1;

  constructor(
    levels: readonly LevelParameters[],
    private readonly maxWaitS: number,
    view: SystemView,
  ) {
    this.levels = levels.map((level) => new Level(level, view));
  }

  decide(task: number, nowS: number): number {
    const { levels } = this;
    this.shortfallS = 0;
    this.shortLevel = -1;
    for (let i = 0; i < levels.length; i++) {
      const shortfallS = levels[i]!.bucketOf(task)?.peek(nowS, levels[i]!.costOf(task)) ?? 0;
      if (shortfallS <= this.shortfallS) continue;
      this.shortfallS = shortfallS;
      this.shortLevel = i;
    }
    if (this.shortfallS > this.maxWaitS) {
      this.retryAfterS = this.shortfallS === Number.POSITIVE_INFINITY ? 0 : this.shortfallS - this.maxWaitS;
      return REFUSE;
    }
    for (let i = 0; i < levels.length; i++) levels[i]!.bucketOf(task)?.reserve(nowS, levels[i]!.costOf(task));
    return this.shortfallS === 0 ? ADMIT : this.shortfallS;
  }

  why(): Why {
    if (this.shortLevel < 0) return { reason: 'all-levels-have-tokens' };
    const { per } = this.levels[this.shortLevel]!.parameters;
    const isOver = this.shortfallS === Number.POSITIVE_INFINITY;
    return {
      reason: isOver ? `over-${per}-burst` : `short-at-${per}`,
      numbers: { level: this.shortLevel + 1, ...(isOver ? {} : { shortfallS: this.shortfallS }) },
    };
  }
}

export const hierarchical = definePolicy({
  point: 'admission',
  name: 'hierarchical',
  summary: 'Token buckets at several levels at once: a task takes from all of them or from none.',
  source:
    'Hierarchical token buckets as in Linux tc-htb(8), without borrowing: every level must agree; each bucket is golang.org/x/time/rate, commit 2b4e439.',
  helps:
    'When several promises hold at once: a fair share for each user, a contract for each tenant, a quota of the pool.',
  hurts:
    'When levels are tight and unlike: what one level refuses could have used what another has to spare, and nothing is lent.',
  parameters: z
    .strictObject({
      levels: z
        .array(levelParameter)
        .min(1, { error: 'expected at least one level' })
        .describe(
          'The levels, in any order, several of one kind allowed: each with per, rate, burst, cost and overrides by name.',
        ),
      mode: z
        .enum(['refuse', 'wait'])
        .default('refuse')
        .describe(
          'Where a level is short: refuse the task, or reserve at all levels and make it wait for the slowest.',
        ),
      maxWait: durationS()
        .optional()
        .describe('In mode wait: longest wait; what would wait longer is refused. Omitted: no limit.'),
    })
    .refine((value) => value.mode === 'wait' || value.maxWait === undefined, {
      error: '`maxWait` needs mode wait: in mode refuse nothing waits',
      path: ['maxWait'],
    }),
  references: ({ levels }): readonly NameReference[] =>
    levels.flatMap(({ per, overrides }, i) =>
      isNamed(per)
        ? Object.keys(overrides).map((name) => ({
            kind: per,
            name,
            path: ['levels', i, 'overrides', name],
          }))
        : [],
    ),
  create: ({ levels, mode, maxWait }, view): AdmissionPolicy =>
    new HierarchicalAdmission(
      levels,
      // Below infinity, so that what is over a burst is refused and not made to wait for ever.
      mode === 'refuse' ? 0 : (maxWait ?? Number.MAX_VALUE),
      view,
    ),
});
