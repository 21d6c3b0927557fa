/**
 * Several criteria at once: each gives a part between 0 and 1 by a stated scale, and the task with the largest
 * weighted sum of its parts is next. The parts change with time, so every waiting task is scored at every choice.
 */
import { z } from 'zod';
import { pow } from '../../kernel/math.js';
import { fraction, positive, positiveDurationS } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { OrderingPolicy, Why } from '../points.js';
import type { SystemView, TaskView } from '../view.js';

const CRITERIA = ['deadlineSlack', 'value', 'risk', 'freshness', 'waiting', 'slaTier', 'priority'] as const;
type Criterion = (typeof CRITERIA)[number];
type Weights = Readonly<Record<Criterion, number>>;

const REASON: Readonly<Record<Criterion, string>> = {
  deadlineSlack: 'deadline-slack',
  value: 'value',
  risk: 'low-risk',
  freshness: 'freshness',
  waiting: 'waiting',
  slaTier: 'sla-tier',
  priority: 'priority',
};

const WEIGHTS_IF_NONE_GIVEN: Weights = {
  deadlineSlack: 1,
  value: 1,
  risk: 0,
  freshness: 0,
  waiting: 1,
  slaTier: 0,
  priority: 1,
};

interface Scales {
  readonly slackScale: number;
  readonly valueScale: number;
  readonly freshnessHalfLife: number;
  readonly waitingScale: number;
  readonly priorityScale: number;
}

const clamped = (part: number): number => Math.min(1, Math.max(0, part));

class WeightedScore implements OrderingPolicy {
  readonly structure = 'scan';
  private readonly tasks: TaskView;
  private readonly used: readonly Criterion[];

  constructor(
    private readonly weights: Weights,
    private readonly scales: Scales,
    /** By workload. */
    private readonly risks: readonly number[],
    private readonly workloadTiers: readonly number[],
    /** By tenant; NaN where the workload's tier counts. */
    private readonly tenantTiers: readonly number[],
    private readonly highestTier: number,
    view: SystemView,
  ) {
    this.tasks = view.tasks;
    this.used = CRITERIA.filter((criterion) => weights[criterion] > 0);
  }

  key(task: number, nowS: number): number {
    let score = 0;
    for (let i = 0; i < this.used.length; i++) score += this.weighted(this.used[i]!, task, nowS);
    return -score;
  }

  why(task: number, nowS: number): Why {
    const numbers: Record<string, number> = { score: -this.key(task, nowS) };
    let largest: Criterion = this.used[0]!;
    for (const criterion of this.used) {
      numbers[criterion] = this.weighted(criterion, task, nowS);
      if (numbers[criterion]! > numbers[largest]!) largest = criterion;
    }
    return { reason: REASON[largest], numbers };
  }

  private weighted(criterion: Criterion, task: number, nowS: number): number {
    return this.weights[criterion] * this.part(criterion, task, nowS);
  }

  private part(criterion: Criterion, task: number, nowS: number): number {
    const { tasks, scales } = this;
    switch (criterion) {
      case 'deadlineSlack': {
        const slackS = tasks.deadlineS(task) - nowS - tasks.remainingWorkS(task);
        return clamped(1 - slackS / scales.slackScale);
      }
      case 'value':
        return clamped(tasks.valueUsd(task) / scales.valueScale);
      case 'risk':
        return 1 - this.risks[tasks.workload(task)]!;
      case 'freshness':
        return pow(0.5, (nowS - tasks.arrivalS(task)) / scales.freshnessHalfLife);
      case 'waiting':
        return clamped((nowS - tasks.queuedAtS(task)) / scales.waitingScale);
      case 'slaTier': {
        const own = this.tenantTiers[tasks.tenant(task)]!;
        const tier = Number.isNaN(own) ? this.workloadTiers[tasks.workload(task)]! : own;
        return tier / this.highestTier;
      }
      case 'priority':
        return clamped(tasks.priority(task) / scales.priorityScale);
    }
  }
}

const weight = (what: string) =>
  z
    .number({ error: 'expected a number of at least 0' })
    .min(0, { error: 'expected a number of at least 0' })
    .default(0)
    .describe(what);

const tier = () =>
  z.number({ error: 'expected a number' }).min(0, { error: 'expected a tier of at least 0' });

