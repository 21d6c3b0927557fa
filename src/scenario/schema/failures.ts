/** What goes wrong with the nodes of a pool by itself, and the checkpoints of its tasks. */
import { z } from 'zod';
import type { DistributionSpec } from '../../kernel/distribution/definition.js';
import { createDistribution, distributionSchema } from '../../kernel/distribution/registry.js';
import {
  durationOrInfinityS,
  durationS,
  fraction,
  periodS,
  QUANTITY_MAX,
  sizeBytes,
} from '../../units/schema.js';
import { namesOrName } from './name.js';

/** Much more often than this, and a run has no end. */
const BETWEEN_MIN_S = 0.001;
const INTERVAL_MIN_S = 0.001;

/** A time between two events of a kind, above 0 on average. */
const between = (schema: z.ZodType<DistributionSpec>) =>
  schema.refine((spec) => createDistribution(spec).mean >= BETWEEN_MIN_S, {
    error: 'expected a time of at least 1ms on average',
  });

/** Between failures: a bare duration is the mean of an exponential distribution. */
const mtbf = () =>
  between(
    z.preprocess((written) => {
      const mean = typeof written === 'number' || typeof written === 'string';
      return mean ? { dist: 'exponential', mean: written } : written;
    }, distributionSchema),
  ).describe(
    'Time in service until the next failure: a mean, which makes it exponential, or any distribution.',
  );

/** For what comes again and again, drawn each time. */
export const everySchema = between(distributionSchema);

const repair = () => distributionSchema.describe('Time out of service.');

const outage = () =>
  z.strictObject({
    mtbf: mtbf(),
    repair: repair(),
    whileIdle: z
      .boolean()
      .default(true)
      .describe(
        'Whether a node that no task is on can fail. If not, the time to its failure is drawn anew, which for an exponential one is a clock that runs only under load.',
      ),
  });

const slowdown = () =>
  z
    .number({ error: 'expected a number of at least 1' })
    .min(1, { error: 'expected a number of at least 1' })
    .max(QUANTITY_MAX, { error: `expected a number of at most ${QUANTITY_MAX}` })
    .describe('Factor on the time that work takes there.');

const stragglers = z
  .strictObject({
    fraction: fraction()
      .optional()
      .describe('Part of the nodes that is slow from the beginning to the end, drawn for each node.'),
    mtbf: mtbf().optional(),
    for: distributionSchema.optional().describe('How long a node stays slow; with `mtbf`.'),
    slowdown: slowdown(),
  })
  .superRefine(({ fraction: part, mtbf: time, for: lasts }, context) => {
    const wrong = (path: string[], message: string) => context.addIssue({ code: 'custom', path, message });
    if ((part === undefined) === (time === undefined))
      wrong([], 'stragglers have either a `fraction` (always the same nodes) or `mtbf` and `for`');
    else if (time !== undefined && lasts === undefined)
      wrong([], 'stragglers with `mtbf` need `for`: how long a node stays slow');
    else if (part !== undefined && lasts !== undefined)
      wrong(['for'], '`for` needs `mtbf`: a `fraction` of the nodes is slow from the beginning to the end');
  });

export const failuresSchema = z
  .strictObject({
    node: outage().optional().describe('Failures of each node.'),
    gpu: outage()
      .optional()
      .describe('Failures of each GPU; its whole node goes out of service, as operators do it.'),
    rack: outage().optional().describe('Failures of each rack: all of its nodes at once.'),
    spot: z
      .strictObject({
        mtbf: mtbf(),
        notice: durationS().default(0).describe('From the notice until the node is gone.'),
        back: distributionSchema.describe('Time until the node is there again.'),
        groups: namesOrName().optional().describe('The groups of nodes that are spot. Default: all.'),
      })
      .optional()
      .describe('Nodes that are taken away; they are not paid for until they are back.'),
    stragglers: stragglers.optional().describe('Nodes that are slow.'),
    maintenance: z
      .strictObject({
        every: periodS().describe('Time in service of each node between two; the nodes take turns.'),
        for: distributionSchema.describe('Time out of service.'),
        drain: durationOrInfinityS()
          .default(Number.POSITIVE_INFINITY)
          .describe(
            'The node takes nobody in and waits for those who are there, so long at most; then they are stopped. `inf`: as long as they want.',
          ),
      })
      .optional()
      .describe('Maintenance of each node.'),
  })
  .refine((failures) => Object.values(failures).some((source) => source !== undefined), {
    error: 'nothing fails here: add `node`, `gpu`, `rack`, `spot`, `stragglers` or `maintenance`',
  });

export const checkpointSchema = z
  .strictObject({
    every: durationS()
      .refine((everyS) => everyS === 0 || everyS >= INTERVAL_MIN_S, {
        error: 'expected 0 or a duration of at least 1ms',
      })
      .describe('Work between two checkpoints. 0: progress is always safe, at no cost.'),
    cost: durationS().default(0).describe('Time on the GPUs that a checkpoint takes.'),
    restore: durationS()
      .default(0)
      .describe('Time on the GPUs that loading a checkpoint takes before the work goes on.'),
    size: sizeBytes()
      .optional()
      .describe(
        'Of a task’s state: it travels to the storage of the `network` when a task is stopped and saves it, and back when it goes on, in the place of those times. Default: it does not travel.',
      ),
  })
  .refine(({ every, cost }) => every > 0 || cost === 0, {
    path: ['cost'],
    error: 'where progress is always safe (`every: 0`) there is no checkpoint to pay for',
  });

export type FailuresEntry = z.output<typeof failuresSchema>;
