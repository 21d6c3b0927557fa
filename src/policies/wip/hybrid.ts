/** Local caps under one global cap: a task starts only where every one of them has room. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy, type NameReference } from '../definition.js';
import { LANE_ALL, LANE_BY_TENANT, LANE_BY_WORKLOAD, type WipLimit } from '../points.js';
import type { TaskView } from '../view.js';
import { CountedLimit, holdsParameter, limitsByName } from './counting.js';

class HybridWip implements WipLimit {
  constructor(
    readonly holds: 'stage' | 'task',
    readonly lanes: number,
    private readonly all: CountedLimit,
    private readonly stages: CountedLimit,
    private readonly workloads: CountedLimit,
    private readonly tenants: CountedLimit,
    private readonly tasks: TaskView,
  ) {}

  mayStart(task: number, stage: number): boolean {
    return (
      this.all.hasRoom(0) &&
      this.stages.hasRoom(stage) &&
      this.workloads.hasRoom(this.tasks.workload(task)) &&
      this.tenants.hasRoom(this.tasks.tenant(task))
    );
  }

  started(task: number, stage: number): void {
    this.all.take(0);
    if (this.holds === 'stage') this.stages.take(stage);
    this.workloads.take(this.tasks.workload(task));
    this.tenants.take(this.tasks.tenant(task));
  }

  stopped(task: number, stage: number): void {
    this.all.release(0);
    if (this.holds === 'stage') this.stages.release(stage);
    this.workloads.release(this.tasks.workload(task));
    this.tenants.release(this.tasks.tenant(task));
  }
}

const KINDS = { stages: 'stage', classes: 'workload', tenants: 'tenant' } as const;
const isEmpty = (limits: Readonly<Record<string, number>>): boolean => Object.keys(limits).length === 0;

const caps = (of: string) =>
  z
    .record(z.string(), count())
    .default({})
    .describe(`Tasks at work by name of the ${of}; no limit for others.`);

export const hybridWip = definePolicy({
  point: 'wip',
  name: 'hybrid',
  summary: 'Local caps for stages, workloads and tenants under one global cap.',
  source:
    'Generalised Kanban with a CONWIP cap (Buzacott and Shanthikumar, 1993, ch. 4; Hopp and Spearman, 2011, ch. 10).',
  helps:
    'To share a global budget: local caps may add up to more than the cap, so idle shares are used by others.',
  hurts: 'When tuned by hand: with many caps it is hard to see which one binds; watch the stages’ idle time.',
  parameters: z
    .strictObject({
      global: count().default(100).describe('Tasks at work at the same time.'),
      stages: caps('stage'),
      classes: caps('workload'),
      tenants: caps('tenant'),
      holds: holdsParameter('stage'),
    })
    .refine((value) => value.holds === 'stage' || isEmpty(value.stages), {
      error: '`stages` counts tasks that hold a stage: leave `holds` at stage, or leave `stages` out',
      path: ['holds'],
    }),
  references: (parameters) =>
    (['stages', 'classes', 'tenants'] as const).flatMap((field) =>
      Object.keys(parameters[field]).map(
        (name): NameReference => ({ kind: KINDS[field], name, path: [field, name] }),
      ),
    ),
  create: ({ global, stages, classes, tenants, holds }, view): WipLimit =>
    new HybridWip(
      holds,
      (isEmpty(classes) ? LANE_ALL : LANE_BY_WORKLOAD) + (isEmpty(tenants) ? LANE_ALL : LANE_BY_TENANT),
      new CountedLimit([global]),
      new CountedLimit(limitsByName(view.stageNames, stages, undefined)),
      new CountedLimit(limitsByName(view.workloadNames, classes, undefined)),
      new CountedLimit(limitsByName(view.tenantNames, tenants, undefined)),
      view.tasks,
    ),
});
