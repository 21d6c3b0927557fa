/**
 * Dominant resource fairness. A tenant's dominant share is the largest of its shares of the pool's resources, here
 * GPUs and GPU memory; the next task is one of the tenant whose dominant share, over its weight, is the least.
 */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import { LANE_BY_TENANT, type OrderingPolicy, type Why } from '../points.js';
import type { SystemView, TaskView } from '../view.js';
import { weightReferences, weightsByName, weightsParameter } from './flows.js';

class DominantResourceFairness implements OrderingPolicy {
  readonly structure = 'fifo';
  readonly lanes = LANE_BY_TENANT;
  private readonly tasks: TaskView;
  /** Held by each tenant. */
  private readonly units: Float64Array;
  private readonly memoryBytes: Float64Array;

  constructor(
    private readonly view: SystemView,
    private readonly weights: Float64Array,
  ) {
    this.tasks = view.tasks;
    this.units = new Float64Array(weights.length);
    this.memoryBytes = new Float64Array(weights.length);
  }

  key(): number {
    return 0;
  }

  choose(heads: ArrayLike<number>, count: number): number {
    const { tasks } = this;
    let best = 0;
    let bestShare = Number.POSITIVE_INFINITY;
    for (let i = 0; i < count; i++) {
      const head = heads[i]!;
      const share = this.weightedShare(tasks.tenant(head), tasks.stage(head));
      // Equal shares: the one that has waited longer.
      if (
        share < bestShare ||
        (share === bestShare && tasks.queuedAtS(head) < tasks.queuedAtS(heads[best]!))
      ) {
        best = i;
        bestShare = share;
      }
    }
    return best;
  }

  onStart(task: number): void {
    this.change(task, 1);
  }

  onStop(task: number): void {
    this.change(task, -1);
  }

  /** The tenant's shares, the task that has just started included. */
  why(task: number): Why {
    const tenant = this.tasks.tenant(task);
    const stage = this.tasks.stage(task);
    const gpuShare = this.gpuShare(tenant, stage);
    const memoryShare = this.memoryShare(tenant, stage);
    const reason = memoryShare > gpuShare ? 'least-share-of-memory' : 'least-share-of-gpus';
    return { reason, numbers: { gpuShare, memoryShare, weight: this.weights[tenant]! } };
  }

  private change(task: number, sign: 1 | -1): void {
    const tenant = this.tasks.tenant(task);
    this.units[tenant]! += sign * this.tasks.gpus(task);
    // Whole bytes: sums of them are exact, so a tenant that holds nothing has exactly none.
    this.memoryBytes[tenant]! += sign * Math.round(this.tasks.memoryBytes(task));
  }

  private weightedShare(tenant: number, stage: number): number {
    return Math.max(this.gpuShare(tenant, stage), this.memoryShare(tenant, stage)) / this.weights[tenant]!;
  }

  private gpuShare(tenant: number, stage: number): number {
    return this.units[tenant]! / this.view.servers(stage);
  }

  /** 0 where memory is unlimited, and at services, which have none. */
  private memoryShare(tenant: number, stage: number): number {
    const pool = this.view.poolOf(stage);
    return pool < 0 ? 0 : this.memoryBytes[tenant]! / this.view.poolMemoryBytes(pool);
  }
}

export const drf = definePolicy({
  point: 'ordering',
  name: 'drf',
  summary:
    'Serves the tenant with the least dominant share: its largest share of the pool’s GPUs and memory.',
  source: 'Ghodsi et al., "Dominant resource fairness" (NSDI 2011), with weights as in its section 4.3.',
  helps:
    'When tenants need different things, one many GPUs and another much memory, and each would crowd out the other.',
  hurts:
    'When run times differ: it shares what is held now, so long tasks get more of the fleet over time than short ones.',
  parameters: z.strictObject({ weights: weightsParameter() }),
  references: ({ weights }) => weightReferences('tenant', weights),
  create: ({ weights }, view): OrderingPolicy =>
    new DominantResourceFairness(view, weightsByName(view.tenantNames, weights)),
});
