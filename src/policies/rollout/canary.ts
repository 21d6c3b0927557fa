/**
 * A canary: some tasks go under the policies of a variant, and, if asked to, the two sets are compared at intervals.
 * After so many good comparisons in a row everybody goes under the variant, after so many bad ones nobody does. A
 * comparison is bad where the canary's figure is worse than the base's by more than the tolerance, as a share of it.
 */
import { z } from 'zod';
import { count, fraction, periodS } from '../../units/schema.js';
import { definePolicy, type NameReference } from '../definition.js';
import type { AttemptOutcome, RolloutPolicy, Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';
import { ArmFigures, METRICS, type Metric } from './arm-figures.js';
import { Assignment } from './assignment.js';

const decideParameters = z.strictObject({
  metric: z
    .enum(METRICS)
    .default('latency-p99')
    .describe(
      'What is compared, of the attempts that ended since the last comparison: latency of those completed, the share not completed, or the share completed by its deadline.',
    ),
  every: periodS().default(60).describe('Time between two comparisons.'),
  minTasks: count()
    .default(100)
    .describe(
      'Attempts that must have ended under each set; until then the comparison waits for the next time.',
    ),
  tolerance: z
    .number({ error: 'expected a number of at least 0' })
    .min(0)
    .default(0.1)
    .describe('How much worse the canary may be, as a share of the figure of the base.'),
  promoteAfter: count()
    .default(5)
    .describe('Good comparisons in a row after which everybody goes under the variant.'),
  rollbackAfter: count().default(1).describe('Bad comparisons in a row after which nobody does any more.'),
});

type Decide = z.output<typeof decideParameters>;

interface Parameters {
  readonly variant: string;
  readonly share?: number | undefined;
  readonly by: 'task' | 'user' | 'tenant';
  readonly tenants?: readonly string[] | undefined;
  readonly decide?: Decide | undefined;
}

class Canary implements RolloutPolicy {
  readonly onAttemptEnd?: (task: number, outcome: AttemptOutcome, nowS: number) => void;
  private readonly assignment: Assignment;
  private readonly chosenTenants: readonly boolean[];
  private readonly share: number;
  private stage: 'canary' | 'promoted' | 'rolled-back' = 'canary';
  private decidedAtS = 0;
  private readonly base: ArmFigures;
  private readonly canary: ArmFigures;
  /** Of the last comparison. */
  private baseFigure = Number.POSITIVE_INFINITY;
  private canaryFigure = Number.POSITIVE_INFINITY;
  private comparisons = 0;
  private goodInARow = 0;
  private badInARow = 0;

  constructor(
    private readonly parameters: Parameters,
    private readonly view: SystemView,
    private readonly runtime: PolicyRuntime,
  ) {
    const { variant, share, by, tenants, decide } = parameters;
    this.assignment = new Assignment(by, variant, view, runtime.random('canary'));
    this.chosenTenants = view.tenantNames.map((name) => tenants?.includes(name) ?? false);
    this.share = share ?? 0;
    this.base = new ArmFigures(decide?.metric ?? 'mean-latency');
    this.canary = new ArmFigures(decide?.metric ?? 'mean-latency');
    if (decide === undefined) return;
    this.onAttemptEnd = (task, outcome, nowS) => this.record(task, outcome, nowS);
    this.lookAgain(decide);
  }

  isCanary(task: number): boolean {
    if (this.stage !== 'canary') return this.stage === 'promoted';
    return this.parameters.tenants === undefined
      ? this.assignment.placeOf(task) < this.share
      : this.chosenTenants[this.view.tasks.tenant(task)]!;
  }

  measures(): Readonly<Record<string, number>> {
    return {
      comparisons: this.comparisons,
      share: this.shareNow(),
      promoted: this.stage === 'promoted' ? 1 : 0,
      rolled_back: this.stage === 'rolled-back' ? 1 : 0,
      decided_at_s: this.decidedAtS,
    };
  }

  beginMeasuring(): void {
    this.comparisons = 0;
  }

  why(task: number): Why {
    const figures = this.figures();
    if (this.stage !== 'canary')
      return { reason: this.stage, numbers: { decidedAtS: this.decidedAtS, ...figures } };
    const numbers = { goodInARow: this.goodInARow, badInARow: this.badInARow, ...figures };
    if (this.parameters.tenants !== undefined) return { reason: 'by-tenant-name', numbers };
    // A place that was drawn is drawn once more: the same number.
    const place = this.assignment.placeOf(task);
    return { reason: 'by-share', numbers: { ...numbers, place, share: this.share } };
  }

  /** Of the last comparison; nothing before the first, or where a set completed nothing. */
  private figures(): Readonly<Record<string, number>> {
    const { baseFigure, canaryFigure } = this;
    return Number.isFinite(baseFigure) && Number.isFinite(canaryFigure) ? { baseFigure, canaryFigure } : {};
  }

  private shareNow(): number {
    if (this.stage !== 'canary') return this.stage === 'promoted' ? 1 : 0;
    if (this.parameters.tenants === undefined) return this.share;
    return this.chosenTenants.filter((chosen) => chosen).length / this.chosenTenants.length;
  }

  private record(task: number, outcome: AttemptOutcome, nowS: number): void {
    if (this.stage !== 'canary') return;
    const { tasks } = this.view;
    const arm = tasks.arm(task) === 1 ? this.canary : this.base;
    arm.add(outcome, nowS - tasks.sentAtS(task), nowS <= tasks.deadlineS(task));
  }

  private lookAgain(decide: Decide): void {
    this.runtime.after(decide.every, () => {
      if (Math.min(this.base.count, this.canary.count) >= decide.minTasks) this.compare(decide);
      if (this.stage === 'canary') this.lookAgain(decide);
    });
  }

  private compare({ metric, tolerance, promoteAfter, rollbackAfter }: Decide): void {
    this.comparisons++;
    this.baseFigure = this.base.value();
    this.canaryFigure = this.canary.value();
    const bad = isWorse(metric, this.canaryFigure, this.baseFigure, tolerance);
    this.goodInARow = bad ? 0 : this.goodInARow + 1;
    this.badInARow = bad ? this.badInARow + 1 : 0;
    this.base.clear();
    this.canary.clear();
    if (this.goodInARow >= promoteAfter) this.end('promoted');
    else if (this.badInARow >= rollbackAfter) this.end('rolled-back');
  }

  private end(stage: 'promoted' | 'rolled-back'): void {
    this.stage = stage;
    this.decidedAtS = this.runtime.nowS();
  }
}

/** Of goodput more is better, of the rest less. */
function isWorse(metric: Metric, canary: number, base: number, tolerance: number): boolean {
  return metric === 'goodput-fraction' ? canary < base * (1 - tolerance) : canary > base * (1 + tolerance);
}

export const canary = definePolicy({
  point: 'rollout',
  name: 'canary',
  summary:
    'Tries the policies of a variant on some of the tasks, and takes them for all or none by what comes of it.',
  source:
    'Canary release (Sato, martinfowler.com, 2014) with the analysis of Argo Rollouts v1.8 (a first failure ends it) and Flagger (an interval of a minute).',
  helps:
    'When nobody knows whether a change of policies is right: a few see it first, and it is taken for all or taken back by itself.',
  hurts:
    'When the change shows only once all are under it: a limit that a tenth never meets, or load that a tenth does not make.',
  parameters: z
    .strictObject({
      variant: z
        .string({ error: 'expected the name of a variant' })
        .min(1)
        .describe('The variant that is tried.'),
      share: fraction().optional().describe('Share of the tasks, users or tenants that go under it.'),
      by: z
        .enum(['task', 'user', 'tenant'])
        .default('task')
        .describe(
          'With `share`: whether each task is drawn by itself, or all tasks of a user (of its workload) or of a tenant go together.',
        ),
      tenants: z
        .array(z.string())
        .min(1)
        .optional()
        .describe('Instead of `share`: the tenants whose tasks go under it.'),
      decide: decideParameters
        .optional()
        .describe('When to take the variant for everybody, or for nobody. Omitted: never.'),
    })
    .refine(({ share, tenants }) => (share === undefined) !== (tenants === undefined), {
      error:
        'expected `share` or `tenants`, one of the two: each alone says whose tasks go under the variant',
      path: ['share'],
    }),
  references: ({ variant, tenants = [] }): NameReference[] => [
    { kind: 'variant', name: variant, path: ['variant'] },
    ...tenants.map((name, index): NameReference => ({ kind: 'tenant', name, path: ['tenants', index] })),
  ],
  create: (parameters, view, runtime): RolloutPolicy => new Canary(parameters, view, runtime),
});
