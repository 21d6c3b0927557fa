/** At most so many tasks in progress at a stage: the column limit of a Kanban board. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { LANE_ALL, type WipLimit } from '../points.js';
import { CountedLimit, limitsByName } from './counting.js';

class StageWip implements WipLimit {
  readonly holds = 'stage';
  readonly lanes = LANE_ALL;
  private readonly stages: CountedLimit;

  constructor(limits: readonly number[]) {
    this.stages = new CountedLimit(limits);
  }

  mayStart(_task: number, stage: number): boolean {
    return this.stages.hasRoom(stage);
  }

  started(_task: number, stage: number): void {
    this.stages.take(stage);
  }

  stopped(_task: number, stage: number): void {
    this.stages.release(stage);
  }
}

export const stageWip = definePolicy({
  point: 'wip',
  name: 'stage',
  summary: 'Limits the tasks in progress at each stage, those blocked on the way out included.',
  source:
    'Kanban column limits (Anderson, Kanban, 2010); token cards of Buzacott and Shanthikumar (1993), ch. 4.',
  helps:
    'To keep a stage from taking in more than the next can finish, so that work waits where it is cheap.',
  hurts: 'When set below the stage’s capacity: it idles while tasks wait.',
  parameters: z
    .strictObject({
      limits: z
        .record(z.string(), count())
        .default({})
        .describe('Tasks in progress by name of the stage; before `limit`.'),
      limit: count()
        .optional()
        .describe('Tasks in progress at each stage not named in `limits`. Omitted: no limit.'),
    })
    .refine((value) => value.limit !== undefined || Object.keys(value.limits).length > 0, {
      error: 'expected `limit` for every stage or `limits` by stage, for example {limits: {model: 8}}',
    }),
  references: ({ limits }) =>
    Object.keys(limits).map((name) => ({ kind: 'stage', name, path: ['limits', name] })),
  create: (parameters, view): WipLimit =>
    new StageWip(limitsByName(view.stageNames, parameters.limits, parameters.limit)),
});
