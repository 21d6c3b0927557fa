/** At most so many tasks of a tenant at work: a concurrency quota for each customer. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { LANE_BY_TENANT, type WipLimit } from '../points.js';
import type { TaskView } from '../view.js';
import { CountedLimit, holdsParameter, limitsByName } from './counting.js';

class TenantWip implements WipLimit {
  readonly lanes = LANE_BY_TENANT;
  private readonly tenants: CountedLimit;

  constructor(
    readonly holds: 'stage' | 'task',
    limits: readonly number[],
    private readonly tasks: TaskView,
  ) {
    this.tenants = new CountedLimit(limits);
  }

  mayStart(task: number): boolean {
    return this.tenants.hasRoom(this.tasks.tenant(task));
  }

  started(task: number): void {
    this.tenants.take(this.tasks.tenant(task));
  }

  stopped(task: number): void {
    this.tenants.release(this.tasks.tenant(task));
  }
}

export const tenantWip = definePolicy({
  point: 'wip',
  name: 'tenant',
  summary: 'Limits the tasks at work of each tenant, with exceptions by name.',
  source: 'Per-tenant concurrency quotas; bulkheads (Nygard, Release It!, 2018, 5.3).',
  helps: 'Against noisy neighbours: one tenant’s flood queues behind itself.',
  hurts: 'When few tenants are active: the quota leaves capacity idle that nobody else wants.',
  parameters: z.strictObject({
    limit: count().default(10).describe('Tasks at work of each tenant not named in `overrides`.'),
    overrides: z.record(z.string(), count()).default({}).describe('Tasks at work by name of the tenant.'),
    holds: holdsParameter('task'),
  }),
  references: ({ overrides }) =>
    Object.keys(overrides).map((name) => ({ kind: 'tenant', name, path: ['overrides', name] })),
  create: ({ holds, limit, overrides }, view): WipLimit =>
    new TenantWip(holds, limitsByName(view.tenantNames, overrides, limit), view.tasks),
});
