/**
 * Admission by estimated cost against several budgets at once. When a task comes, what its attempt will take is
 * estimated (estimators.ts) and every budget is charged with it, or none is; when the attempt ends, the difference to
 * what it really took is given back or charged (budgets.ts), so a refilled budget keeps its rate in the long run
 * however bad the estimates are, and may be in debt for a while. GPU-seconds are seconds of service times GPUs; in a
 * pool of slots, times slots.
 *
 * An estimate above a whole budget counts as the whole: such a task waits until all of it is free, runs alone on it
 * and is charged the rest afterwards. Refusing it would stop the workload for good, as nothing would be learnt.
 *
 * The ETA of a task is the longest wait over the budgets, those ahead in the queue included. A refilled budget is
 * there after shortfall / rate, where those ahead count by what attempts have used of their estimates so far. A held
 * one is given back by the attempts in flight, each expected to last as long as the workload's attempts did on
 * average; a shortfall of more than the whole budget takes further rounds of it, each as long as those in flight hold
 * it on average (Little's law).
 */
import { definePolicy, type NameReference } from '../definition.js';
import { ADMIT, type AdmissionPolicy, type AttemptOutcome, HOLD, REFUSE, type Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import { taskKey } from '../task-key.js';
import type { SystemView } from '../view.js';
import { type Attempt, AttemptQueue } from './attempt-queue.js';
import { HeldBudget, PredictionError } from './budgets.js';
import {
  type Account,
  accountsOf,
  type CostBudgetParameters,
  costBudgetParameters,
  ESTIMATED,
  GPU_SECONDS,
  MEMORY,
  TOKENS,
} from './cost-parameters.js';
import { type Estimator, makeEstimator, RunningMean } from './estimators.js';
import { ExpectedReleases } from './expected-releases.js';

class CostBudget implements AdmissionPolicy {
  retryAfterS = 0;
  private readonly accounts: readonly Account[];
  private readonly estimator: Estimator;
  private readonly slots: readonly number[];
  private readonly declaredHoldS: readonly number[];
  private readonly holdsS: readonly RunningMean[];
  /** By task key: the copy that ends a hedged task's attempt may not be the one that was let in. */
  private readonly admitted = new Map<number, Attempt>();
  private readonly releases = new ExpectedReleases();
  private readonly waiting: AttemptQueue;
  /** Whether any budget is held, so that releases are worth expecting. */
  private readonly holds: boolean;
  /** Pushed out of the queue by a decision; turned away as soon as that is over. */
  private readonly pushedOut = new Map<number, Attempt>();
  private timer = -1;
  private isLettingIn = false;
  private last: Attempt | undefined;

  private readonly estimateErrors = Array.from({ length: ESTIMATED }, () => new PredictionError());
  private readonly truths = Array.from({ length: ESTIMATED }, () => new RunningMean());
  private readonly etaErrors = new PredictionError();
  private queueMax = 0;
  private pushedOutCount = 0;

  constructor(
    private readonly parameters: CostBudgetParameters,
    private readonly view: SystemView,
    private readonly runtime: PolicyRuntime,
  ) {
    const { tasks, workloadNames } = view;
    const declared = workloadNames.map((name) =>
      Object.hasOwn(parameters.declared, name) ? parameters.declared[name] : undefined,
    );
    const prices = declared.map((of) => [of?.tokens ?? 0, of?.gpuSeconds ?? 0, of?.memory ?? 0]);
    this.slots = declared.map((of) => of?.slots ?? 1);
    this.declaredHoldS = declared.map((of) => of?.hold ?? 0);
    this.holdsS = workloadNames.map(() => new RunningMean());
    this.accounts = accountsOf(parameters);
    this.waiting = new AttemptQueue(this.accounts.length);
    this.holds = this.accounts.some(({ budget }) => budget instanceof HeldBudget);
    this.estimator = makeEstimator({
      parameters,
      workloads: workloadNames.length,
      tasks,
      runtime,
      quantities: {
        count: ESTIMATED,
        declared: (workload, quantity) => prices[workload]![quantity]!,
        truth: (task, quantity) => this.known(task, quantity),
      },
    });
  }

  decide(task: number, nowS: number): number {
    const attempt = this.attemptOf(task, nowS);
    this.last = attempt;
    if (this.waiting.size === 0 && this.fits(attempt, nowS)) {
      this.admit(attempt, nowS);
      return ADMIT;
    }
    this.expect(attempt, nowS);
    const { whenFull, maxQueue = Number.POSITIVE_INFINITY } = this.parameters;
    if (whenFull === 'reject') return this.refuse(attempt, attempt.reason);
    if (this.waiting.size >= maxQueue) {
      const victim = whenFull === 'shed' ? this.waiting.leastValuable(attempt) : attempt;
      if (victim === attempt)
        return this.refuse(attempt, whenFull === 'shed' ? 'least-valuable' : 'queue-full');
      this.pushOut(victim);
      this.expect(attempt, nowS);
    }
    this.waiting.add(attempt);
    this.queueMax = Math.max(this.queueMax, this.waiting.size);
    if (this.waiting.size === 1) this.waitForRefill(nowS);
    return HOLD;
  }

  forget(task: number): void {
    this.pushedOut.delete(task);
    const isHead = this.waiting.head?.task === task;
    this.waiting.remove(task);
    if (isHead) this.lookAgainIn(0);
  }

  onServiceEnd(task: number, stage: number, serviceS: number): void {
    const attempt = this.admitted.get(taskKey(this.view.tasks, task));
    if (attempt === undefined) return;
    attempt.wasServed = true;
    if (this.view.poolOf(stage) >= 0) attempt.gpuSeconds += serviceS * this.view.tasks.gpus(task);
  }

  onAttemptEnd(task: number, outcome: AttemptOutcome, nowS: number): void {
    const attempt = this.admitted.get(taskKey(this.view.tasks, task));
    if (attempt === undefined) {
      this.forget(task);
      return;
    }
    this.admitted.delete(taskKey(this.view.tasks, task));
    if (outcome === 'completed') {
      attempt.wasServed = true;
      this.learn(attempt, task);
    }
    this.accounts.forEach(({ budget, quantity }, i) => {
      budget.settle(attempt.needs[i]!, this.used(attempt, task, quantity), nowS);
    });
    if (this.holds) this.releases.remove(attempt);
    // What a later policy refused at once says nothing about how long attempts last.
    if (outcome !== 'rejected' || attempt.wasServed)
      this.holdsS[attempt.workload]!.add(nowS - attempt.admittedS);
    this.letInWaiting(nowS);
  }

  measures(nowS: number): Readonly<Record<string, number>> {
    const figures: Record<string, number> = {};
    for (const { budget, measure } of this.accounts) figures[measure] = budget.figure(nowS);
    for (const [quantity, name] of ['tokens', 'gpu_seconds', 'memory'].entries()) {
      if (!this.accounts.some((account) => account.quantity === quantity)) continue;
      const errors = this.estimateErrors[quantity]!;
      const truth = this.truths[quantity]!.or(0);
      figures[`estimate_error_${name}_mean`] = truth === 0 ? 0 : errors.mean() / truth;
      figures[`estimate_error_${name}_mean_abs`] = truth === 0 ? 0 : errors.meanAbsolute() / truth;
    }
    if (this.parameters.whenFull === 'reject') return figures;
    return {
      ...figures,
      eta_error_mean_s: this.etaErrors.mean(),
      eta_error_mean_abs_s: this.etaErrors.meanAbsolute(),
      waited: this.etaErrors.count,
      pushed_out: this.pushedOutCount,
      queue_max: this.queueMax,
    };
  }

  beginMeasuring(nowS: number): void {
    for (const { budget } of this.accounts) budget.beginMeasuring(nowS);
    for (const errors of this.estimateErrors) errors.clear();
    for (const truth of this.truths) truth.clear();
    this.etaErrors.clear();
    this.queueMax = this.waiting.size;
    this.pushedOutCount = 0;
  }

  why(task: number, nowS: number): Why {
    const attempt = this.admitted.get(taskKey(this.view.tasks, task)) ?? this.last;
    if (attempt === undefined) return { reason: 'within-budgets' };
    const numbers: Record<string, number> = {};
    this.accounts.forEach(({ budget, label }, i) => {
      numbers[`${label}Needed`] = attempt.needs[i]!;
      numbers[`${label}Left`] = budget.left(nowS);
    });
    if (attempt.reason !== 'within-budgets') numbers.etaS = attempt.etaS;
    if (attempt.sinceS < nowS) numbers.waitedS = nowS - attempt.sinceS;
    if (this.waiting.has(task)) numbers.position = attempt.position;
    return { reason: attempt.reason, numbers };
  }

  private attemptOf(task: number, nowS: number): Attempt {
    const workload = this.view.tasks.workload(task);
    const estimates = [
      this.estimator.estimate(task, TOKENS),
      this.estimator.estimate(task, GPU_SECONDS),
      this.estimator.estimate(task, MEMORY),
      this.slots[workload]!,
    ];
    const needs = this.accounts.map(({ budget, quantity }) =>
      Math.min(estimates[quantity]!, budget.capacity),
    );
    const share = Math.max(...needs.map((need, i) => need / this.accounts[i]!.budget.capacity));
    const valueUsd = this.view.tasks.valueUsd(task);
    return {
      task,
      workload,
      estimates,
      needs,
      worthUsd: valueUsd === 0 ? 0 : valueUsd / share,
      sinceS: nowS,
      etaS: 0,
      position: 0,
      admittedS: 0,
      releaseS: 0,
      gpuSeconds: 0,
      wasServed: false,
      reason: 'within-budgets',
    };
  }

  private fits({ needs }: Attempt, nowS: number): boolean {
    for (let i = 0; i < needs.length; i++) if (!this.accounts[i]!.budget.fits(needs[i]!, nowS)) return false;
    return true;
  }

  private admit(attempt: Attempt, nowS: number): void {
    this.accounts.forEach(({ budget }, i) => {
      budget.take(attempt.needs[i]!, nowS);
    });
    this.admitted.set(taskKey(this.view.tasks, attempt.task), attempt);
    attempt.admittedS = nowS;
    attempt.releaseS = nowS + this.holdS(attempt);
    if (this.holds) this.releases.add(attempt);
  }

  private refuse(attempt: Attempt, reason: string): number {
    attempt.reason = reason;
    this.retryAfterS = attempt.etaS;
    return REFUSE;
  }

  /** Position and ETA of one who joins the queue now, and what it waits for longest. */
  private expect(attempt: Attempt, nowS: number): void {
    attempt.position = this.waiting.size + 1;
    attempt.etaS = 0;
    attempt.reason = 'behind-others';
    this.accounts.forEach(({ budget, reason }, i) => {
      const amount = this.waiting.needs[i]! * budget.usedShare + attempt.needs[i]!;
      if (budget.fits(amount, nowS)) return;
      const waitS =
        budget instanceof HeldBudget
          ? this.releases.waitS(i, amount - budget.left(), budget.capacity, this.holdS(attempt), nowS)
          : budget.refillS(amount, nowS);
      if (waitS < attempt.etaS) return;
      attempt.etaS = waitS;
      attempt.reason = reason;
    });
  }

  private holdS({ workload }: Attempt): number {
    return this.holdsS[workload]!.or(this.declaredHoldS[workload]!);
  }

  private pushOut(attempt: Attempt): void {
    this.waiting.remove(attempt.task);
    this.pushedOut.set(attempt.task, attempt);
    this.pushedOutCount++;
    this.lookAgainIn(0);
  }

  /** One at a time: the client is told `retryAfterS` only when the call-back is over. */
  private turnAwayFirst(nowS: number): void {
    for (const [task, attempt] of this.pushedOut) {
      this.pushedOut.delete(task);
      attempt.reason = 'least-valuable';
      this.last = attempt;
      this.retryAfterS = Math.max(0, attempt.sinceS + attempt.etaS - nowS);
      this.runtime.turnAway(task);
      break;
    }
  }

  /** Strictly first come, first served: nobody passes a task that does not fit yet. */
  private letInWaiting(nowS: number): void {
    // Whoever is let in may be refused further on before `letIn` returns, which ends its attempt and comes here again.
    if (this.isLettingIn) return;
    this.isLettingIn = true;
    for (let attempt = this.waiting.head; attempt !== undefined; attempt = this.waiting.head) {
      if (!this.fits(attempt, nowS)) break;
      this.waiting.remove(attempt.task);
      this.admit(attempt, nowS);
      attempt.reason = 'let-in';
      this.etaErrors.add(attempt.etaS - (nowS - attempt.sinceS));
      this.runtime.letIn(attempt.task);
    }
    this.isLettingIn = false;
    this.waitForRefill(nowS);
  }

  /** Looks again when the budgets that time refills are enough for the first in the queue. */
  private waitForRefill(nowS: number): void {
    const { head } = this.waiting;
    if (head === undefined) return;
    let refillS = 0;
    this.accounts.forEach(({ budget }, i) => {
      const need = head.needs[i]!;
      if (!budget.fits(need, nowS)) refillS = Math.max(refillS, budget.refillS(need, nowS));
    });
    if (refillS > 0) this.lookAgainIn(refillS);
  }

  private lookAgainIn(waitS: number): void {
    if (this.timer >= 0) this.runtime.cancel(this.timer);
    this.timer = this.runtime.after(this.pushedOut.size > 0 ? 0 : waitS, () => {
      this.timer = -1;
      const nowS = this.runtime.nowS();
      this.turnAwayFirst(nowS);
      this.letInWaiting(nowS);
      if (this.pushedOut.size > 0) this.lookAgainIn(0);
    });
  }

  private learn(attempt: Attempt, task: number): void {
    for (let quantity = 0; quantity < ESTIMATED; quantity++) {
      const actual = this.used(attempt, task, quantity);
      this.estimator.learn(attempt.workload, quantity, actual);
      // Over the mean of the truth in the end: a mean of single ratios calls an unbiased estimate too high.
      this.estimateErrors[quantity]!.add(attempt.estimates[quantity]! - actual);
      this.truths[quantity]!.add(actual);
    }
  }

  /** What an attempt has taken. One that was cut short before any work has taken nothing but time. */
  private used(attempt: Attempt, task: number, quantity: number): number {
    if (quantity === GPU_SECONDS) return attempt.gpuSeconds;
    return attempt.wasServed ? this.known(task, quantity) : 0;
  }

  /** What the task will take; GPU-seconds if nothing fails on its way. */
  private known(task: number, quantity: number): number {
    const { tasks } = this.view;
    if (quantity === TOKENS) return tasks.promptTokens(task) + tasks.outputTokens(task);
    return quantity === MEMORY ? tasks.memoryBytes(task) : this.view.serviceAheadS(task, true);
  }
}

export const costBudget = definePolicy({
  point: 'admission',
  name: 'cost-budget',
  summary:
    'Admits by estimated cost against budgets of tokens, GPU-seconds, tool slots and GPU memory; corrects when the true cost is known.',
  source:
    'Reserve an estimate, settle the difference: Azure OpenAI quota (estimated max processed tokens) and token-throttle 10.1 (acquire, refund); shedding by value over the dominant share (Ghodsi et al., NSDI 2011).',
  helps:
    'When tasks differ in cost by orders of magnitude, so that counting requests protects nothing, and several resources can run out.',
  hurts:
    'When estimates are poor: too high and budgets stand idle, too low and the resource behind is overrun before it is charged.',
  parameters: costBudgetParameters,
  references: ({ declared }): readonly NameReference[] =>
    Object.keys(declared).map((name) => ({ kind: 'workload', name, path: ['declared', name] })),
  create: (parameters, view, runtime): AdmissionPolicy => new CostBudget(parameters, view, runtime),
});
