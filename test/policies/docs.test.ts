import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { EvidenceByPolicy } from '../../src/cli/evidence.js';
import measured from '../../src/cli/policy-evidence.json' with { type: 'json' };
import { POLICY_POINTS, type PolicyPoint } from '../../src/policies/definition.js';
import { findPolicy, POLICIES, policiesAt } from '../../src/policies/registry.js';
import { generatePage, readPage } from '../evidence/pages.js';
import { STILL_TO_COME } from '../evidence/still-to-come.js';

/** The text of a policy: from its heading to the next one. */
function sectionOf(point: PolicyPoint, name: string): string {
  const after = `\n${readPage(point)}`.split(`\n## ${name}\n`)[1];
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

describe.each(POLICY_POINTS)('the page of %s', (point) => {
  test('is what `npm run evidence` makes of the definitions, the examples and the figures', () => {
    expect(readPage(point)).toBe(generatePage(point, readPage(point), measured as EvidenceByPolicy));
  });

  test('says above its sections what the point decides', () => {
    const [head = ''] = readPage(point).split('\n## ');
    expect(head).toMatch(/^# .+\n\n.{80,}/);
  });

  test('has a section for each policy, in the order of the registry, and none for another', () => {
    const sections = [...readPage(point).matchAll(/^## ([a-z][a-z0-9-]*)$/gm)].map((match) => match[1]);
    expect(sections).toEqual(policiesAt(point).map((policy) => policy.name));
  });

  test('links to files that exist', () => {
    const links = [...readPage(point).matchAll(/\]\((?!https?:)([^)#]+)/g)].map((match) => match[1]!);
    for (const link of links)
      expect(existsSync(new URL(`../../docs/policies/${link}`, import.meta.url)), link).toBe(true);
  });
});

const shown = POLICIES.map((policy) => [`${policy.point}/${policy.name}`, policy] as const).filter(
  ([id]) => !STILL_TO_COME.includes(id),
);

test.each(shown)('an example uses %s, and everything in its examples is valid', (_, policy) => {
  const entries = examplesIn(sectionOf(policy.point, policy.name)).flatMap(entriesOf);
  expect(entries.some(([point, entry]) => point === policy.point && entry.policy === policy.name)).toBe(true);
  for (const [point, { policy: name, parameters }] of entries) {
    const result = findPolicy(point, name)?.parameters.safeParse(parameters);
    expect(result?.error?.issues, `${point}/${name}`).toBeUndefined();
    expect(result?.success).toBe(true);
  }
});
