/** Services, the stages in front of pools and services, and what disturbs services. */
import { z } from 'zod';
import { distributionSchema } from '../../kernel/distribution/registry.js';
import { count, durationOrInfinityS, durationS, fraction } from '../../units/schema.js';
import { factor } from './factor.js';
import { linkDisturbanceSchema } from './network.js';

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

export const serviceDisturbanceSchema = z
  .strictObject({
    service: z.string().describe('The service that is disturbed.'),
    at: durationS().describe('When it begins.'),
    for: durationOrInfinityS().describe('How long it lasts; `inf` is to the end.'),
    slowdown: factor().optional().describe('Factor on the latency of calls that begin meanwhile.'),
    errorRate: fraction().optional().describe('Share of calls that fail meanwhile.'),
    concurrency: count(0)
      .max(COUNT_MAX)
      .optional()
      .describe('Calls served at a time meanwhile; 0 is an outage.'),
  })
  .refine(
    ({ slowdown, errorRate, concurrency }) =>
      slowdown !== undefined || errorRate !== undefined || concurrency !== undefined,
    { error: 'a disturbance needs an effect: add `slowdown`, `errorRate` or `concurrency`' },
  );

/** The key that names what is disturbed says which it is. */
export const disturbanceSchema = z.union([serviceDisturbanceSchema, linkDisturbanceSchema]);

export type DisturbanceEntry = z.output<typeof disturbanceSchema>;
