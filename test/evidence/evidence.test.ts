import { readdirSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { evidenceOf } from '../../src/cli/evidence.js';
import { POLICY_POINTS } from '../../src/policies/definition.js';
import { POLICIES, policiesAt } from '../../src/policies/registry.js';
import { EFFECTS, idOf, indexOf } from './cases.js';
import { collect, hasCases } from './collect.js';
import { snippet } from './pages.js';
import { STILL_TO_COME } from './still-to-come.js';

const shown = POLICIES.filter(hasCases);

test('every policy has an example in which it helps and one in which it hurts', () => {
  const without = POLICIES.filter((policy) => !hasCases(policy)).map(idOf);
  expect(without).toEqual(without.filter((id) => STILL_TO_COME.includes(id)));
});

test('nothing is said to be still to come that is there, or that no policy is', () => {
  const missing = POLICIES.filter((policy) => !hasCases(policy)).map(idOf);
  expect(STILL_TO_COME).toEqual(STILL_TO_COME.filter((id) => missing.includes(id)));
});

test.each(POLICY_POINTS)(
  'the examples of %s are those of its index, two a policy of the registry',
  (point) => {
    const names = Object.keys(indexOf(point));
    const known: readonly string[] = policiesAt(point).map(({ name }) => name);
    expect(names).toEqual(names.filter((name) => known.includes(name)));
    const folder = new URL(`../../docs/policies/examples/${point}/`, import.meta.url);
    const files = names.length === 0 ? [] : readdirSync(folder);
    const expected = names.flatMap((name) => EFFECTS.map((effect) => `${name}.${effect}.yaml`));
    expect(files.filter((file) => file !== 'index.yaml').sort()).toEqual(expected.sort());
  },
);

describe.each(shown.map((policy) => [idOf(policy), policy] as const))('%s', (id, policy) => {
  test('is shown as its example has it', () => {
    expect(evidenceOf(id)?.example).toBe(snippet(policy));
  });

  test.each(EFFECTS)('%s where it is said to, by as much as the pages say', async (effect) => {
    const { holds, verdict, measured } = await collect(policy, effect);
    expect(holds, `${id} ${effect}: ${verdict}`).toBe(true);
    expect(evidenceOf(id)?.[effect]).toEqual(measured);
  });
});
