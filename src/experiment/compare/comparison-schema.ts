/**
 * The schema of the comparison document: what `wipsim schema comparison` prints, and what a program may check a
 * document with. The compiler holds it against the document's types.
 */
import { z } from 'zod';
import { estimateSchema, policyUseSchema, sloSchema, warmupSchema } from '../result-schema.js';
import { COMPARISON_VERSION, type ComparisonDocument } from './document.js';

const count = z.int().min(0);
const intervalSchema = z.strictObject({
  mean: z.number(),
  ci_low: z.number().nullable(),
  ci_high: z.number().nullable(),
});

const differenceSchema = z.strictObject({
  setup: z.string(),
  against: z.string().describe('The difference is `setup` − `against`.'),
  difference: intervalSchema.describe('Bounds at `confidence`; null for one pair of runs.'),
  relative: intervalSchema
    .nullable()
    .describe('As a share of the mean of `against` (Fieller); null where that is not certainly away from 0.'),
  confidence: z
    .number()
    .describe('Of both intervals: the level at which Holm’s procedure judged, so that they agree with it.'),
  adjusted_p: z.number().min(0).max(1).describe('Holm’s, over all comparisons of the look.'),
  decision: z.enum(['lower', 'higher', 'no-difference-found', 'equivalent', 'open']),
  variance_reduction: z
    .number()
    .nullable()
    .describe('Times as many runs on independent random numbers would have been needed.'),
  verdict: z.string().describe('What is found, in words.'),
});

const byName = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value);

export const comparisonSchema = z.strictObject({
  format: z.literal('wipsim-comparison'),
  version: z.literal(COMPARISON_VERSION),
  title: z.string(),
  seed: z.string(),
  baseline: z.string().describe('Name of the setup that the others are held against.'),
  setups: z.array(
    z.strictObject({
      name: z.string(),
      scenario: z.strictObject({ name: z.string(), hash: z.string(), variant: z.string().nullable() }),
      policies: z.array(policyUseSchema),
      warmup: warmupSchema,
      slos: z.array(sloSchema),
    }),
  ),
  confidence: z.number().describe('The chance of any wrong "lower" or "higher" is at most 1 − confidence.'),
  indifference: z.number().describe('Share of the baseline below which a difference does not matter.'),
  replications: z.strictObject({
    looks: z
      .array(count)
      .describe('When the comparison looked at what it had, in replications of each setup.'),
    used: count.describe('Pairs of runs that the figures are from.'),
    budget: count,
  }),
  stopped: z.enum(['decided', 'budget', 'interrupted']).describe('Why no more was run.'),
  metrics: z.array(
    z.strictObject({
      metric: z.string().describe('Path into the measures.'),
      better: z.enum(['lower', 'higher']).nullable(),
      estimates: byName(estimateSchema).describe('By setup.'),
      runs: byName(z.array(z.number())).describe('By setup, in the order of the pairs of runs.'),
      differences: z.array(differenceSchema),
      winner: z.string().nullable().describe('The setup that is better than every other.'),
    }),
  ),
  warnings: z.array(z.string()),
  interrupted: z.boolean(),
}) satisfies z.ZodType<ComparisonDocument>;
