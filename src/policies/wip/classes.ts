/** Whose limit a task counts against: that of its tenant, of its workload, of its stage, or the one of all. */
import { z } from 'zod';
import type { NameReference } from '../definition.js';
import { LANE_ALL, LANE_BY_TENANT, LANE_BY_WORKLOAD } from '../points.js';
import type { SystemView, TaskView } from '../view.js';

export const byParameter = (what: string) => z.enum(['tenant', 'workload']).default('tenant').describe(what);

export type By = z.output<ReturnType<typeof byParameter>>;

export class TaskClasses {
  /** Index is what `of` returns. */
  readonly names: readonly string[];
  readonly lanes: number;
  private readonly tasks: TaskView;

  constructor(
    private readonly by: By | 'stage' | 'global',
    view: SystemView,
  ) {
    this.tasks = view.tasks;
    this.names =
      by === 'tenant'
        ? view.tenantNames
        : by === 'workload'
          ? view.workloadNames
          : by === 'stage'
            ? view.stageNames
            : ['all'];
    this.lanes = by === 'tenant' ? LANE_BY_TENANT : by === 'workload' ? LANE_BY_WORKLOAD : LANE_ALL;
  }

  of(task: number, stage: number): number {
    switch (this.by) {
      case 'tenant':
        return this.tasks.tenant(task);
      case 'workload':
        return this.tasks.workload(task);
      case 'stage':
        return stage;
      case 'global':
        return 0;
    }
  }
}

/** The names in a parameter that is a record by name of the tenant or workload. */
export function classReferences(
  by: By,
  field: string,
  record: Readonly<Record<string, unknown>>,
): NameReference[] {
  return Object.keys(record).map((name) => ({ kind: by, name, path: [field, name] }));
}
