/** Parts that documents of several kinds share: only what the tables need, so what else stands there is passed over. */
import { z } from 'zod';

export const named = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value);

export const scenarioSchema = z.object({
  name: z.string(),
  hash: z.string(),
  variant: z.string().nullable(),
});

export const estimateSchema = z.object({
  mean: z.number(),
  ci_low: z.number().nullable(),
  ci_high: z.number().nullable(),
});

export const sloSchema = z.object({
  name: z.string(),
  metric: z.string(),
  comparison: z.enum(['at_most', 'at_least']),
  threshold: z.number(),
  estimate: estimateSchema,
  met: z.boolean(),
  certain: z.boolean(),
});
