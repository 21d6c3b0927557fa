/** At most so many tasks of a workload at work: a WIP limit for each class of service. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { LANE_BY_WORKLOAD, type WipLimit } from '../points.js';
import type { TaskView } from '../view.js';
import { CountedLimit, holdsParameter, limitsByName } from './counting.js';

class ClassWip implements WipLimit {
  readonly lanes = LANE_BY_WORKLOAD;
  private readonly workloads: CountedLimit;

  constructor(
    readonly holds: 'stage' | 'task',
    limits: readonly number[],
    private readonly tasks: TaskView,
  ) {
    this.workloads = new CountedLimit(limits);
  }

  mayStart(task: number): boolean {
    return this.workloads.hasRoom(this.tasks.workload(task));
  }

  started(task: number): void {
    this.workloads.take(this.tasks.workload(task));
  }

  stopped(task: number): void {
    this.workloads.release(this.tasks.workload(task));
  }
}

export const classWip = definePolicy({
  point: 'wip',
  name: 'class',
  summary: 'Limits the tasks at work of each workload.',
  source:
    'Classes of service with WIP limits (Anderson, Kanban, 2010); bulkheads (Nygard, Release It!, 2018, 5.3).',
  helps: 'To keep one kind of work, batch for example, from taking every slot that another needs quickly.',
  hurts: 'When the reserved share stands idle because its workload is quiet.',
  parameters: z
    .strictObject({
      limits: z
        .record(z.string(), count())
        .default({})
        .describe('Tasks at work by name of the workload; before `limit`.'),
      limit: count()
        .optional()
        .describe('Tasks at work of each workload not named in `limits`. Omitted: no limit.'),
      holds: holdsParameter('task'),
    })
    .refine((value) => value.limit !== undefined || Object.keys(value.limits).length > 0, {
      error: 'expected `limit` for every workload or `limits` by workload, for example {limits: {batch: 4}}',
    }),
  references: ({ limits }) =>
    Object.keys(limits).map((name) => ({ kind: 'workload', name, path: ['limits', name] })),
  create: ({ holds, limits, limit }, view): WipLimit =>
    new ClassWip(holds, limitsByName(view.workloadNames, limits, limit), view.tasks),
});
