/** Workloads: who sends which tasks, what a task asks for, and the way it takes. */
import { z } from 'zod';
import { distributionSchema } from '../../kernel/distribution/registry.js';
import {
  count,
  durationS,
  fraction,
  positive,
  positiveDurationS,
  QUANTITY_MAX,
  sizeBytes,
} from '../../units/schema.js';
import { arrivalEntrySchema } from './arrival.js';
import { factor } from './factor.js';
import { name, namesOrName, tenantName } from './name.js';
import { carriedSchema, dataUsesSchema } from './network.js';

export const TENANTS_MAX = 10_000;
const USERS_MAX = 2 ** 32;
const UNITS_MAX = 1_000_000;
const STEPS_MAX = 1000;
/** `next: end` leaves the system, so no step is called that. */
export const END_NAME = 'end';

const numberedTenants = z
  .strictObject({
    count: count().max(TENANTS_MAX).describe('Number of tenants, called `PREFIX-1`, `PREFIX-2`, ...'),
    skew: z
      .number({ error: 'expected a number of at least 0' })
      .min(0)
      .max(100)
      .default(0)
      .describe('Zipf exponent: tenant k sends a share in proportion to k^-skew; 0: all alike.'),
    prefix: tenantName().default('tenant').describe('Beginning of their names.'),
  })
  .describe('Numbered tenants with Zipf shares');

const weighedTenants = z
  .record(
    tenantName().refine((tenant) => tenant !== 'count', {
      error: '`count` makes numbered tenants, {count: 20, skew: 1.1, prefix: tenant}, and is not a name',
    }),
    factor(),
  )
  .refine((weights) => Object.keys(weights).length > 0, { error: 'expected at least one tenant' })
  .refine((weights) => Object.keys(weights).length <= TENANTS_MAX, {
    error: `expected at most ${TENANTS_MAX} tenants`,
  });

const tokenWork = z
  .strictObject({
    tokens: z.strictObject({
      base: durationS().default(0).describe('Whatever the number of tokens.'),
      perPromptToken: durationS().default(0).describe('For each token of the prompt.'),
      perOutputToken: durationS().default(0).describe('For each token of the answer.'),
    }),
  })
  .describe('From the task’s token counts');

const branch = z.strictObject({
  to: z.string().describe('A step, or `end`.'),
  probability: fraction().optional().describe('One branch may leave it out and gets the rest.'),
});

const units = () =>
  z.union([z.literal('trace'), count().max(UNITS_MAX)], {
    error: 'expected a whole number of at least 1, or trace',
  });

/** What only steps at a batching pool have. */
export const REQUEST_KEYS = ['prompt', 'output', 'context'] as const;

const stepSchema = z
  .strictObject({
    stage: z.string().optional().describe('The stage that serves the step.'),
    delay: distributionSchema.optional().describe('Instead of a stage: a wait that holds nothing.'),
    name: name()
      .refine((text) => text !== END_NAME, {
        error: `\`${END_NAME}\` stands for leaving the system; choose another name`,
      })
      .optional()
      .describe(
        'For `next` of other steps. Default: the name of the stage, with -2, -3, ... where it is taken.',
      ),
    work: z
      .union([z.literal('trace'), tokenWork, distributionSchema])
      .optional()
      .describe(
        'Service demand on a resource of speed 1: a distribution, `trace`, or {tokens: ...}. Required at a pool; at a service by default the latency of the service.',
      ),
    gpus: z
      .union([z.literal('trace'), count().max(UNITS_MAX), z.number().gt(0).lt(1)], {
        error: 'expected a whole number of at least 1, a part of one GPU such as 0.5, or trace',
      })
      .optional()
      .describe(
        'Gang size in an exclusive pool, a part of one GPU where it has `slicesPerGpu`, or `trace`. Default: 1.',
      ),
    within: z
      .enum(['auto', 'node', 'rack', 'pool'])
      .optional()
      .describe(
        'Where the parts of a gang may be, in an exclusive pool. `auto`: on one node if one is large enough, else on whole nodes and one more; `node`: on one node; `rack`, `pool`: on whatever nodes of one rack, or of the pool, have GPUs free. Default: auto.',
      ),
    hardware: namesOrName()
      .optional()
      .describe('Groups of the pool’s nodes, or kinds of hardware, that will do, or `trace`. Default: all.'),
    throughput: z
      .record(z.string(), factor())
      .optional()
      .describe('Factor on the speed of a group of nodes for this step, by its name. Default: 1 each.'),
    cpus: z
      .union([z.literal('trace'), positive()], { error: 'expected a number of CPUs, or trace' })
      .optional()
      .describe('CPUs of a node that the task holds, where nodes state theirs, or `trace`.'),
    hostMemory: z
      .union([z.literal('trace'), sizeBytes()], { error: 'expected a size, for example 16GB, or trace' })
      .optional()
      .describe('Memory of a node that the task holds, where nodes state theirs, or `trace`.'),
    prompt: distributionSchema
      .optional()
      .describe('Tokens that the step reads at a batching pool. Default: the workload’s `promptTokens`.'),
    output: distributionSchema
      .optional()
      .describe('Tokens that it writes there. Default: the workload’s `outputTokens`.'),
    context: z
      .enum(['none', 'kept'])
      .optional()
      .describe(
        'At a batching pool: `kept` puts all that the task’s earlier steps there have read and written before the prompt. Default: none.',
      ),
    slots: units().optional().describe('Slots taken at once in a slots pool, or `trace`. Default: 1.'),
    data: dataUsesSchema()
      .optional()
      .describe('Data sets that have to be on the task’s nodes before its work begins, at a pool.'),
    transfer: carriedSchema
      .optional()
      .describe('What comes along from the node of a pool where the task was last, such as a KV cache.'),
    communication: fraction()
      .optional()
      .describe(
        'Part of its time that a gang within one node communicates; over slower links it takes longer.',
      ),
    errorRate: fraction().default(0).describe('Share of attempts that fail at their end.'),
    idempotent: z
      .boolean()
      .default(true)
      .describe('Whether beginning the step a second time does no harm; if it does, that is counted.'),
    next: z
      .union([z.string(), z.array(branch).min(1)])
      .optional()
      .describe('Where the task goes then. Default: the following step; from the last one: end.'),
  })
  .superRefine((step, context) => {
    const wrong = (message: string, path: string[]) => context.addIssue({ code: 'custom', path, message });
    if (step.stage === undefined && step.delay === undefined)
      wrong('a step needs a stage or a delay: add `stage: NAME` or `delay: 5s`', []);
    if (step.stage !== undefined && step.delay !== undefined)
      wrong('a step has either a stage or a delay, not both', ['delay']);
    if (step.delay === undefined) return;
    for (const key of [
      'work',
      'gpus',
      'slots',
      'within',
      'hardware',
      'throughput',
      'cpus',
      'hostMemory',
      'data',
      'transfer',
      'communication',
      ...REQUEST_KEYS,
    ] as const)
      if (step[key] !== undefined) wrong(`a delay uses no resource, so it has no \`${key}\``, [key]);
    if (step.errorRate > 0) wrong('a delay does not fail, so it has no `errorRate`', ['errorRate']);
  });

