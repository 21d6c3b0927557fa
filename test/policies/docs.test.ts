import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { POLICY_POINTS, type PolicyPoint } from '../../src/policies/definition.js';
import { parameterTable } from '../../src/policies/describe.js';
import { findPolicy, POLICIES, policiesAt } from '../../src/policies/registry.js';

const pageOf = (point: PolicyPoint): string =>
  readFileSync(new URL(`../../docs/policies/${point}.md`, import.meta.url), 'utf8');

/** The text of a policy: from its heading to the next one. */
function sectionOf(point: PolicyPoint, name: string): string {
  const after = `\n${pageOf(point)}`.split(`\n## ${name}\n`)[1];
  if (after === undefined) throw new Error(`docs/policies/${point}.md has no section ${name}`);
  return after.split('\n## ')[0]!;
}

const examplesIn = (text: string): string[] =>
  [...text.matchAll(/```yaml\n(.*?)```/gs)].map((match) => match[1]!);

/** A policy of an example with everything that is not a parameter set apart. */
interface Entry {
  readonly policy: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

function entryOf(written: unknown): Entry {
  if (typeof written === 'string') return { policy: written, parameters: {} };
  const { policy, at: _, ...parameters } = written as { policy: string; at?: unknown };
  return { policy, parameters };
}

function entriesOf(example: string): [PolicyPoint, Entry][] {
  const { policies } = parse(example) as { policies: Record<PolicyPoint, unknown> };
  return POLICY_POINTS.filter((point) => point in policies).flatMap((point) => {
    const written = policies[point];
    return (Array.isArray(written) ? written : [written]).map((one): [PolicyPoint, Entry] => [
      point,
      entryOf(one),
    ]);
  });
}

describe.each(POLICIES.map((policy) => [`${policy.point}/${policy.name}`, policy] as const))(
  '%s',
  (_, policy) => {
    const section = sectionOf(policy.point, policy.name);

    test('its parameters, units, defaults and descriptions are those of the schema', () => {
      expect(section).toContain(parameterTable(policy) || 'No parameters.');
    });

    test('its source, when it helps and when it hurts are told', () => {
      expect(section).toMatch(/^- Source: .+/m);
      expect(section).toMatch(/^- Helps: .+/m);
      expect(section).toMatch(/^- Hurts: .+/m);
    });

    test('an example uses it, and everything in the example is valid', () => {
      const entries = examplesIn(section).flatMap(entriesOf);
      expect(entries.some(([point, entry]) => point === policy.point && entry.policy === policy.name)).toBe(
        true,
      );
      for (const [point, { policy: name, parameters }] of entries) {
        const result = findPolicy(point, name)?.parameters.safeParse(parameters);
        expect(result?.error?.issues, `${point}/${name}`).toBeUndefined();
        expect(result?.success).toBe(true);
      }
    });
  },
);

test.each(POLICY_POINTS)('the page of %s has no section for a policy that does not exist', (point) => {
  const sections = [...pageOf(point).matchAll(/^## ([a-z][a-z0-9-]*)$/gm)].map((match) => match[1]);
  expect(sections).toEqual(policiesAt(point).map((policy) => policy.name));
});
