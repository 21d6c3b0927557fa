/** The cases as `docs/policies/examples` has them; see the README there. */
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { z } from 'zod';
import type { PolicyDefinition, PolicyPoint } from '../../src/policies/definition.js';

const EXAMPLES = fileURLToPath(new URL('../../docs/policies/examples/', import.meta.url));

export const EFFECTS = ['helps', 'hurts'] as const;
export type Effect = (typeof EFFECTS)[number];

const caseSchema = z.strictObject({
  metric: z.string(),
  better: z.enum(['lower', 'higher']),
  says: z.string().regex(/^[A-Z].*\.$/, 'expected one sentence'),
});
const indexSchema = z.record(z.string(), z.strictObject({ helps: caseSchema, hurts: caseSchema }));

export type CaseText = z.output<typeof caseSchema>;

export const idOf = ({ point, name }: PolicyDefinition): string => `${point}/${name}`;
export const fileOf = (id: string, effect: Effect): string => `${EXAMPLES}${id}.${effect}.yaml`;

/** What `index.yaml` of a point says, by name of the policy. */
export function indexOf(point: PolicyPoint): Readonly<Record<string, Record<Effect, CaseText>>> {
  const file = `${EXAMPLES}${point}/index.yaml`;
  if (!existsSync(file)) return {};
  const parsed = indexSchema.safeParse(parse(readFileSync(file, 'utf8')) ?? {});
  if (!parsed.success) throw new Error(`${file}: ${z.prettifyError(parsed.error)}`);
  return parsed.data;
}

/** Policies as a scenario writes them at one point. */
type Written = string | { readonly policy: string };

export interface ExampleFile {
  /** The policies of the point without the policy. */
  readonly without: readonly Written[];
  /** Those of the variant `with`, as they stand in the file. */
  readonly with: unknown;
}

const listOf = (written: unknown): Written[] =>
  written === undefined ? [] : ([written].flat() as Written[]);
export const nameOf = (written: Written): string => (typeof written === 'string' ? written : written.policy);

/** The two policy sets of an example; throws where they differ in more than the policy. */
export function exampleFile(id: string, effect: Effect): ExampleFile {
  const [point, name] = id.split('/') as [string, string];
  const { policies = {}, variants = {} } = parse(readFileSync(fileOf(id, effect), 'utf8')) as {
    policies?: Record<string, unknown>;
    variants?: { with?: Record<string, unknown> };
  };
  const fail = (what: string): never => {
    throw new Error(`${id}.${effect}.yaml: ${what}`);
  };
  const added = variants.with ?? fail('there is no variant `with`');
  if (Object.keys(added).join() !== point) fail(`the variant \`with\` has to change \`${point}\` alone`);
  const [without, withIt] = [listOf(policies[point]), listOf(added[point])];
  if (without.some((one) => nameOf(one) === name)) fail(`\`policies\` has ${name} already`);
  if (!withIt.some((one) => nameOf(one) === name)) fail(`the variant \`with\` does not have ${name}`);
  return { without, with: added[point] };
}
