import { expect, test } from 'vitest';
import { parseScenario } from '../../src/scenario/schema.js';
import { parseSource } from '../../src/scenario/source.js';
import { declaredTenants, tenantNamesOf } from '../../src/scenario/tenants.js';
import { changed } from './mistakes.js';

const scenario = (tenants: string) =>
  parseScenario(parseSource(changed('  chat:\n', `  chat:\n    ${tenants}\n`), 'test.yaml'));

test('Zipf shares: tenant k sends 1/k of what the first one does at skew 1', () => {
  const { chat } = scenario('tenants: {count: 3, skew: 1, prefix: team}').workloads;
  expect(declaredTenants(chat!)).toEqual([
    { name: 'team-1', weight: 1 },
    { name: 'team-2', weight: 1 / 2 },
    { name: 'team-3', weight: 1 / 3 },
  ]);
});

test('without skew all tenants are alike', () => {
  const { chat } = scenario('tenants: {count: 2}').workloads;
  expect(declaredTenants(chat!).map(({ weight }) => weight)).toEqual([1, 1]);
});

test('workloads share tenants of the same name', () => {
  expect(tenantNamesOf(scenario('tenants: {acme: 3, default: 1}'), new Map())).toEqual(['acme', 'default']);
});
