/** The LLM server on a pool in mode `batching`: the replica, its memory, its batch and the time of its iterations. */
import { z } from 'zod';
import { bytesPerS, count, durationS, fraction, sizeBytes } from '../../units/schema.js';

const TOKENS_MAX = 1e12;
const BATCH_MAX = 100_000;
const GPUS_MAX = 1024;

const tokensOrInfinity = () =>
  z.union([count().max(TOKENS_MAX), z.literal('inf').transform(() => Number.POSITIVE_INFINITY)], {
    error: 'expected a whole number of at least 1, or inf',
  });

/** `{1: 30ms, 32: 37ms, 64: 52ms}` to points in ascending order of batch. */
const batchTable = z
  .record(z.string().regex(/^\d+$/, { error: 'expected a number of sequences' }), durationS())
  .refine((table) => Object.keys(table).length > 0, { error: 'expected at least one point' })
  .transform((table) =>
    Object.entries(table)
      .map(([batch, s]) => ({ batch: Number(batch), s }))
      .sort((a, b) => a.batch - b.batch),
  )
  .refine((points) => points.length < 2 || points.at(-1)!.s >= points.at(-2)!.s, {
    error: 'the last slope goes down, and beyond the last point it would go on to below 0',
  });

const timingSchema = z.strictObject({
  batch: batchTable
    .optional()
    .describe(
      'Seconds of an iteration by the sequences in decode, for example {0: 29ms, 32: 37ms, 64: 52ms}: straight between the points, the last slope goes on. Batch 0 is an iteration of prompts alone.',
    ),
  perKvToken: durationS().optional().describe('For each token of KV that is read.'),
  prefillBase: durationS().optional().describe('Once in an iteration with any prompt.'),
  perPrefillToken: durationS().optional().describe('For each token of a prompt.'),
  perPrefillTokenContext: durationS()
    .optional()
    .describe('For each pair of a token of a prompt and one before it: attention is quadratic.'),
});

export const servingSchema = z.strictObject({
  profile: z
    .string()
    .optional()
    .describe('A serving profile (`wipsim profiles`); what is given beside it replaces its values.'),
  model: z.string().optional().describe('A model profile, for the size of weights and KV.'),
  hardware: z.string().optional().describe('A hardware profile, for memory, prices and PCIe.'),
  tensorParallel: count()
    .max(GPUS_MAX)
    .optional()
    .describe('GPUs of one replica, on one machine. Default: 1.'),
  kvTokens: tokensOrInfinity()
    .optional()
    .describe(
      'KV memory of a replica in tokens, or `inf`. Default: that of the profile, or what the model leaves of the GPUs’ memory.',
    ),
  kvBytesPerToken: sizeBytes()
    .optional()
    .describe('KV of one token, all GPUs of the replica together. Default: from the model.'),
  memoryShare: fraction()
    .optional()
    .describe(
      'Share of the GPUs’ memory that the engine uses, where `kvTokens` follows from it. Default: 0.9.',
    ),
  blockTokens: count().max(TOKENS_MAX).optional().describe('Tokens of one block of KV. Default: 16.'),
  watermark: fraction()
    .refine((share) => share < 1, { error: 'expected a fraction below 1: some of the memory has to be used' })
    .optional()
    .describe('Share of the blocks that stays free when requests are taken in. Default: 0.01.'),
  maxBatch: count().max(BATCH_MAX).optional().describe('Requests in the batch of a replica. Default: 256.'),
  tokenBudget: tokensOrInfinity()
    .optional()
    .describe('Tokens of one iteration, decode and prefill together. Default: 8192.'),
  prefill: z
    .enum(['chunked', 'whole'])
    .optional()
    .describe(
      '`chunked`: prompts get what decode leaves of the token budget. `whole`: iterations of whole prompts alone come first. Default: chunked.',
    ),
  onShortMemory: z
    .enum(['recompute', 'swap'])
    .optional()
    .describe('What becomes of the KV of a request that must leave the batch. Default: recompute.'),
  swapBandwidth: bytesPerS()
    .optional()
    .describe('Between a replica’s GPUs and host memory, each way. Default: PCIe of the hardware.'),
  prefixCache: z
    .boolean()
    .optional()
    .describe('Whether KV is kept for later steps of the same task. Default: true.'),
  role: z
    .enum(['both', 'prefill', 'decode'])
    .optional()
    .describe('`prefill`: requests end at their first token. `decode`: they begin with it. Default: both.'),
  timing: timingSchema.optional().describe('Seconds of an iteration. Default: those of the profile.'),
});

export type ServingEntry = z.output<typeof servingSchema>;

/** Keys that do not go together, with what is wrong about them. */
export function servingProblems(pool: {
  readonly mode: string;
  readonly groups?: unknown;
  readonly nodeList?: unknown;
  readonly slotsPerGpu?: unknown;
  readonly slicesPerGpu?: unknown;
  readonly spanNodes?: unknown;
  readonly serving?: unknown;
}): [key: string, message: string][] {
  if (pool.mode !== 'batching')
    return pool.serving === undefined
      ? []
      : [['serving', `\`serving\` needs mode batching: in mode ${pool.mode} tasks have their GPUs or slots`]];
  const other = (
    key: 'slotsPerGpu' | 'slicesPerGpu' | 'spanNodes' | 'nodeList',
    why: string,
  ): [string, string][] =>
    pool[key] === undefined ? [] : [[key, `\`${key}\` has no meaning in mode batching: ${why}`]];
  return [
    ...(pool.serving === undefined
      ? ([['mode', 'mode batching needs `serving`: a profile, or memory and timing']] as [string, string][])
      : []),
    ...other('slotsPerGpu', '`serving.maxBatch` says how many requests a replica takes'),
    ...other('slicesPerGpu', 'a replica has whole GPUs'),
    ...other('spanNodes', 'a replica is on one machine'),
    ...other('nodeList', 'all its machines are alike, and `nodes` says how many there are'),
    ...(pool.groups === undefined
      ? []
      : ([['groups', 'one timing cannot hold for different hardware: give each kind a pool of its own']] as [
          string,
          string,
        ][])),
  ];
}
