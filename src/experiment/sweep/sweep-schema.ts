/** The schema of a sweep's document; the compiler holds it against the document's types, so the two cannot drift apart. */
import { z } from 'zod';
import { estimateSchema, sloSchema } from '../result-schema.js';
import { DESIGN_KINDS, SWEEP_VERSION, type SweepDocument } from './document.js';

const byName = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value);
const count = z.int().min(0);
const factorValue = z.union([z.number(), z.string(), z.boolean(), z.null()]);

const factorSchema = z.strictObject({
  name: z.string(),
  path: z.string().describe('As `--set` has it; `policy` for variants, `seed` for seeds.'),
  kind: z.enum(['number', 'category']),
  scale: z.enum(['linear', 'log']),
  unit: z.string().nullable().describe('What stands behind the numbers.'),
  levels: z.array(factorValue).describe('Values that points have: numbers ascending, categories as given.'),
});

const pointSchema = z.strictObject({
  index: count.describe('From 0, in the order of the design.'),
  values: byName(factorValue).describe('By name of the factor.'),
  variant: z.string().nullable(),
  set: z.array(z.string()).describe('Assignments, as `--set` takes them.'),
  seed: z.string(),
  hash: z.string().describe('Equal for points whose runs from one seed are equal.'),
  replications: count.describe('Finished ones.'),
  warmup: z.strictObject({ method: z.enum(['fixed', 'mser-5']), length_s: z.number() }),
  estimates: byName(estimateSchema).describe('By metric.'),
  runs: byName(z.array(z.number())).describe('By metric, a value a replication.'),
  slos: z.array(sloSchema),
  interrupted: z.boolean(),
});

const effectSchema = z.strictObject({
  factor: z.string(),
  share: estimateSchema.describe('First-order share of the metric’s variance over the design.'),
  p_value: z.number().nullable().describe('Of an effect as large by chance.'),
  found: z.boolean().nullable().describe('Whether chance is ruled out at 5%, all factors together.'),
  response: z.array(z.strictObject({ from: factorValue, to: factorValue, points: count, mean: z.number() })),
  change: z.strictObject({ from: count, to: count, estimate: estimateSchema }),
  direction: z.enum(['rises', 'falls', 'unclear']).nullable(),
});

export const sweepSchema = z.strictObject({
  format: z.literal('wipsim-sweep'),
  version: z.literal(SWEEP_VERSION),
  scenario: z.strictObject({
    name: z.string(),
    description: z.string(),
    hash: z.string(),
    variant: z.string().nullable(),
  }),
  seed: z.string(),
  design: z.strictObject({
    kind: z.enum(DESIGN_KINDS),
    requested: count,
    duplicates: count,
    planned: count,
    finished: count,
  }),
  replications: count.describe('At each point.'),
  factors: z.array(factorSchema),
  metrics: z.array(z.string()).describe('Paths into the measures.'),
  better: byName(z.enum(['lower', 'higher']).nullable()),
  points: z.array(pointSchema),
  sensitivity: z.array(
    z.strictObject({
      metric: z.string(),
      points: count,
      varies: z.boolean(),
      effects: z.array(effectSchema).describe('Largest share first.'),
      unexplained_share: z.number(),
    }),
  ),
  warnings: z.array(z.string()),
  interrupted: z.boolean(),
}) satisfies z.ZodType<SweepDocument>;
