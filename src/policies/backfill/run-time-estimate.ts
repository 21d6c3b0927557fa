/** What backfill believes about run times: what users ask for, as a rule too much, and not exactly. */
import { z } from 'zod';
import { count } from '../../units/schema.js';
import { errorCvParameter, SizeEstimate } from '../ordering/size-estimate.js';
import type { BackfillPolicy } from '../points.js';
import type { PolicyRuntime } from '../runtime.js';
import type { SystemView } from '../view.js';

const DEPTH_MAX = 100_000;

export const depthParameter = () =>
  count()
    .max(DEPTH_MAX)
    .default(100)
    .describe('Tasks of the line that are looked at, the head included: Slurm’s bf_max_job_test.');

export const estimateParameters = () => ({
  depth: depthParameter(),
  overestimate: z
    .number({ error: 'expected a number above 0' })
    .positive({ error: 'expected a number above 0' })
    .default(1)
    .describe('Factor on the run times that are believed: users ask for more than they need.'),
  errorCv: errorCvParameter(),
});

type EstimateParameters = z.output<z.ZodObject<ReturnType<typeof estimateParameters>>>;

/** A backfill policy that keeps reservations. */
export function reserving(
  reserves: 'head' | 'all',
  { depth, overestimate, errorCv }: EstimateParameters,
  view: SystemView,
  runtime: PolicyRuntime,
): BackfillPolicy {
  const estimate = new SizeEstimate(view, runtime, errorCv);
  return {
    reserves,
    depth,
    estimateS: (task) => {
      const { tasks } = view;
      const speed = view.poolSpeed(view.poolOf(tasks.stage(task)));
      // What was asked for and not used is given back at the end of the run, not bit by bit.
      const spareS = (overestimate - 1) * estimate.sizeS(task);
      return Math.max(0, estimate.remainingNowS(task) + spareS) / speed;
    },
  };
}
