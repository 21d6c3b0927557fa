import { describe, expect, test } from 'vitest';
import { POLICY_POINTS, type PolicyPoint } from '../../src/policies/definition.js';
import { policiesInForce, policySetOf, policyUsesOf } from '../../src/scenario/policy-choices.js';
import { parseScenario } from '../../src/scenario/schema.js';
import { parseSource } from '../../src/scenario/source.js';
import { systemOf } from '../../src/scenario/system.js';
import { RIGHT } from './mistakes.js';

/** Workloads: chat, jobs. Stages: train, plan, search. Pools: gpus (exclusive), lanes (slots). */
function inForce(policies: string, variant: string | null = null) {
  const document = parseSource(`${RIGHT}${policies}\n`, 'test.yaml');
  const scenario = parseScenario(document);
  const settled = policiesInForce(scenario, document, variant);
  return {
    set: policySetOf(settled, null, systemOf(scenario, new Map(), new Map()).pools),
    uses: policyUsesOf(settled, null, scenario),
  };
}

const choices = (policies: string, point: PolicyPoint, variant: string | null = null) =>
  inForce(policies, variant).set[point].map(({ definition, at }) => [definition.name, at]);

test('without policies there are orderings and placements alone', () => {
  const { set, uses } = inForce('');
  expect(POLICY_POINTS.flatMap((point) => set[point]).map(({ definition }) => definition.name)).toEqual([
    'fifo',
    'best-fit',
    'first-fit',
  ]);
  expect(uses).toEqual([
    { point: 'ordering', policy: 'fifo', at: [], parameters: {} },
    { point: 'placement', policy: 'best-fit', at: ['gpus'], parameters: { by: 'gpus' } },
    { point: 'placement', policy: 'first-fit', at: ['lanes'], parameters: {} },
  ]);
});

describe('where one policy decides, the first entry that covers a place does', () => {
  test('and the default takes the rest', () => {
    expect(
      choices(
        'policies: {ordering: [{policy: lifo, at: plan}, {policy: edf, at: [plan, train]}]}',
        'ordering',
      ),
    ).toEqual([
      ['lifo', [1]],
      ['edf', [0]],
      ['fifo', [2]],
    ]);
  });

  test('an explicit none keeps later entries out of its place, and then nothing is there', () => {
    expect(choices('policies: {retry: [{policy: none, at: chat}, exponential]}', 'retry')).toEqual([
      ['exponential', [1]],
    ]);
    expect(choices('policies: {retry: [none, exponential]}', 'retry')).toEqual([]);
    expect(choices('policies: {preemption: [{policy: priority}, none]}', 'preemption')).toEqual([
      ['priority', null],
    ]);
  });

  test('all places one by one are everywhere', () => {
    expect(
      choices('policies: {backpressure: {policy: watermark, at: [search, plan, train]}}', 'backpressure'),
    ).toEqual([['watermark', null]]);
  });
});

describe('where all policies apply', () => {
  test('every entry keeps all of its places', () => {
    const text = 'policies: {concurrency: [{policy: fixed, at: plan}, aimd]}';
    expect(choices(text, 'concurrency')).toEqual([
      ['fixed', [1]],
      ['aimd', null],
    ]);
  });

  test('accept-all is nothing', () => {
    expect(choices('policies: {admission: [accept-all, bounded-queue]}', 'admission')).toEqual([
      ['bounded-queue', null],
    ]);
  });
});

test('a variant replaces the points it gives, whole, and leaves the others', () => {
  const text =
    'policies: {ordering: lifo, wip: [global, tenant]}\nvariants: {a: {wip: {policy: global, limit: 3}}}';
  expect(choices(text, 'wip')).toEqual([
    ['global', null],
    ['tenant', null],
  ]);
  const { set } = inForce(text, 'a');
  expect(set.wip.map(({ parameters }) => parameters)).toEqual([{ limit: 3, holds: 'task' }]);
  expect(set.ordering.map(({ definition }) => definition.name)).toEqual(['lifo']);
});

test('an infinite parameter is written so that JSON keeps it', () => {
  const { uses } = inForce('policies: {preemption: {policy: priority, checkpointInterval: inf}}');
  expect(uses.find(({ point }) => point === 'preemption')!.parameters.checkpointInterval).toBe('inf');
});
