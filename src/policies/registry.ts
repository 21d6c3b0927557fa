/** The catalogue: every policy that a scenario can name without bringing its own file. */
import type { z } from 'zod';
import { acceptAll } from './admission/accept-all.js';
import { boundedQueue } from './admission/bounded-queue.js';
import { circuitBreaker } from './admission/circuit-breaker.js';
import { codel } from './admission/codel.js';
import { costBudget } from './admission/cost-budget.js';
import { deadlineFeasibility } from './admission/deadline-feasibility.js';
import { gcra } from './admission/gcra.js';
import { hierarchical } from './admission/hierarchical.js';
import { leakyBucket } from './admission/leaky-bucket.js';
import { tokenBucket } from './admission/token-bucket.js';
import { conservativeBackfill } from './backfill/conservative.js';
import { easyBackfill } from './backfill/easy.js';
import { greedyBackfill } from './backfill/greedy.js';
import { noBackfill } from './backfill/none.js';
import { credits } from './backpressure/credits.js';
import { noBackpressure } from './backpressure/none.js';
import { watermark } from './backpressure/watermark.js';
import { aimd } from './concurrency/aimd.js';
import { envoyGradient } from './concurrency/envoy-gradient.js';
import { fixedLimit } from './concurrency/fixed.js';
import { gradient2 } from './concurrency/gradient2.js';
import { multiSignal } from './concurrency/multi-signal.js';
import { vegas } from './concurrency/vegas.js';
import { dropLate } from './deadlines/drop.js';
import { escalateLate } from './deadlines/escalate.js';
import { fallbackLate } from './deadlines/fallback.js';
import { noDeadlineAction } from './deadlines/none.js';
import type { PolicyDefinition, PolicyPoint } from './definition.js';
import { adaptiveLifo } from './ordering/adaptive-lifo.js';
import { ageing } from './ordering/ageing.js';
import { drf } from './ordering/drf.js';
import { drr } from './ordering/drr.js';
import { edf } from './ordering/edf.js';
import { fifo } from './ordering/fifo.js';
import { gittins } from './ordering/gittins.js';
import { las } from './ordering/las.js';
import { lifo } from './ordering/lifo.js';
import { priority } from './ordering/priority.js';
import { score } from './ordering/score.js';
import { sjf } from './ordering/sjf.js';
import { srpt } from './ordering/srpt.js';
import { wfq } from './ordering/wfq.js';
import { bestFit } from './placement/best-fit.js';
import { dotProduct } from './placement/dot-product.js';
import { firstFit } from './placement/first-fit.js';
import { fragmentationAware } from './placement/fragmentation-aware.js';
import { gpuClustering } from './placement/gpu-clustering.js';
import { gpuPacking } from './placement/gpu-packing.js';
import { heterogeneityAware } from './placement/heterogeneity-aware.js';
import { leastLoaded } from './placement/least-loaded.js';
import { localityAware } from './placement/locality-aware.js';
import { pack } from './placement/pack.js';
import { randomPlacement } from './placement/random.js';
import { spread } from './placement/spread.js';
import type {
  AdmissionPolicy,
  BackfillPolicy,
  BackpressurePolicy,
  ConcurrencyLimit,
  DeadlinePolicy,
  OrderingPolicy,
  PlacementPolicy,
  PreemptionPolicy,
  RetryPolicy,
  RolloutPolicy,
  ScalingPolicy,
  WipLimit,
} from './points.js';
import { attainedPreemption } from './preemption/attained.js';
import { noPreemption } from './preemption/none.js';
import { priorityPreemption } from './preemption/priority.js';
import { quotaPreemption } from './preemption/quota.js';
import { refillPreemption } from './preemption/refill.js';
import { srptPreemption } from './preemption/srpt.js';
import { retryBudget } from './retry/budget.js';
import { deadLetterQueue } from './retry/dead-letter.js';
import { exponentialRetry } from './retry/exponential.js';
import { fixedRetry } from './retry/fixed.js';
import { hedge } from './retry/hedge.js';
import { noRetry } from './retry/none.js';
import { canary } from './rollout/canary.js';
import { noRollout } from './rollout/none.js';
import { noScaling } from './scaling/none.js';
import { predictive } from './scaling/predictive.js';
import { queueLength } from './scaling/queue-length.js';
import { reactive } from './scaling/reactive.js';
import { scheduled } from './scaling/scheduled.js';
import { classWip } from './wip/class.js';
import { cohortWip } from './wip/cohort.js';
import { fairSeats } from './wip/fair-seats.js';
import { globalWip } from './wip/global.js';
import { hybridWip } from './wip/hybrid.js';
import { partitionedWip } from './wip/partitioned.js';
import { softWip } from './wip/soft.js';
import { stageWip } from './wip/stage.js';
import { tenantWip } from './wip/tenant.js';

/** What a policy of each point is, once it is made. */
export interface PolicyOf {
  rollout: RolloutPolicy;
  admission: AdmissionPolicy;
  wip: WipLimit;
  concurrency: ConcurrencyLimit;
  ordering: OrderingPolicy;
  placement: PlacementPolicy;
  backfill: BackfillPolicy;
  preemption: PreemptionPolicy;
  backpressure: BackpressurePolicy;
  retry: RetryPolicy;
  deadlines: DeadlinePolicy;
  scaling: ScalingPolicy;
}

/** A definition of the point: the compiler checks here that each policy is what its point asks for. */
export type DefinitionAt<Point extends PolicyPoint> = PolicyDefinition<z.ZodObject, PolicyOf[Point]>;

const CATALOGUE: { readonly [Point in PolicyPoint]: readonly DefinitionAt<Point>[] } = {
  rollout: [noRollout, canary],
  admission: [
    acceptAll,
    boundedQueue,
    tokenBucket,
    leakyBucket,
    circuitBreaker,
    codel,
    gcra,
    hierarchical,
    costBudget,
    deadlineFeasibility,
  ],
  wip: [stageWip, classWip, tenantWip, globalWip, hybridWip, softWip, partitionedWip, fairSeats, cohortWip],
  concurrency: [fixedLimit, aimd, gradient2, vegas, envoyGradient, multiSignal],
  ordering: [fifo, lifo, priority, ageing, edf, sjf, srpt, las, gittins, wfq, drr, drf, score, adaptiveLifo],
  placement: [
    firstFit,
    bestFit,
    pack,
    spread,
    randomPlacement,
    dotProduct,
    gpuClustering,
    gpuPacking,
    fragmentationAware,
    heterogeneityAware,
    leastLoaded,
    localityAware,
  ],
  backfill: [noBackfill, greedyBackfill, easyBackfill, conservativeBackfill],
  preemption: [
    noPreemption,
    priorityPreemption,
    quotaPreemption,
    srptPreemption,
    attainedPreemption,
    refillPreemption,
  ],
  backpressure: [noBackpressure, watermark, credits],
  retry: [noRetry, fixedRetry, exponentialRetry, retryBudget, deadLetterQueue, hedge],
  deadlines: [noDeadlineAction, dropLate, fallbackLate, escalateLate],
  scaling: [noScaling, reactive, queueLength, scheduled, predictive],
};

/** All policies, point by point in the order in which the points act on a task. */
export const POLICIES: readonly PolicyDefinition[] = Object.values(CATALOGUE).flat();

export function policiesAt<Point extends PolicyPoint>(point: Point): readonly DefinitionAt<Point>[] {
  return CATALOGUE[point];
}

export function findPolicy<Point extends PolicyPoint>(
  point: Point,
  name: string,
): DefinitionAt<Point> | undefined {
  return policiesAt(point).find((policy) => policy.name === name);
}
