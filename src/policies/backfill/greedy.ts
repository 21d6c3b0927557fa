/** Greedy backfill: the first tasks of the line that fit. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { BackfillPolicy } from '../points.js';
import { depthParameter } from './run-time-estimate.js';

export const greedyBackfill = definePolicy({
  point: 'backfill',
  name: 'greedy',
  summary: 'Goes down the line and starts every task that fits, whatever that does to those before it.',
  source:
    'First fit of the queue, also called list scheduling: Graham (1969); the filling rule of Muri (SIGCOMM 2022).',
  helps: 'With small gangs and no need for order: no GPU is idle while somebody in the line could use it.',
  hurts: 'Large gangs: small tasks that keep coming take every GPU that comes free, and the gang starves.',
  parameters: z.strictObject({ depth: depthParameter() }),
  create: ({ depth }): BackfillPolicy => ({ reserves: 'none', depth, estimateS: () => 0 }),
});
