/**
 * Reclaiming borrowed capacity, as Kueue's preemption within a cohort (`reclaimWithinCohort: Any`, v0.11): each class
 * has a nominal quota of a pool. A waiting task whose class is within its quota with it takes the resource of running
 * tasks of classes above theirs. Stricter than Kueue in one point: nobody is stopped whose class would fall below its
 * own quota, also when several are stopped at once. Classes without a quota own nothing: all that they use is borrowed.
 */
import { z } from 'zod';
import { fraction, positive } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import type { PreemptionPolicy, Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';
import { type By, byParameter, classReferences, TaskClasses } from '../wip/classes.js';
import { checkCosts, needsOf } from './costs.js';
import { GuardedPreemption, type SharedParameters, sharedParameters } from './guarded.js';

/** A share of a pool is a whole number of units where it is one but for rounding. */
const ROUNDING = 1e-9;

interface Holding {
  readonly ofClass: number;
  readonly units: number;
  /** Has been stopped and is saving its state: its units are on their way back. */
  isLeaving: boolean;
}

/** What the classes hold of one pool. */
class PoolUse {
  readonly holdings = new Map<number, Holding>();
  readonly used: Float64Array;
  /** Counts changes, so that an answer worked out before one is not used after it. */
  version = 0;

  constructor(classes: number) {
    this.used = new Float64Array(classes);
  }

  add(task: number, ofClass: number, units: number): void {
    this.holdings.set(task, { ofClass, units, isLeaving: false });
    this.used[ofClass]! += units;
    this.version++;
  }

  leave(task: number): void {
    const holding = this.holdings.get(task);
    if (holding === undefined || holding.isLeaving) return;
    holding.isLeaving = true;
    this.used[holding.ofClass]! -= holding.units;
    this.version++;
  }

  remove(task: number): void {
    this.leave(task);
    this.holdings.delete(task);
  }
}

class QuotaPreemption extends GuardedPreemption {
  private readonly classes: TaskClasses;
  private readonly pools: readonly PoolUse[];
  /** Units or share by class, 0 for those not named. */
  private readonly quotas: Float64Array;
  private readonly areShares: boolean;
  /** Who may be stopped for the candidate asked about last, and when that was worked out. */
  private readonly offered = new Set<number>();
  private offeredTo = -1;
  private offeredAtS = Number.NaN;
  private offeredVersion = -1;

  constructor(
    by: By,
    quotas: Readonly<Record<string, number>>,
    shares: Readonly<Record<string, number>>,
    parameters: SharedParameters,
    view: SystemView,
    runtime: PolicyRuntime,
  ) {
    super(parameters, view, runtime);
    this.classes = new TaskClasses(by, view);
    const { names } = this.classes;
    this.areShares = Object.keys(shares).length > 0;
    const own = this.areShares ? shares : quotas;
    this.quotas = Float64Array.from(names, (name) => (Object.hasOwn(own, name) ? own[name]! : 0));
    this.pools = view.poolNames.map(() => new PoolUse(names.length));
  }

  onStart(task: number, stage: number): void {
    this.pools[this.view.poolOf(stage)]!.add(task, this.classes.of(task, stage), this.tasks.gpus(task));
  }

  onStop(task: number, stage: number): void {
    this.pools[this.view.poolOf(stage)]!.remove(task);
  }

  override preempted(candidate: number, victim: number, nowS: number): void {
    super.preempted(candidate, victim, nowS);
    this.pools[this.poolOf(candidate)]!.leave(victim);
  }

  /** The guards have been asked already: they decide who is offered. */
  protected wants(candidate: number, victim: number, nowS: number): boolean {
    if (!this.waitsFor(candidate, victim)) return false;
    const pool = this.poolOf(candidate);
    const { version } = this.pools[pool]!;
    if (candidate !== this.offeredTo || nowS !== this.offeredAtS || version !== this.offeredVersion) {
      this.offeredTo = candidate;
      this.offeredAtS = nowS;
      this.offeredVersion = version;
      this.offer(candidate, pool, nowS);
    }
    return this.offered.has(victim);
  }

  protected reasonFor(candidate: number, victim: number): Why {
    const pool = this.poolOf(candidate);
    const { used } = this.pools[pool]!;
    const own = this.classOf(candidate);
    const other = this.classOf(victim);
    return {
      reason: 'reclaims-quota',
      numbers: {
        candidateClassUnits: used[own]!,
        candidateClassNominal: this.nominal(own, pool),
        victimClassUnits: used[other]!,
        victimClassNominal: this.nominal(other, pool),
      },
    };
  }

  /** Works out who may be stopped: of each class above its quota as many, in the order of victims, as leave it there. */
  private offer(candidate: number, pool: number, nowS: number): void {
    const { offered, pools, tasks } = this;
    const { used, holdings } = pools[pool]!;
    offered.clear();
    const own = this.classOf(candidate);
    if (used[own]! + tasks.gpus(candidate) > this.nominal(own, pool)) return;
    const victims: number[] = [];
    for (const [task, { ofClass, units, isLeaving }] of holdings)
      if (!isLeaving && used[ofClass]! - units >= this.nominal(ofClass, pool)) victims.push(task);
    victims.sort((a, b) => this.compareVictims(a, b, nowS));
    const left = used.slice();
    for (const task of victims) {
      const { ofClass, units } = holdings.get(task)!;
      if (left[ofClass]! - units < this.nominal(ofClass, pool)) continue;
      if (!this.guards.allow(task, nowS)) continue;
      left[ofClass]! -= units;
      offered.add(task);
    }
  }

  private nominal(ofClass: number, pool: number): number {
    const quota = this.quotas[ofClass]!;
    return this.areShares ? Math.floor(quota * this.view.poolUnits(pool) + ROUNDING) : quota;
  }

  private classOf(task: number): number {
    return this.classes.of(task, this.tasks.stage(task));
  }

  private poolOf(task: number): number {
    return this.view.poolOf(this.tasks.stage(task));
  }
}

const isEmpty = (record: Readonly<Record<string, number>>): boolean => Object.keys(record).length === 0;

export const quotaPreemption = definePolicy({
  point: 'preemption',
  name: 'quota',
  summary: 'A task of a tenant or workload below its quota of the pool takes back what others have borrowed.',
  source:
    'Kueue v0.11, reclaimWithinCohort; capacity reclaiming of the YARN capacity scheduler (Hadoop 3, ProportionalCapacityPreemptionPolicy).',
  helps: 'When quotas are lent: idle capacity is used by others, and its owner has it back at once.',
  hurts:
    'When owners come and go quickly: borrowers are stopped each time and lose what they have not saved.',
  parameters: z
    .strictObject({
      by: byParameter('Whose tasks have a quota.'),
      quotas: z
        .record(z.string(), positive())
        .default({})
        .describe(
          'Nominal quota of each pool by name of the tenant or workload, GPUs or slots; others have none.',
        ),
      shares: z
        .record(z.string(), fraction())
        .default({})
        .describe('The same as parts of the pool, rounded down to whole units; instead of `quotas`.'),
      ...sharedParameters(),
    })
    .refine(({ quotas, shares }) => isEmpty(quotas) !== isEmpty(shares), {
      error:
        'expected either `quotas` in units or `shares` of the pool by name, for example {shares: {acme: 50%}}',
    })
    .superRefine(checkCosts),
  references: ({ by, quotas, shares }) => [
    ...classReferences(by, 'quotas', quotas),
    ...classReferences(by, 'shares', shares),
  ],
  needs: needsOf,
  create: ({ by, quotas, shares, ...shared }, view, runtime): PreemptionPolicy =>
    new QuotaPreemption(by, quotas, shares, shared, view, runtime),
});
