/** At most so many tasks at work in the whole system: CONWIP. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { definePolicy } from '../definition.js';
import { LANE_ALL, type WipLimit } from '../points.js';
import { CountedLimit, holdsParameter } from './counting.js';

class GlobalWip implements WipLimit {
  readonly lanes = LANE_ALL;
  private readonly all: CountedLimit;

  constructor(
    readonly holds: 'stage' | 'task',
    limit: number,
  ) {
    this.all = new CountedLimit([limit]);
  }

  mayStart(): boolean {
    return this.all.hasRoom(0);
  }

  started(): void {
    this.all.take(0);
  }

  stopped(): void {
    this.all.release(0);
  }
}

export const globalWip = definePolicy({
  point: 'wip',
  name: 'global',
  summary: 'Limits the tasks at work in the whole system.',
  source: 'CONWIP (Spearman, Woodruff and Hopp, 1990).',
  helps:
    'For agents and other long workflows: what was begun is finished before more is begun, and memory is bounded.',
  hurts: 'When stages are unbalanced: slow work takes all the places and the fast stages run dry.',
  parameters: z.strictObject({
    limit: count().default(100).describe('Tasks at work at the same time.'),
    holds: holdsParameter('task'),
  }),
  create: ({ holds, limit }): WipLimit => new GlobalWip(holds, limit),
});
