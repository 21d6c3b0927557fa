/**
 * EASY backfill: the head of the line has its earliest start reserved, on the estimates of those that run; a task
 * behind it starts if it is over by then or leaves the head's GPUs alone.
 */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { BackfillPolicy } from '../points.js';
import { estimateParameters, reserving } from './run-time-estimate.js';

export const easyBackfill = definePolicy({
  point: 'backfill',
  name: 'easy',
  summary:
    'Tasks behind the head start where that does not put off the head’s start, as far as run times are known.',
  source:
    'Lifka, "The ANL/IBM SP scheduling system" (1995); Mu’alem and Feitelson (IEEE TPDS 2001), aggressive backfilling.',
  helps: 'With gangs of mixed sizes: GPUs that the head cannot use yet do short work meanwhile.',
  hurts:
    'Where run times are badly guessed: the head waits longer than without; those behind it may be put off at will.',
  parameters: z.strictObject(estimateParameters()),
  create: (parameters, view, runtime): BackfillPolicy => reserving('head', parameters, view, runtime),
});