export const workloadSchema = z
  .strictObject({
    tenant: tenantName().optional().describe('Who the tasks belong to. Default: `default`.'),
    tenants: z
      .union([numberedTenants, weighedTenants])
      .optional()
      .describe('Instead of `tenant`: weights by name, or {count, skew, prefix}.'),
    users: count()
      .max(USERS_MAX)
      .default(1)
      .describe('Size of the user population; each task is one user’s.'),
    priority: z
      .number({ error: 'expected a number' })
      .optional()
      .describe('Larger is more important. Default: 0.'),
    value: z
      .number({ error: 'expected a number of US dollars' })
      .min(0)
      .max(QUANTITY_MAX, { error: `expected at most ${QUANTITY_MAX} US dollars` })
      .default(0)
      .describe('US dollars that a completed task is worth.'),
    deadline: positiveDurationS().optional().describe('From arrival; what completes later is not goodput.'),
    patience: distributionSchema
      .optional()
      .describe('Time that a task waits for its first start before it gives up.'),
    timeout: distributionSchema
      .optional()
      .describe('Time from arrival after which the client gives up wherever the task is.'),
    promptTokens: distributionSchema.optional().describe('Tokens of the prompt.'),
    outputTokens: distributionSchema.optional().describe('Tokens of the answer.'),
    arrival: arrivalEntrySchema.describe(
      'Where the tasks come from: {process: ...}, {process: closed, users, think} or {trace: ...}.',
    ),
    memory: z
      .union([sizeBytes().transform((value) => ({ dist: 'deterministic', value })), distributionSchema])
      .optional()
      .describe(
        'GPU memory that a task holds while it has a place in a pool: a size, or a distribution in bytes.',
      ),
    fallback: z
      .array(stepSchema)
      .min(1)
      .max(STEPS_MAX)
      .optional()
      .describe('A cheaper path, for tasks whose deadline is near or that are degraded.'),
    fallbackValue: z
      .number({ error: 'expected a number of US dollars' })
      .min(0)
      .max(QUANTITY_MAX, { error: `expected at most ${QUANTITY_MAX} US dollars` })
      .optional()
      .describe('US dollars that a task completed on the fallback path is worth. Default: `value`.'),
    latePenalty: z
      .number({ error: 'expected a number of US dollars' })
      .min(0)
      .default(0)
      .describe('US dollars that a task costs that is not completed by its deadline, or not at all.'),
    workflow: z
      .array(stepSchema)
      .min(1)
      .max(STEPS_MAX)
      .describe('The steps of a task; it begins at the first.'),
  })
  .superRefine((workload, context) => {
    if (workload.tenant !== undefined && workload.tenants !== undefined)
      context.addIssue({
        code: 'custom',
        path: ['tenants'],
        message: 'a workload has either `tenant` or `tenants`, not both',
      });
  });

export type WorkloadEntry = z.output<typeof workloadSchema>;
export type StepEntry = z.output<typeof stepSchema>;
export type TenantsEntry = NonNullable<WorkloadEntry['tenants']>;
