/**
 * Policies as scenarios name them; built from the registry, so a new policy needs no change here, and from the user's
 * own policies, which a scenario names by their files.
 */
import { z } from 'zod';
import { POLICY_POINTS, type PolicyDefinition, type PolicyPoint } from '../../policies/definition.js';
import { AT_KIND } from '../../policies/policy-set.js';
import { policiesAt } from '../../policies/registry.js';
import { NO_USER_POLICIES, POLICY_FILE, type UserPolicies } from '../policy-files.js';
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

/** A definition under the name that an entry has. */
interface NamedDefinition {
  readonly name: string;
  readonly definition: PolicyDefinition;
}

function longForm({ name, definition }: NamedDefinition) {
  const { point, parameters, summary } = definition;
  for (const key of OWN_KEYS)
    if (key in parameters.shape) throw new Error(`policy ${point}/${name} has a parameter called ${key}`);
  const own = { policy: z.literal(name).describe(summary) };
  // `safeExtend` keeps the checks between parameters that the policy's schema has.
  return parameters.safeExtend(AT_KIND[point] === null ? own : { ...own, at: atSchema(point) });
}

const atSchema = (point: PolicyPoint) =>
  namesOrName().optional().describe(`The ${AT_KIND[point]}s where it is in force. Default: all.`);

function entrySchema(point: PolicyPoint, userPolicies: UserPolicies) {
  const builtIn: readonly PolicyDefinition[] = policiesAt(point);
  const definitions: NamedDefinition[] = [
    ...builtIn.map((definition) => ({ name: definition.name, definition })),
    ...[...userPolicies]
      .filter(([, definition]) => definition.point === point)
      .map(([name, definition]) => ({ name, definition })),
  ];
  const named = (name: string) => definitions.find((one) => one.name === name)!.definition;
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

/** One entry or a list of them; always a list when parsed. */
function oneOrMore<Entry extends z.ZodType<PolicyEntry>>(entry: Entry) {
  return z
    .union([entry, z.array(entry).max(ENTRIES_MAX)])
    .transform((written): readonly PolicyEntry[] =>
      Array.isArray(written) ? written : [written as PolicyEntry],
    )
    .optional();
}

const SUMMARY: Readonly<Record<PolicyPoint, string>> = {
  rollout: 'Which tasks go under another policy set, one of the variants. Default: none.',
  admission: 'Whether a task is let in; all that are given must agree.',
  wip: 'How many tasks are at work; all limits apply.',
  concurrency: 'How many tasks are in flight at a stage; all limits apply.',
  ordering: 'Which waiting task is next. Default: fifo.',
  placement:
    'On which node. Default: best-fit in exclusive pools, first-fit in slots pools, least-loaded in batching pools.',
  backfill: 'Who may start while the task that is next does not fit. Default: nobody.',
  preemption: 'Whom to stop for a more important task. Default: nobody.',
  backpressure: 'When a stage asks those before it to hold back. Default: never.',
  retry: 'Which failures are tried again, and when; the first that answers decides. Default: none.',
  deadlines:
    'What is done about a deadline that is near or missed; all that are given act. Default: nothing.',
  scaling: 'When nodes are added and taken away. Default: never.',
};

/** Every point with the schema of its value. */
function pointsWith<Schema extends z.ZodType>(schemaOf: (point: PolicyPoint) => Schema) {
  const points = POLICY_POINTS.map((point) => [point, schemaOf(point).describe(SUMMARY[point])]);
  return z.strictObject(Object.fromEntries(points) as Record<PolicyPoint, Schema>);
}

/** The user's policies are those of one scenario, so each scenario that has any has a schema of its own. */
export const policiesSchemaWith = (userPolicies: UserPolicies) =>
  pointsWith((point) => oneOrMore(entrySchema(point, userPolicies)));

export const policiesSchema = policiesSchemaWith(NO_USER_POLICIES);

/** For editors, which cannot look into a policy file: any file may be named, with any parameters. */
export const publishedPoliciesSchema = () =>
  pointsWith((point) => {
    const file = z.string().regex(POLICY_FILE).describe('A policy of your own, from this file.');
    const ofFile = z.looseObject(
      AT_KIND[point] === null ? { policy: file } : { policy: file, at: atSchema(point) },
    );
    const entry = z.union([entrySchema(point, NO_USER_POLICIES), file, ofFile]);
    return z.union([entry, z.array(entry).max(ENTRIES_MAX)]).optional();
  });
