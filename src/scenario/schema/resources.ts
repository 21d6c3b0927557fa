/** Services, and the stages in front of pools and services. */
import { z } from 'zod';
import { distributionSchema } from '../../kernel/distribution/registry.js';
import { count, fraction } from '../../units/schema.js';

const COUNT_MAX = 1e9;

export const serviceSchema = z.strictObject({
  concurrency: count()
    .max(COUNT_MAX)
    .optional()
    .describe(
      'Calls served at a time; others wait inside the service, first come first served. Default: unlimited.',
    ),
  latency: distributionSchema.describe('How long a call takes.'),
  errorRate: fraction().default(0).describe('Share of calls that fail.'),
});

const queueSchema = z.strictObject({
  capacity: count(0).max(COUNT_MAX).optional().describe('Tasks that may wait. Default: unlimited.'),
  whenFull: z
    .enum(['refuse', 'block'])
    .default('refuse')
    .describe(
      'What happens to a task that finds the queue full: refused, or kept where it comes from, with what it holds there.',
    ),
});

export const stageSchema = z
  .strictObject({
    pool: z.string().optional().describe('The pool that does the work.'),
    service: z.string().optional().describe('The service that is called.'),
    queue: queueSchema.optional().describe('The queue in front of the stage.'),
  })
  .superRefine((stage, context) => {
    if ((stage.pool === undefined) !== (stage.service === undefined)) return;
    context.addIssue({
      code: 'custom',
      path: stage.pool === undefined ? [] : ['service'],
      message:
        stage.pool === undefined
          ? 'a stage needs a pool or a service: add `pool: NAME` or `service: NAME`'
          : 'a stage has either a pool or a service, not both',
    });
  });
