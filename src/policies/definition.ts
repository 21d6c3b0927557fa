/**
 * What every policy file exports: its name, its documentation, the schema of its parameters and how to make it.
 * The registry lists these; `wipsim policies`, the scenario schema and the documentation pages are read from them.
 */
import type { z } from 'zod';
import type { PolicyRuntime } from './runtime.js';
import type { SystemView } from './view.js';

export const POLICY_POINTS = [
  'rollout',
  'admission',
  'wip',
  'concurrency',
  'ordering',
  'placement',
  'backfill',
  'preemption',
  'backpressure',
  'retry',
  'deadlines',
  'scaling',
] as const;

export type PolicyPoint = (typeof POLICY_POINTS)[number];

/** A name in a policy's parameters that must exist in the scenario, checked before the run. */
export interface NameReference {
  readonly kind: 'stage' | 'workload' | 'tenant' | 'pool' | 'variant';
  readonly name: string;
  /** Where in the parameters it stands, for the error's line and column. */
  readonly path: readonly (string | number)[];
}

/** What workloads may have or lack that a policy cannot do without. */
export type Need = 'deadline' | 'fallback' | 'memory';

export interface PolicyDefinition<Schema extends z.ZodObject = z.ZodObject, Policy = unknown> {
  readonly point: PolicyPoint;
  /** The name in a scenario, in kebab case. */
  readonly name: string;
  /** One sentence: what it does. */
  readonly summary: string;
  /** The paper, library and version, or textbook that it follows. */
  readonly source: string;
  /** When it helps, one sentence. */
  readonly helps: string;
  /** When it hurts, one sentence. */
  readonly hurts: string;
  /** A strict object; units, defaults and descriptions (`.describe`) of each parameter are in it. */
  readonly parameters: Schema;
  /** Names used by the parameters. */
  references?(parameters: z.output<Schema>): readonly NameReference[];
  /** What at least one of the workloads concerned must have, or the policy does nothing; told as a warning. */
  needs?(parameters: z.output<Schema>): readonly Need[];
  create(parameters: z.output<Schema>, view: SystemView, runtime: PolicyRuntime): Policy;
}

/** Keeps the parameter type of `create` tied to the schema while the definition is written. */
export function definePolicy<Schema extends z.ZodObject, Policy>(
  definition: PolicyDefinition<Schema, Policy>,
): PolicyDefinition<Schema, Policy> {
  return definition;
}
