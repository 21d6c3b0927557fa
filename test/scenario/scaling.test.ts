/** What scenarios say about scaled pools: what they become, and what is refused or warned of. */
import { describe, expect, test } from 'vitest';
import { compileScenario } from '../../src/scenario/compile.js';
import { ScenarioError } from '../../src/scenario/problem.js';
import { parseSource } from '../../src/scenario/source.js';

const scenario = (pool: string, policies = '{scaling: reactive}'): string => `version: 1
name: scaled
run: {duration: 100h}
pools:
  gpus: ${pool}
stages: {model: {pool: gpus}}
workloads:
  chat: {arrival: {process: poisson, rate: 1/min}, workflow: [{stage: model, work: 1s}]}
policies: ${policies}
`;
const compiled = (pool: string, policies?: string) =>
  compileScenario(parseSource(scenario(pool, policies), 'test.yaml'));
const pool = (text: string) => compiled(text).system.pools[0]!;

function refused(text: string, policies?: string): string {
  try {
    compiled(text, policies);
  } catch (error) {
    if (error instanceof ScenarioError) return error.message;
    throw error;
  }
  return '';
}

describe('a scaled pool', () => {
  test('has a minimum of one node, and nodes that come at once, unless it says otherwise', () => {
    const { minNodes, maxNodes, group, provision } = pool('{scaling: {max: 8}}').scaling!;
    expect([minNodes, maxNodes, group, provision.mean]).toEqual([1, 8, 0, 0]);
    expect(pool('{scaling: {max: 8, provision: 3 min}}').scaling!.provision.mean).toBe(180);
    expect(pool('{}').scaling).toBeNull();
  });

  test('of groups keeps the nodes of the others', () => {
    const groups = 'groups: {old: {nodes: 3}, new: {nodes: 2}}';
    expect(pool(`{${groups}, scaling: {max: 8, group: new}}`).scaling).toMatchObject({
      minNodes: 3,
      group: 1,
    });
  });

  test('has prices by the way of paying, in each group', () => {
    const paid = 'reserved: {nodes: 2, price: $1/h}, spot: {price: $0.50/h}';
    const [a, b] = pool(`{price: $2/h, groups: {a: {${paid}}, b: {}}}`).groups;
    expect(a).toMatchObject({
      priceUsdPerGpuHour: 2,
      reserved: { nodes: 2, usdPerGpuHour: 1 },
      spot: { nodes: Number.POSITIVE_INFINITY, usdPerGpuHour: 0.5 },
    });
    expect(b).toMatchObject({ priceUsdPerGpuHour: 2, reserved: null, spot: null });
  });
});

describe('is refused', () => {
  test.each([
    ['{scaling: {min: 3, max: 2}}', 'expected `min` of at most `max`; got 3 and 2'],
    ['{nodes: 9, scaling: {max: 8}}', 'the pool begins with 9 nodes, which is not from 1 to 8'],
    ['{scaling: {max: 8, group: a}}', '`group` needs `groups`: all nodes of the pool are alike'],
    ['{groups: {a: {}, b: {}}, scaling: {max: 8, group: c}}', 'there is no group `c`; there are a, b'],
    [
      '{groups: {a: {}}, reserved: {nodes: 1, price: 1}}',
      'say `reserved` of the group whose nodes are meant',
    ],
    ['{scaling: {max: 8, provision: soon}}', 'provision'],
  ])('%s', (text, message) => {
    expect(refused(text)).toContain(message);
  });

  test('a policy for a pool whose number of nodes is fixed', () => {
    expect(refused('{}', '{scaling: {policy: reactive, at: gpus}}')).toMatch(
      /test\.yaml:9:\d+: .*pool `gpus` has a fixed number of nodes: add `scaling: \{max: \.\.\.\}` to it/,
    );
  });
});

describe('is warned of', () => {
  const warnings = (text: string, policies?: string) => compiled(text, policies).warnings;

  test('where only one of policy and pool knows of scaling', () => {
    expect(warnings('{scaling: {max: 8}}')).toEqual([]);
    expect(warnings('{scaling: {max: 8}}', '{scaling: none}')).toEqual([]);
    expect(warnings('{scaling: {max: 8}}', '{}')).toEqual([
      'pool gpus has `scaling`, but no scaling policy: its number of nodes is fixed',
    ]);
    expect(warnings('{}')).toEqual([
      'policies.scaling (reactive) can do nothing: no pool that it concerns has `scaling`',
    ]);
  });

  test('overload only where the most nodes are too few', () => {
    const slow = (most: number) =>
      compileScenario(
        parseSource(scenario(`{scaling: {max: ${most}}}`).replace('work: 1s', 'work: 3 min'), 'test.yaml'),
      ).warnings;
    expect(slow(3)).toEqual([]);
    expect(slow(2)[0]).toContain('the load is 1.50 of what it has (2 slots)');
  });
});
