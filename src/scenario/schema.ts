/**
 * A scenario file, version 1: every key, its unit, its default and what it means. What comes out is parsed (units as
 * numbers, policies with their parameters) but names are still names; `compile.ts` resolves them.
 */
import { z } from 'zod';
import { checkSchema } from './check-schema.js';
import { NO_USER_POLICIES, type UserPolicies } from './policy-files.js';
import { disturbanceSchema } from './schema/disturbance.js';
import { named } from './schema/name.js';
import { dataSetsSchema, networkSchema } from './schema/network.js';
import { policiesSchema, policiesSchemaWith, publishedPoliciesSchema } from './schema/policies.js';
import { poolSchema } from './schema/pool.js';
import { serviceSchema, stageSchema } from './schema/resources.js';
import { runSchema } from './schema/run.js';
import { sloSchema } from './schema/slo.js';
import { workloadSchema } from './schema/workload.js';
import type { SourceDocument } from './source.js';

const DISTURBANCES_MAX = 1000;
const SLOS_MAX = 1000;

const notEmpty = (what: string) => ({
  check: (map: object) => Object.keys(map).length > 0,
  error: { error: `expected at least one ${what}` },
});
const stages = notEmpty('stage');
const workloads = notEmpty('workload');

/** What one policy set is, for the base and for the variants. */
function policyKeys<Shape extends z.core.$ZodLooseShape>(policies: z.ZodObject<Shape, z.core.$strict>) {
  return {
    policies: policies
      .prefault({} as z.input<typeof policies>)
      .describe('How work is controlled, by policy point.'),
    variants: named(policies)
      .default({})
      .describe('Other policy sets by name: a point given replaces that point of `policies`.'),
  };
}

export const scenarioSchema = z.strictObject({
  version: z.literal(1).describe('Version of this syntax.'),
  name: z.string().min(1).max(200).describe('Title in reports.'),
  description: z.string().max(10_000).default('').describe('One or more sentences for reports.'),
  run: runSchema.prefault({}).describe('How long, how often, from which seed.'),
  pools: named(poolSchema).default({}).describe('GPUs, by name.'),
  network: networkSchema
    .optional()
    .describe('Links between nodes and storage. Default: data is wherever it is needed, at once.'),
  datasets: dataSetsSchema.default({}).describe('Data sets and model weights that steps read, by name.'),
  services: named(serviceSchema)
    .default({})
    .describe('Tools, model APIs, databases: what is called, by name.'),
  stages: named(stageSchema)
    .refine(stages.check, stages.error)
    .describe('Where tasks queue for a pool or a service, by name.'),
  workloads: named(workloadSchema)
    .refine(workloads.check, workloads.error)
    .describe('Who sends which tasks, by name.'),
  disturbances: z
    .array(disturbanceSchema)
    .max(DISTURBANCES_MAX)
    .default([])
    .describe('What goes wrong with services, nodes, links and traffic, and when.'),
  ...policyKeys(policiesSchema),
  slos: z.array(sloSchema).max(SLOS_MAX).default([]).describe('What the results are held to.'),
});

export type Scenario = z.output<typeof scenarioSchema>;

/** For editors: policies from files may have any parameters. */
export const publishedScenarioSchema = () => scenarioSchema.extend(policyKeys(publishedPoliciesSchema()));

/** Throws `ScenarioError` with line and column for all that does not fit the schema. */
export function parseScenario(
  document: SourceDocument,
  userPolicies: UserPolicies = NO_USER_POLICIES,
): Scenario {
  const schema =
    userPolicies.size === 0
      ? scenarioSchema
      : scenarioSchema.extend(policyKeys(policiesSchemaWith(userPolicies)));
  return checkSchema(schema, document);
}
