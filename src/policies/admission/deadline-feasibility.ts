/**
 * Refuses a task that is not expected to finish in time:
 *
 *     now + (wait + service) x margin > deadline
 *
 * `service` is the estimate (estimators.ts) of the seconds of service of all its steps. `wait` is the work ahead of it
 * over the servers, summed over the pools on its way, each pool once:
 *
 *     wait = sum over pools of (sum over the pool's stages of queue length x GPU-seconds a service there
 *                               + GPU-seconds a service of the pool, if all its GPUs are taken) / GPUs
 *
 * with running means of the services seen so far; the second term is the time until the next GPU comes free, so that
 * in M/M/c the wait is exact: (queue length + 1) x mean service / c when all are busy. A service without a pool counts
 * by its latency, waits inside it included, as part of `service`.
 */
import { z } from 'zod';
import { count, durationS, positive } from '../../units/schema.js';
import { definePolicy, type NameReference } from '../definition.js';
import { ADMIT, type AdmissionPolicy, type AttemptOutcome, REFUSE, type Why } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import { taskKey } from '../task-key.js';
import type { SystemView } from '../view.js';
import { PredictionError } from './budgets.js';
import { type Estimator, estimatorParameters, makeEstimator, RunningMean } from './estimators.js';

const SERVICE = 0;

interface Attempt {
  /** When it should finish, without the margin. */
  readonly predictedS: number;
  servedS: number;
}

const deadlineFeasibilityParameters = z.strictObject({
  margin: positive()
    .default(1)
    .describe('Factor on the predicted time: above 1 refuses more (some of which would have made it).'),
  declared: z
    .record(z.string(), durationS())
    .default({})
    .describe(
      'Service of all steps by workload, used until there is a past to estimate from (by `declared`: always); 0 for others.',
    ),
  ...estimatorParameters('class-mean'),
  probeAfter: count(0)
    .default(100)
    .describe(
      'After so many refusals of a workload without an admission one is let in, or an estimate that is too high would never be corrected. 0: never.',
    ),
});

type DeadlineFeasibilityParameters = z.output<typeof deadlineFeasibilityParameters>;

class DeadlineFeasibility implements AdmissionPolicy {
  /** A deadline does not wait: there is no better time to come back. */
  readonly retryAfterS = 0;
  private readonly estimator: Estimator;
  private readonly poolsOnTheWay: readonly (readonly number[])[];
  private readonly stagesOfPool: readonly (readonly number[])[];
  private readonly gpuSecondsAtStage: readonly RunningMean[];
  private readonly gpuSecondsAtPool: readonly RunningMean[];
  /** By task key. */
  private readonly admitted = new Map<number, Attempt>();
  /** By workload, since its last admission. */
  private readonly refusals: number[];
  private readonly predictions = new PredictionError();
  private reason = '';
  private waitS = 0;
  private serviceS = 0;

  constructor(
    private readonly parameters: DeadlineFeasibilityParameters,
    private readonly view: SystemView,
    runtime: PolicyRuntime,
  ) {
    const { workloadNames, stageNames, poolNames, tasks } = view;
    const stages = [...stageNames.keys()];
    this.stagesOfPool = poolNames.map((_, pool) => stages.filter((stage) => view.poolOf(stage) === pool));
    this.poolsOnTheWay = workloadNames.map((_, workload) => [
      ...new Set(
        view
          .stagesOf(workload)
          .map((stage) => view.poolOf(stage))
          .filter((pool) => pool >= 0),
      ),
    ]);
    this.gpuSecondsAtStage = stages.map(() => new RunningMean());
    this.gpuSecondsAtPool = poolNames.map(() => new RunningMean());
    this.refusals = workloadNames.map(() => 0);
    const declaredS = workloadNames.map((name) =>
      Object.hasOwn(parameters.declared, name) ? parameters.declared[name]! : 0,
    );
    this.estimator = makeEstimator({
      parameters,
      workloads: workloadNames.length,
      tasks,
      runtime,
      quantities: {
        count: 1,
        declared: (workload) => declaredS[workload]!,
        truth: (task) => view.serviceAheadS(task, false),
      },
    });
  }

