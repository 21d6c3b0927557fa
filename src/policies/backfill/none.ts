/** Strict head of line: nobody starts before the task that is next. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { BackfillPolicy } from '../points.js';

const NO_BACKFILL: BackfillPolicy = { reserves: 'all', depth: 1, estimateS: () => 0 };

export const noBackfill = definePolicy({
  point: 'backfill',
  name: 'none',
  summary: 'Strict head of line: while the task that is next does not fit, nobody behind it starts.',
  source: 'First come, first served scheduling of gangs (Feitelson, 1997).',
  helps: 'Where order is a promise: a large gang is never overtaken, so it cannot starve.',
  hurts:
    'With mixed gang sizes: GPUs stand idle while the head of the line waits for the last one that it needs.',
  parameters: z.strictObject({}),
  create: (): BackfillPolicy => NO_BACKFILL,
});
