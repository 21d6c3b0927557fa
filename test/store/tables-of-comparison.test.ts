import { describe, expect, it } from 'vitest';
import type { ComparisonDocument } from '../../src/experiment/compare/document.js';
import type { Cell, Table } from '../../src/store/table.js';
import { tablesOf } from '../../src/store/tables.js';

const P99 = 'total.latency_s.p99';
const COST = 'cost.total_usd';
const estimate = (mean: number) => ({ mean, ci_low: mean - 1, ci_high: mean + 1 });

const setup = (name: string, mean: number): ComparisonDocument['setups'][number] => ({
  name,
  scenario: { name: 'Small queue', hash: `hash of ${name}`, variant: name === 'as written' ? null : name },
  policies: [],
  warmup: { method: 'fixed', length_s: 30 },
  slos: [
    {
      name: 'quick',
      metric: P99,
      comparison: 'at_most',
      threshold: 6,
      estimate: estimate(mean),
      met: mean <= 6,
      certain: true,
    },
  ],
});

const COMPARISON: ComparisonDocument = {
  format: 'wipsim-comparison',
  version: 1,
  title: 'Small queue',
  seed: '7',
  baseline: 'as written',
  setups: [setup('as written', 5), setup('lifo', 8)],
  confidence: 0.95,
  indifference: 0.01,
  replications: { looks: [2], used: 2, budget: 40 },
  stopped: 'decided',
  metrics: [
    {
      metric: P99,
      better: 'lower',
      estimates: { 'as written': estimate(5), lifo: estimate(8) },
      runs: { 'as written': [4, 6], lifo: [7, 9] },
      differences: [
        {
          setup: 'lifo',
          against: 'as written',
          difference: estimate(3),
          relative: { mean: 0.6, ci_low: 0.4, ci_high: 0.8 },
          confidence: 0.975,
          adjusted_p: 0.001,
          decision: 'higher',
          variance_reduction: 12,
          verdict: 'p99 latency is 60% higher',
        },
      ],
      winner: 'as written',
    },
    {
      metric: COST,
      better: 'lower',
      estimates: { 'as written': estimate(10), lifo: estimate(10) },
      runs: { 'as written': [10, 10], lifo: [10, 10] },
      differences: [
        {
          setup: 'lifo',
          against: 'as written',
          difference: { mean: 0, ci_low: 0, ci_high: 0 },
          relative: null,
          confidence: 0.95,
          adjusted_p: 1,
          decision: 'no-difference-found',
          variance_reduction: null,
          verdict: 'cost: no difference found',
        },
      ],
      winner: null,
    },
  ],
  warnings: [],
  interrupted: false,
};

const tables = tablesOf(JSON.parse(JSON.stringify(COMPARISON)), 'result.json');
const rowsOf = (name: string): Record<string, Cell>[] => {
  const { columns, rowCount } = tables.find((one: Table) => one.name === name)!;
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map((column) => [column.name, column.values[row]!])),
  );
};

describe('the result of a comparison as tables', () => {
  it('has a row per setup and replication, with the metrics that were compared', () => {
    expect(rowsOf('runs')[0]).toEqual({
      setup: 'as written',
      scenario: 'Small queue',
      hash: 'hash of as written',
      variant: null,
      seed: '7',
      replication: 0,
      [P99]: 4,
      [COST]: 10,
    });
    expect(rowsOf('runs').map((row) => [row.setup, row.replication, row[P99]])).toEqual([
      ['as written', 0, 4],
      ['as written', 1, 6],
      ['lifo', 0, 7],
      ['lifo', 1, 9],
    ]);
  });

  it('has every difference with its intervals and verdict', () => {
    expect(rowsOf('differences')).toEqual([
      {
        metric: P99,
        setup: 'lifo',
        against: 'as written',
        difference: 3,
        ci_low: 2,
        ci_high: 4,
        relative: 0.6,
        relative_ci_low: 0.4,
        relative_ci_high: 0.8,
        confidence: 0.975,
        adjusted_p: 0.001,
        decision: 'higher',
        variance_reduction: 12,
        verdict: 'p99 latency is 60% higher',
      },
      expect.objectContaining({ metric: COST, difference: 0, relative: null, variance_reduction: null }),
    ]);
  });

  it('has the estimates and SLOs of each setup', () => {
    expect(rowsOf('estimates').map((row) => [row.metric, row.setup, row.mean, row.replications])).toEqual([
      [P99, 'as written', 5, 2],
      [P99, 'lifo', 8, 2],
      [COST, 'as written', 10, 2],
      [COST, 'lifo', 10, 2],
    ]);
    expect(rowsOf('slos').map((row) => [row.setup, row.slo, row.met])).toEqual([
      ['as written', 'quick', true],
      ['lifo', 'quick', false],
    ]);
  });
});
