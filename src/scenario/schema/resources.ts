/** What there is to work with: pools of GPUs, services, and the stages in front of them; and what disturbs services. */
import { z } from 'zod';
import { distributionSchema } from '../../kernel/distribution/registry.js';
import {
  count,
  durationOrInfinityS,
  durationS,
  fraction,
  sizeBytes,
  usdPerHour,
} from '../../units/schema.js';
import { factor } from './factor.js';
import { sharingProblems, sharingSchema } from './sharing.js';

const NODES_MAX = 1_000_000;
const UNITS_MAX = 1_000_000;
const COUNT_MAX = 1e9;

export const poolSchema = z
  .strictObject({
    mode: z
      .enum(['slots', 'exclusive', 'shared'])
      .default('slots')
      .describe(
        '`slots`: each GPU serves `slotsPerGpu` tasks at a time. `exclusive`: a task takes whole GPUs, a gang at once. `shared`: all tasks on a node are served at once, each with an equal share.',
      ),
    nodes: count().max(NODES_MAX).default(1).describe('Machines in the pool.'),
    gpusPerNode: count().max(UNITS_MAX).default(1).describe('GPUs of each machine.'),
    slotsPerGpu: count()
      .max(UNITS_MAX)
      .optional()
      .describe('Tasks that a GPU serves at a time; in mode `slots` only. Default: 1.'),
    speed: factor().default(1).describe('Work of 1 s takes 1/speed seconds.'),
    sharing: sharingSchema.optional().describe('How a GPU is shared; in mode `shared` only.'),
    memory: sizeBytes().optional().describe('Memory of one GPU. Default: not stated, never short.'),
    price: usdPerHour().default(0).describe('Price of one GPU for an hour.'),
    spanNodes: z
      .boolean()
      .optional()
      .describe(
        'Whether a gang larger than a node may use several; in mode `exclusive` only. Default: false.',
      ),
  })
  .superRefine((pool, context) => {
    const wrong = (key: string, message: string) =>
      context.addIssue({ code: 'custom', path: [key], message });
    for (const [key, message] of sharingProblems(pool)) wrong(key, message);
    if (pool.mode === 'exclusive' && pool.slotsPerGpu !== undefined)
      wrong('slotsPerGpu', '`slotsPerGpu` needs mode slots: in mode exclusive a task takes whole GPUs');
    if (pool.mode === 'slots' && pool.spanNodes !== undefined)
      wrong('spanNodes', '`spanNodes` needs mode exclusive: in mode slots a task stays on one node');
    const units = pool.nodes * pool.gpusPerNode * (pool.slotsPerGpu ?? 1);
    if (units > UNITS_MAX && pool.mode !== 'shared')
      wrong(
        'nodes',
        `the pool has ${units} ${pool.mode === 'slots' ? 'slots' : 'GPUs'}; at most ${UNITS_MAX} are supported`,
      );
  });

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

export const disturbanceSchema = z
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
