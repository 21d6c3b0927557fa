/**
 * What the rate limiters share: whose requests one bucket counts, and what a request costs. A bucket is made when
 * its first request comes, so memory follows the tenants and users that were seen.
 */
import { z } from 'zod';
import type { TaskView } from '../view.js';

export const perParameter = () =>
  z
    .enum(['global', 'workload', 'tenant', 'user'])
    .default('global')
    .describe('Who has a bucket: all together, each workload, each tenant, or each user of each workload.');

export const costParameter = () =>
  z
    .enum(['request', 'tokens'])
    .default('request')
    .describe('What a task takes from the bucket: 1, or its prompt and output tokens.');

export type Per = z.output<ReturnType<typeof perParameter>>;
export type Cost = z.output<ReturnType<typeof costParameter>>;

/** Workloads are told from users by this factor: exact below 2^53, so for 2^32 users of 2^21 workloads. */
const USERS = 2 ** 32;

/** A number of its own for each user of each workload. */
export const userKey = (tasks: TaskView, task: number): number =>
  tasks.workload(task) * USERS + tasks.user(task);

/** What a task takes by a cost parameter. */
export const costOf = (tasks: TaskView, task: number, cost: Cost): number =>
  cost === 'request' ? 1 : tasks.promptTokens(task) + tasks.outputTokens(task);

/** The bucket of a task and the task's cost. */
export class Metering<Bucket> {
  private readonly buckets = new Map<number, Bucket>();

  constructor(
    private readonly tasks: TaskView,
    private readonly per: Per,
    private readonly cost: Cost,
    private readonly makeBucket: () => Bucket,
  ) {}

  bucketOf(task: number): Bucket {
    const key = this.keyOf(task);
    let bucket = this.buckets.get(key);
    if (bucket === undefined) {
      bucket = this.makeBucket();
      this.buckets.set(key, bucket);
    }
    return bucket;
  }

  costOf(task: number): number {
    return costOf(this.tasks, task, this.cost);
  }

  private keyOf(task: number): number {
    switch (this.per) {
      case 'global':
        return 0;
      case 'workload':
        return this.tasks.workload(task);
      case 'tenant':
        return this.tasks.tenant(task);
      case 'user':
        return userKey(this.tasks, task);
    }
  }
}
