/** Conservative backfill: everybody in the line has a start reserved; nobody may put off anybody before them. */
import { z } from 'zod';
import { definePolicy } from '../definition.js';
import type { BackfillPolicy } from '../points.js';
import { estimateParameters, reserving } from './run-time-estimate.js';

export const conservativeBackfill = definePolicy({
  point: 'backfill',
  name: 'conservative',
  summary:
    'Every waiting task has the earliest start that leaves those before it theirs; whose start is now, starts.',
  source:
    'Mu’alem and Feitelson, "Utilization, predictability, workloads, and user runtime estimates" (IEEE TPDS 2001).',
  helps:
    'Where waits must be foreseeable: no task is ever put off by one behind it, as far as run times are known.',
  hurts: 'Against EASY: fewer holes can be used, and planning costs time with the length of the line.',
  parameters: z.strictObject(estimateParameters()),
  create: (parameters, view, runtime): BackfillPolicy => reserving('all', parameters, view, runtime),
});