  decide(task: number, nowS: number): number {
    const { tasks } = this.view;
    const workload = tasks.workload(task);
    const deadlineS = tasks.deadlineS(task);
    this.waitS = this.waitAheadS(workload);
    this.serviceS = this.estimator.estimate(task, SERVICE);
    const takesS = this.waitS + this.serviceS;
    this.reason = this.verdict(workload, nowS + takesS * this.parameters.margin, deadlineS);
    if (this.reason === 'infeasible') {
      this.refusals[workload]!++;
      return REFUSE;
    }
    this.refusals[workload] = 0;
    this.admitted.set(taskKey(tasks, task), { predictedS: nowS + takesS, servedS: 0 });
    return ADMIT;
  }

  onServiceEnd(task: number, stage: number, serviceS: number, failed: boolean): void {
    const attempt = this.admitted.get(taskKey(this.view.tasks, task));
    if (attempt !== undefined) attempt.servedS += serviceS;
    const pool = this.view.poolOf(stage);
    if (pool < 0 || failed) return;
    const gpuSeconds = serviceS * this.view.tasks.gpus(task);
    this.gpuSecondsAtStage[stage]!.add(gpuSeconds);
    this.gpuSecondsAtPool[pool]!.add(gpuSeconds);
  }

  onAttemptEnd(task: number, outcome: AttemptOutcome, nowS: number): void {
    const attempt = this.admitted.get(taskKey(this.view.tasks, task));
    if (attempt === undefined) return;
    this.admitted.delete(taskKey(this.view.tasks, task));
    if (outcome !== 'completed') return;
    this.estimator.learn(this.view.tasks.workload(task), SERVICE, attempt.servedS);
    this.predictions.add(attempt.predictedS - nowS);
  }

  measures(): Readonly<Record<string, number>> {
    return {
      finish_error_mean_s: this.predictions.mean(),
      finish_error_mean_abs_s: this.predictions.meanAbsolute(),
    };
  }

  beginMeasuring(): void {
    this.predictions.clear();
  }

  why(task: number, nowS: number): Why {
    const deadlineS = this.view.tasks.deadlineS(task);
    return {
      reason: this.reason,
      numbers: {
        waitS: this.waitS,
        serviceS: this.serviceS,
        ...(deadlineS === Number.POSITIVE_INFINITY ? {} : { untilDeadlineS: deadlineS - nowS }),
      },
    };
  }

  private verdict(workload: number, finishS: number, deadlineS: number): string {
    if (deadlineS === Number.POSITIVE_INFINITY) return 'no-deadline';
    if (finishS <= deadlineS) return 'feasible';
    const { probeAfter } = this.parameters;
    return probeAfter > 0 && this.refusals[workload]! >= probeAfter ? 'probe' : 'infeasible';
  }

  private waitAheadS(workload: number): number {
    const { view } = this;
    let waitS = 0;
    for (const pool of this.poolsOnTheWay[workload]!) {
      const units = view.poolUnits(pool);
      const isFull = view.poolUnitsTaken(pool) >= units;
      // How long a pool stays without GPUs is not known: it is taken for one with a single GPU.
      let gpuSeconds = isFull ? this.gpuSecondsAtPool[pool]!.or(0) : 0;
      for (const stage of this.stagesOfPool[pool]!)
        gpuSeconds += view.queueLength(stage) * this.gpuSecondsAtStage[stage]!.or(0);
      waitS += gpuSeconds / Math.max(1, units);
    }
    return waitS;
  }
}

export const deadlineFeasibility = definePolicy({
  point: 'admission',
  name: 'deadline-feasibility',
  summary: 'Refuses a task that is not expected to finish before its deadline, by the work ahead of it.',
  source:
    'Refusal in advance of what cannot meet its deadline, as in Clockwork (Gujarati et al., OSDI 2020); the wait is that of M/M/c (Kleinrock, Queueing Systems I, 3.5).',
  helps:
    'Under overload with deadlines: no GPU time goes into answers that come too late, and clients learn it at once.',
  hurts:
    'When service times vary much within a workload, or the order is not first come first served: the prediction is an average.',
  parameters: deadlineFeasibilityParameters,
  references: ({ declared }): readonly NameReference[] =>
    Object.keys(declared).map((name) => ({ kind: 'workload', name, path: ['declared', name] })),
  needs: () => ['deadline'],
  create: (parameters, view, runtime): AdmissionPolicy => new DeadlineFeasibility(parameters, view, runtime),
});
