/**
 * Quotas that classes of a cohort lend to each other, as the ClusterQueues of a flat cohort in Kueue (v0.11,
 * pkg/cache/resource_node.go). A class may use its nominal quota, and of the others' unused quota as much as its
 * `borrowingLimit` allows; it never lends more than its `lendingLimit`, so the rest is always free for itself.
 * Who has lent gets it back as the borrowers finish. With `reclaim: any` an owner within its quota is not held back by
 * what others have borrowed: it is next where it stands in the order, and the preemption policy `quota` stops borrowers
 * for it (Kueue's reclaimWithinCohort).
 * Tasks of classes that are not named are not managed and not held back, like jobs without a queue in Kueue.
 */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { Why, WipLimit } from '../points.js';
import type { SystemView, TaskView } from '../view.js';
import { byParameter, classReferences, TaskClasses } from './classes.js';
import { holdsParameter } from './counting.js';

interface Quota {
  readonly nominalQuota: number;
  readonly borrowingLimit?: number | undefined;
  readonly lendingLimit?: number | undefined;
}

type Quotas = Readonly<Record<string, Quota>>;

/** What a class may lend to the cohort; the rest of its quota is guaranteed to itself. */
const lendable = ({ nominalQuota, lendingLimit }: Quota): number => lendingLimit ?? nominalQuota;

/** The most that the class can ever use: its quota, and what the others may lend it. */
function mostOf(name: string, quotas: Quotas): number {
  const own = quotas[name]!;
  const others = Object.entries(quotas).reduce(
    (sum, [other, quota]) => (other === name ? sum : sum + lendable(quota)),
    0,
  );
  return own.nominalQuota + Math.min(own.borrowingLimit ?? Number.POSITIVE_INFINITY, others);
}

/** A class of the cohort and what it uses. */
interface Member {
  readonly nominal: number;
  readonly guaranteed: number;
  readonly borrowingLimit: number;
  used: number;
}

/** What of a class's use counts in the cohort: all beyond the part that it never lends. */
const inCohort = ({ used, guaranteed }: Member): number => Math.max(0, used - guaranteed);

class CohortWip implements WipLimit {
  readonly lanes: number;
  private readonly members: readonly (Member | undefined)[];
  private readonly cohortQuota: number;
  private cohortUsed = 0;
  private readonly classes: TaskClasses;
  private readonly tasks: TaskView;

  constructor(
    readonly holds: 'stage' | 'task',
    private readonly unit: 'tasks' | 'gpus',
    private readonly reclaims: boolean,
    quotas: Quotas,
    by: 'tenant' | 'workload',
    view: SystemView,
  ) {
    this.tasks = view.tasks;
    this.classes = new TaskClasses(by, view);
    this.lanes = this.classes.lanes;
    this.members = this.classes.names.map((name) => {
      if (!Object.hasOwn(quotas, name)) return undefined;
      const quota = quotas[name]!;
      return {
        nominal: quota.nominalQuota,
        guaranteed: quota.nominalQuota - lendable(quota),
        borrowingLimit: quota.borrowingLimit ?? Number.POSITIVE_INFINITY,
        used: 0,
      };
    });
    this.cohortQuota = Object.values(quotas).reduce((sum, quota) => sum + lendable(quota), 0);
  }

  mayStart(task: number, stage: number): boolean {
    const member = this.members[this.classes.of(task, stage)];
    if (member === undefined) return true;
    const asked = this.unitsOf(task);
    return asked <= this.available(member) || (this.reclaims && member.used + asked <= member.nominal);
  }

  started(task: number, stage: number): void {
    this.use(this.members[this.classes.of(task, stage)], this.unitsOf(task));
  }

  stopped(task: number, stage: number): void {
    this.use(this.members[this.classes.of(task, stage)], -this.unitsOf(task));
  }

