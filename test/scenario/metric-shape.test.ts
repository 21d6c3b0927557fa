import { describe, expect, test } from 'vitest';
import { compileScenario } from '../../src/scenario/compile.js';
import { findMetric, metricShape, parseThreshold } from '../../src/scenario/metric-shape.js';
import { parseSource } from '../../src/scenario/source.js';
import { simulate } from '../../src/simulation/simulate.js';
import { RIGHT } from './mistakes.js';

const shape = metricShape({
  workloads: ['chat', 'jobs'],
  tenants: ['default'],
  stages: ['train', 'plan', 'search'],
  pools: ['gpus', 'lanes'],
  serving: [],
  services: ['search'],
  links: [],
  dataSets: [],
  limited: ['plan'],
  arms: [],
  phases: ['admission', 'queue', 'work', 'call', 'backoff'],
});

const leaves = (value: unknown, path: string[] = []): string[] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, inner]) => leaves(inner, [...path, key]))
    : [path.join('.')];

test('the shape has the very paths that a run measures', () => {
  const policies =
    'policies: {concurrency: {policy: aimd, at: plan}, retry: fixed, admission: bounded-queue}\n';
  const { system, policies: set, seed } = compileScenario(parseSource(RIGHT + policies, 'test.yaml'));
  const { measures } = simulate(system, set, seed, { warmupS: 0 });
  expect(leaves(shape).sort()).toEqual(leaves(measures).sort());
});

test('units follow the names of the measures', () => {
  for (const path of leaves(shape)) {
    const found = findMetric(shape, path);
    if (!('unit' in found)) throw new Error(`${path}: ${found.message}`);
    if (/_s$/.test(path)) expect([path, found.unit]).toEqual([path, 's']);
    if (/_hz$/.test(path)) expect([path, found.unit]).toEqual([path, 'Hz']);
    if (/_fraction$/.test(path)) expect([path, found.unit]).toEqual([path, 'fraction']);
    if (/_usd$/.test(path)) expect([path, found.unit]).toEqual([path, 'USD']);
    if (/_s\.p\d+$/.test(path)) expect([path, found.unit]).toEqual([path, 's']);
    if (/_s\.count$/.test(path)) expect([path, found.unit]).toEqual([path, 'count']);
  }
});

describe('a path', () => {
  test('may lead through names with dots; the longest that fits is meant', () => {
    const dotted = { services: { gpt: { '4': 'count' }, 'gpt.4': { errors: 'count' } } } as const;
    expect(findMetric(dotted, 'services.gpt.4.errors')).toEqual({
      keys: ['services', 'gpt.4', 'errors'],
      unit: 'count',
    });
  });

  test('that goes on after a number, or stops before one, is told', () => {
    expect(findMetric(shape, 'events.mean')).toMatchObject({ suggestion: 'events' });
    expect(findMetric(shape, 'workloads')).toMatchObject({ expected: ['chat', 'jobs'] });
  });

  test('is not fooled by what every object has', () => {
    expect(findMetric(shape, 'constructor.name')).toMatchObject({
      message: 'the measures have no `constructor`',
    });
  });

  test('with two slips is corrected in both', () => {
    expect(findMetric(shape, 'workload.chat.latency.p99')).toMatchObject({
      suggestion: 'workloads.chat.latency_s.p99',
    });
  });
});

test('thresholds are read in the unit of their metric', () => {
  expect(parseThreshold('2 min', 's')).toBe(120);
  expect(parseThreshold('30/min', 'Hz')).toBe(0.5);
  expect(parseThreshold('5%', 'fraction')).toBe(0.05);
  expect(parseThreshold('$20', 'USD')).toBe(20);
  expect(parseThreshold('1e3', 'count')).toBe(1000);
  expect(parseThreshold(7, 's')).toBe(7);
  expect(parseThreshold('5%', 's')).toEqual({ expected: 'a duration, for example 30s' });
  expect(parseThreshold('inf', 's')).toEqual({ expected: 'a duration, for example 30s' });
});