const numberOf = (numbers: Readonly<Record<string, number>>, name: string, missing: number): number =>
  Object.hasOwn(numbers, name) ? numbers[name]! : missing;

export const score = definePolicy({
  point: 'ordering',
  name: 'score',
  summary:
    'Serves the task with the highest weighted sum of slack, value, risk, freshness, waiting, tier and priority.',
  source:
    'Additive weighting of normalised factors, as in the multifactor priority plugin of Slurm 24.05 (factors between 0 and 1 times their weights).',
  helps: 'When no single criterion is right: a little of each, and the record says which one decided.',
  hurts:
    'To understand and to tune: each weight changes the meaning of all others, and every choice costs a look at every waiting task.',
  parameters: z
    .strictObject({
      weights: z
        .strictObject({
          deadlineSlack: weight(
            'Of little time left until the deadline: 1 without slack, 0 from `slackScale` on.',
          ),
          value: weight('Of the value of the task: 1 from `valueScale` on.'),
          risk: weight('Of a low risk: 1 minus that of `risks`.'),
          freshness: weight('Of young data: halved with each `freshnessHalfLife` since the task arrived.'),
          waiting: weight('Of waiting in the queue: 1 from `waitingScale` on.'),
          slaTier: weight('Of the tier of the tenant or workload: its share of the highest one given.'),
          priority: weight('Of the priority: 1 from `priorityScale` on.'),
        })
        .optional()
        .describe(
          'Weight of each criterion. Omitted: 1 for deadlineSlack, value, waiting and priority, 0 for the rest.',
        ),
      slackScale: positiveDurationS().default(60).describe('Slack from which a deadline does not press.'),
      valueScale: positive().default(1).describe('Value that counts as full, USD.'),
      freshnessHalfLife: positiveDurationS()
        .default(60)
        .describe('Time since arrival in which data lose half their freshness.'),
      waitingScale: positiveDurationS().default(60).describe('Waiting time that counts as full.'),
      priorityScale: positive().default(10).describe('Priority that counts as full.'),
      risks: z
        .record(z.string(), fraction())
        .default({})
        .describe('Risk of failing by name of the workload; 0 for those not named.'),
      workloadTiers: z
        .record(z.string(), tier())
        .default({})
        .describe('SLA tier by name of the workload, larger is more important; 0 for those not named.'),
      tenantTiers: z
        .record(z.string(), tier())
        .default({})
        .describe('SLA tier by name of the tenant; before that of the workload.'),
    })
    .refine(({ weights }) => weights === undefined || Object.values(weights).some((one) => one > 0), {
      error: 'at least one weight must be above 0: else all scores are alike',
      path: ['weights'],
    })
    .refine(({ weights, risks }) => !weights?.risk || Object.keys(risks).length > 0, {
      error: 'the weight of risk needs `risks`: without them all workloads are alike',
      path: ['weights', 'risk'],
    })
    .refine(
      ({ weights, workloadTiers, tenantTiers }) =>
        !weights?.slaTier ||
        [...Object.values(workloadTiers), ...Object.values(tenantTiers)].some((one) => one > 0),
      {
        error: 'the weight of slaTier needs a tier above 0 in `workloadTiers` or `tenantTiers`',
        path: ['weights', 'slaTier'],
      },
    ),
  references: ({ risks, workloadTiers, tenantTiers }) => [
    ...Object.keys(risks).map((name) => ({ kind: 'workload' as const, name, path: ['risks', name] })),
    ...Object.keys(workloadTiers).map((name) => ({
      kind: 'workload' as const,
      name,
      path: ['workloadTiers', name],
    })),
    ...Object.keys(tenantTiers).map((name) => ({
      kind: 'tenant' as const,
      name,
      path: ['tenantTiers', name],
    })),
  ],
  create: ({ weights, risks, workloadTiers, tenantTiers, ...scales }, view): OrderingPolicy =>
    new WeightedScore(
      weights ?? WEIGHTS_IF_NONE_GIVEN,
      scales,
      view.workloadNames.map((name) => numberOf(risks, name, 0)),
      view.workloadNames.map((name) => numberOf(workloadTiers, name, 0)),
      view.tenantNames.map((name) => numberOf(tenantTiers, name, Number.NaN)),
      Math.max(...Object.values(workloadTiers), ...Object.values(tenantTiers)),
      view,
    ),
});