  why(task: number): Why {
    const member = this.members[this.classes.of(task, this.tasks.stage(task))];
    if (member === undefined) return { reason: 'not-managed' };
    const asked = this.unitsOf(task);
    const { used, nominal } = member;
    const numbers = {
      asked,
      used,
      nominal,
      available: this.available(member),
      cohortFree: this.cohortQuota - this.cohortUsed,
    };
    if (asked <= numbers.available)
      return { reason: used + asked <= nominal ? 'within-nominal' : 'borrows', numbers };
    if (this.reclaims && used + asked <= nominal) return { reason: 'reclaims', numbers };
    const isBorrowingFull = used + asked > nominal + member.borrowingLimit;
    return { reason: isBorrowingFull ? 'borrowing-limit' : 'cohort-used-up', numbers };
  }

  private available(member: Member): number {
    const fromOwn = Math.max(0, member.guaranteed - member.used);
    const fromCohort = this.cohortQuota - this.cohortUsed;
    const mostFromCohort = member.nominal - member.guaranteed + member.borrowingLimit - inCohort(member);
    return fromOwn + Math.min(fromCohort, mostFromCohort);
  }

  private use(member: Member | undefined, units: number): void {
    if (member === undefined) return;
    this.cohortUsed -= inCohort(member);
    member.used += units;
    this.cohortUsed += inCohort(member);
    if (member.used < 0) throw new Error('cohort quota released more often than taken');
  }

  private unitsOf(task: number): number {
    return this.unit === 'tasks' ? 1 : this.tasks.gpus(task);
  }
}

const quotaSchema = z.strictObject({
  nominalQuota: count(0),
  borrowingLimit: count(0).optional(),
  lendingLimit: count(0).optional(),
});

export const cohortWip = definePolicy({
  point: 'wip',
  name: 'cohort',
  summary: 'Gives each tenant or workload a quota of tasks or GPUs and lets them lend what they do not use.',
  source: 'Kueue v0.11: ClusterQueues of one cohort with nominalQuota, borrowingLimit and lendingLimit.',
  helps: 'To share a cluster between teams: idle quota is used, and a part of it can be kept from lending.',
  hurts:
    'When borrowers run long: whoever has lent waits for them to finish, unless it reclaims by preemption.',
  parameters: z
    .strictObject({
      by: byParameter('Whose tasks have a quota.'),
      quotas: z
        .record(z.string(), quotaSchema)
        .default({})
        .describe(
          'By name of the tenant or workload: `nominalQuota`; `borrowingLimit`, units above it that it may borrow (omitted: no limit); `lendingLimit`, units of it that others may use (omitted: all). Others are not managed.',
        ),
      unit: z
        .enum(['tasks', 'gpus'])
        .default('tasks')
        .describe('What a quota counts: tasks, or the GPUs (slots) that they hold.'),
      reclaim: z
        .enum(['never', 'any'])
        .default('never')
        .describe(
          'Whether a task within its own quota may start while others hold borrowed units: `any` goes with the preemption policy `quota`, which stops borrowers for it.',
        ),
      holds: holdsParameter('stage'),
    })
    .refine(({ unit, holds }) => unit === 'tasks' || holds === 'stage', {
      error: '`unit: gpus` counts GPUs that a stage holds: leave `holds` at stage',
      path: ['holds'],
    })
    .superRefine(({ quotas }, context) => {
      for (const [name, quota] of Object.entries(quotas)) {
        const wrong = (message: string) =>
          context.addIssue({ code: 'custom', path: ['quotas', name], message });
        if (lendable(quota) > quota.nominalQuota)
          wrong('`lendingLimit` is above `nominalQuota`: a class lends at most what it has');
        else if (mostOf(name, quotas) < 1)
          wrong(`${name} has no quota and can borrow none: its tasks would wait for ever`);
      }
    }),
  references: ({ by, quotas }) => classReferences(by, 'quotas', quotas),
  create: ({ by, quotas, unit, reclaim, holds }, view): WipLimit =>
    new CohortWip(holds, unit, reclaim === 'any', quotas, by, view),
});
