/** The catalogue: every policy that a scenario can name without bringing its own file. */
import type { z } from 'zod';
import { acceptAll } from './admission/accept-all.js';
import { boundedQueue } from './admission/bounded-queue.js';
import { leakyBucket } from './admission/leaky-bucket.js';
import { tokenBucket } from './admission/token-bucket.js';
import { noBackpressure } from './backpressure/none.js';
import { watermark } from './backpressure/watermark.js';
import { aimd } from './concurrency/aimd.js';
import { fixedLimit } from './concurrency/fixed.js';
import { gradient2 } from './concurrency/gradient2.js';
import type { PolicyDefinition, PolicyPoint } from './definition.js';
import { ageing } from './ordering/ageing.js';
import { edf } from './ordering/edf.js';
import { fifo } from './ordering/fifo.js';
import { lifo } from './ordering/lifo.js';
import { priority } from './ordering/priority.js';
import { sjf } from './ordering/sjf.js';
import { bestFit } from './placement/best-fit.js';
import { firstFit } from './placement/first-fit.js';
import type {
  AdmissionPolicy,
  BackpressurePolicy,
  ConcurrencyLimit,
  OrderingPolicy,
  PlacementPolicy,
  PreemptionPolicy,
  RetryPolicy,
  WipLimit,
} from './points.js';
import { noPreemption } from './preemption/none.js';
import { priorityPreemption } from './preemption/priority.js';
import { exponentialRetry } from './retry/exponential.js';
import { fixedRetry } from './retry/fixed.js';
import { noRetry } from './retry/none.js';
import { classWip } from './wip/class.js';
import { globalWip } from './wip/global.js';
import { hybridWip } from './wip/hybrid.js';
import { stageWip } from './wip/stage.js';
import { tenantWip } from './wip/tenant.js';

/** What a policy of each point is, once it is made. */
export interface PolicyOf {
  admission: AdmissionPolicy;
  wip: WipLimit;
  concurrency: ConcurrencyLimit;
  ordering: OrderingPolicy;
  placement: PlacementPolicy;
  preemption: PreemptionPolicy;
  backpressure: BackpressurePolicy;
  retry: RetryPolicy;
}

/** A definition of the point: the compiler checks here that each policy is what its point asks for. */
export type DefinitionAt<Point extends PolicyPoint> = PolicyDefinition<z.ZodObject, PolicyOf[Point]>;

const CATALOGUE: { readonly [Point in PolicyPoint]: readonly DefinitionAt<Point>[] } = {
  admission: [acceptAll, boundedQueue, tokenBucket, leakyBucket],
  wip: [stageWip, classWip, tenantWip, globalWip, hybridWip],
  concurrency: [fixedLimit, aimd, gradient2],
  ordering: [fifo, lifo, priority, ageing, edf, sjf],
  placement: [firstFit, bestFit],
  preemption: [noPreemption, priorityPreemption],
  backpressure: [noBackpressure, watermark],
  retry: [noRetry, fixedRetry, exponentialRetry],
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
