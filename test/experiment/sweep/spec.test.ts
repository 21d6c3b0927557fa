import { describe, expect, it } from 'vitest';
import { readFactor } from '../../../src/experiment/sweep/factor.js';
import { checkedSpec, parseSweepFile } from '../../../src/experiment/sweep/spec.js';
import { ScenarioError } from '../../../src/scenario/problem.js';

const FILE = `
scenario: quick-start.yaml
vary:
  pools.gpus.nodes: 1..4
  workloads.chat.arrival.rate: {name: chat rate, values: 10/min..60/min points 3}
  workloads.chat.arrival: [{process: poisson, rate: 1/s}, {process: deterministic, rate: 1/s}]
  policy: [base, priority]
  seed: 1,2
  a."x.y".b: ["8", 8.5s, true, "yes: no"]
design: latin-hypercube
points: 20
replications: 3
seed: 7
metrics: [total.latency_s.p99]
`;

function problemsOf(text: string) {
  try {
    parseSweepFile(text, 'sweep.yaml');
  } catch (error) {
    if (error instanceof ScenarioError)
      return error.problems.map(
        ({ line, message, suggestion }) =>
          `${line}: ${message}${suggestion === undefined ? '' : ` -> ${suggestion}`}`,
      );
    throw error;
  }
  return [];
}

describe("a sweep's file", () => {
  it('says what to vary, how, and how often', () => {
    const { scenario, spec } = parseSweepFile(FILE, 'sweep.yaml');
    expect(scenario).toBe('quick-start.yaml');
    expect(spec).toMatchObject({
      design: 'latin-hypercube',
      points: 20,
      replications: 3,
      seed: '7',
      metrics: ['total.latency_s.p99'],
    });
    expect(spec.factors.map(({ name, what }) => [name, what])).toEqual([
      ['nodes', 'setting'],
      ['chat rate', 'setting'],
      ['arrival', 'setting'],
      ['policy', 'policy'],
      ['seed', 'seed'],
      ['b', 'setting'],
    ]);
    expect(spec.factors.map(({ levels }) => levels!.map(({ text }) => text))).toEqual([
      ['1', '2', '3', '4'],
      ['10/min', '35/min', '60/min'],
      ['{"process":"poisson","rate":"1/s"}', '{"process":"deterministic","rate":"1/s"}'],
      ['base', 'priority'],
      ['1', '2'],
      ['"8"', '8.5s', 'true', '"yes: no"'],
    ]);
  });

  it('needs a scenario and something to vary; the rest has defaults', () => {
    const { spec } = parseSweepFile('{scenario: x.yaml, vary: {a.b: 4}}', 'sweep.yaml');
    expect(spec).toMatchObject({
      design: 'grid',
      points: undefined,
      replications: undefined,
      seed: undefined,
    });
    expect(spec.factors[0]!.levels!.map(({ text }) => text)).toEqual(['4']);
  });

  it.each([
    ['vary: {a: 1}', '1: missing key `scenario`'],
    ['scenario: x\nvary: {}', '2: expected at least one factor'],
    ['scenario: x\nvary:\n  a: 5..1', '3: the range "5..1" has to ascend'],
    ['scenario: x\nvary:\n  a:\n    values: 1s..2min points 3', '4: expected the same unit at both ends'],
    ['scenario: x\nvary:\n  a: []', '3: '],
    ['scenario: x\nvary:\n  a.[: 1', '3: expected a path such as a.b[0].c'],
    ['scenario: x\nvary:\n  a: 1\n  a[0]: 1\n  "a.0": 1', ''],
    ['scenario: x\nvary: {a: 1}\ndesing: grid', '3: unknown key `desing` -> design'],
    ['scenario: x\nvary: {a: 1}\ndesign: sobel', '3: expected one of grid, random'],
    ['scenario: x\nvary: {a: 1}\nreplications: 0', '3: expected a whole number of at least 1'],
    [
      'scenario: x\nvary:\n  a.b: {name: n, values: 1}\n  b: {name: n, values: 1}',
      '4: two factors are called "n"',
    ],
  ])('%j is told as %j', (text, expected) => {
    expect(problemsOf(text).join('\n')).toContain(expected);
  });

  it('has every path once, also from the command line', () => {
    const spec = { design: 'grid' as const, source: null };
    const twice = [readFactor('a.b=1'), readFactor('a.b=2')];
    expect(() => checkedSpec({ ...spec, factors: twice })).toThrow('--vary: a.b is varied twice');
    expect(() => checkedSpec({ ...spec, factors: [] })).toThrow('--vary: a sweep needs something to vary');
  });
});
