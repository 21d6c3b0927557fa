/**
 * The schema of the plan document: what `wipsim schema plan` prints, and what a program may check a document with. The
 * compiler holds it against the document's types.
 */
import { z } from 'zod';
import { estimateSchema, scenarioSchema } from '../result-schema.js';
import { PLAN_VERSION, type PlanDocument } from './document.js';

const count = z.int().min(0);
const byName = <Value extends z.ZodType>(value: Value) => z.record(z.string(), value);
const nodes = byName(count).describe('By pool.');
const setting = count.describe('Index into `space.settings`.');
const status = z
  .enum(['met', 'missed', 'not-shown', 'impossible'])
  .describe('`not-shown`: the replications that were allowed could not tell, which counts as not met.');

const sloSchema = z
  .strictObject({
    name: z.string(),
    metric: z.string(),
    comparison: z.enum(['at_most', 'at_least']),
    threshold: z.number(),
    estimate: estimateSchema,
    slack_fraction: z.number().describe('What is left to the threshold as a part of it; negative: missed.'),
  })
  .meta({ id: 'planned-slo' });
const slos = z.array(sloSchema);

const candidateSchema = z
  .strictObject({
    nodes,
    setting,
    cost_usd_per_hour: z.number().describe('By configuration.'),
    status,
    replications: count,
    slos,
    p99_s: estimateSchema.nullable(),
    on_frontier: z.boolean().describe('Whether nothing evaluated is both cheaper and quicker.'),
  })
  .meta({ id: 'candidate' });

const workSchema = z.strictObject({ candidates: count, runs: count, events: count }).meta({ id: 'work' });

const answerSchema = z.strictObject({
  nodes,
  setting,
  cost_usd_per_hour: z.number(),
  billed_usd_per_hour: estimateSchema.describe('What was billed in the runs.'),
  replications: count.describe('That had no part in the choice.'),
  slos,
  p99_s: estimateSchema,
  utilisation: byName(estimateSchema).describe('Busy share by pool.'),
  binding_slo: z.string().nullable().describe('The one with the least slack.'),
  bottleneck_pool: z.string().nullable(),
  bottleneck_by: z.enum(['next-node', 'utilisation']).nullable(),
});

const tuningSchema = z.strictObject({
  objective: z.strictObject({ metric: z.string(), goal: z.enum(['minimise', 'maximise']) }),
  indifference_fraction: z.number(),
  nodes,
  values: z.array(
    z.strictObject({
      setting,
      status,
      replications: count,
      objective: estimateSchema.nullable(),
      against_best: estimateSchema.nullable().describe('Paired by replication; null for the best itself.'),
      standing: z.enum(['best', 'as-good', 'worse', 'misses']),
      slos,
    }),
  ),
  best: setting.nullable(),
  sensitivity: z.array(
    z.strictObject({
      control: z.string(),
      lowest: estimateSchema,
      highest: estimateSchema,
      range_fraction: z.number(),
    }),
  ),
});

export const planSchema = z.strictObject({
  format: z.literal('wipsim-plan'),
  version: z.literal(PLAN_VERSION),
  scenario: scenarioSchema,
  seed: z.string(),
  confidence: z.number().describe('Of the statement that the answer meets every SLO.'),
  load: z.number(),
  interrupted: z.boolean(),
  space: z.strictObject({
    pools: z.array(
      z.strictObject({
        name: z.string(),
        path: z.string(),
        min_nodes: count,
        max_nodes: count,
        base_nodes: count,
        usd_per_node_hour: z.number(),
      }),
    ),
    settings: z.array(z.strictObject({ name: z.string(), values: byName(z.string()) })),
    candidates: count,
  }),
  answer: answerSchema.nullable(),
  nearest_miss: z.strictObject({ candidate: candidateSchema, binding_slo: z.string() }).nullable(),
  head_room: z
    .strictObject({
      loads: z.array(z.strictObject({ load: z.number(), status, broken_slos: z.array(z.string()), slos })),
      largest_load_met: z.number(),
      least_load_not_met: z.number().nullable(),
      first_broken_slo: z.string().nullable(),
    })
    .nullable(),
  extra_nodes: z
    .array(
      z.strictObject({
        pool: z.string(),
        cost_usd_per_hour: z.number(),
        slos: z.array(z.strictObject({ name: z.string(), metric: z.string(), change: estimateSchema })),
        p99_s: estimateSchema,
      }),
    )
    .describe('What one node more in a pool buys.'),
  cheaper: z.array(
    z.strictObject({
      candidate: candidateSchema,
      failing_slo: z.string().nullable(),
      missed_by: estimateSchema.nullable(),
      reason: z.string(),
    }),
  ),
  candidates: z.array(candidateSchema).describe('All that ran at the plan’s load, cheapest first.'),
  growth: z
    .strictObject({
      rate_per_month: z.number(),
      months: count,
      pools: z.array(z.strictObject({ pool: z.string(), runs_out_month: count.nullable() })),
      plan_fails_month: count.nullable(),
    })
    .nullable(),
  nodes_down: z
    .strictObject({ spares: count, pools: z.array(z.strictObject({ pool: z.string(), status, slos })) })
    .nullable(),
  tuning: tuningSchema.nullable(),
  work: z.strictObject({
    search: workSchema.describe('To find and confirm the answer.'),
    questions: workSchema.describe('For the questions about it.'),
    exhaustive: workSchema.describe('Every candidate with as many replications as the decision took.'),
  }),
  warnings: z.array(z.string()),
}) satisfies z.ZodType<PlanDocument>;
