/** Policies as scenarios name them; built from the registry, so a new policy needs no change here. */
import { z } from 'zod';
import { POLICY_POINTS, type PolicyDefinition, type PolicyPoint } from '../../policies/definition.js';
import { AT_KIND } from '../../policies/policy-set.js';
import { policiesAt } from '../../policies/registry.js';
import { namesOrName } from './name.js';

/** More policies at one point are a generated mistake. */
const ENTRIES_MAX = 100;

export interface PolicyEntry {
  readonly definition: PolicyDefinition;
  /** Names of workloads, stages or pools; null: everywhere. */
  readonly at: readonly string[] | null;
  /** Parsed, defaults filled in. */
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** Keys of an entry that are not parameters. */
const OWN_KEYS = ['policy', 'at'];

function longForm(definition: PolicyDefinition) {
  const { name, point, parameters, summary } = definition;
  for (const key of OWN_KEYS)
    if (key in parameters.shape) throw new Error(`policy ${point}/${name} has a parameter called ${key}`);
  const kind = AT_KIND[point];
  const own = { policy: z.literal(name).describe(summary) };
  const at = { at: namesOrName().optional().describe(`The ${kind}s where it is in force. Default: all.`) };
  // `safeExtend` keeps the checks between parameters that the policy's schema has.
  return parameters.safeExtend(kind === null ? own : { ...own, ...at });
}

function entrySchema(point: PolicyPoint) {
  const definitions: readonly PolicyDefinition[] = policiesAt(point);
  const named = (name: string) => definitions.find((definition) => definition.name === name)!;
  const bareName = z.enum(definitions.map(({ name }) => name)).transform((name, context): PolicyEntry => {
    const definition = named(name);
    const parsed = definition.parameters.safeParse({});
    if (parsed.success) return { definition, at: null, parameters: parsed.data };
    const missing = parsed.error.issues.map((issue) => issue.path.join('.')).filter((path) => path !== '');
    context.addIssue({
      code: 'custom',
      message:
        missing.length === 0
          ? `${name} needs parameters: write {policy: ${name}, ...}: ${parsed.error.issues[0]!.message}`
          : `${name} needs ${missing.map((key) => `\`${key}\``).join(' and ')}: write {policy: ${name}, ${missing.map((key) => `${key}: ...`).join(', ')}}`,
    });
    return z.NEVER;
  });
  const [first, ...rest] = definitions.map(longForm);
  const withParameters = z
    .discriminatedUnion('policy', [first!, ...rest])
    .transform((written: Record<string, unknown>): PolicyEntry => {
      const { policy, at, ...parameters } = written;
      return { definition: named(String(policy)), at: (at as string[] | undefined) ?? null, parameters };
    });
  return z.union([bareName, withParameters]);
}

function pointSchema(point: PolicyPoint) {
  const entry = entrySchema(point);
  return z
    .union([entry, z.array(entry).max(ENTRIES_MAX)])
    .transform((written): readonly PolicyEntry[] =>
      Array.isArray(written) ? written : [written as PolicyEntry],
    )
    .optional();
}

const SUMMARY: Readonly<Record<PolicyPoint, string>> = {
  admission: 'Whether a task is let in; all that are given must agree.',
  wip: 'How many tasks are at work; all limits apply.',
  concurrency: 'How many tasks are in flight at a stage; all limits apply.',
  ordering: 'Which waiting task is next. Default: fifo.',
  placement: 'On which node. Default: best-fit in exclusive pools, first-fit in slots pools.',
  preemption: 'Whom to stop for a more important task. Default: nobody.',
  backpressure: 'When a stage asks those before it to hold back. Default: never.',
  retry: 'Which failures are tried again, and when. Default: none.',
};

const points = Object.fromEntries(
  POLICY_POINTS.map((point) => [point, pointSchema(point).describe(SUMMARY[point])]),
) as Record<PolicyPoint, ReturnType<typeof pointSchema>>;

export const policiesSchema = z.strictObject(points);
