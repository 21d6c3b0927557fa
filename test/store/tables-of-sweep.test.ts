import { describe, expect, it } from 'vitest';
import type { Cell, Table } from '../../src/store/table.js';
import { tablesOf } from '../../src/store/tables.js';

const P99 = 'total.latency_s.p99';
const COST = 'cost.total_usd';

const point = (index: number, nodes: number, policy: string, p99: number[], cost: number) => ({
  index,
  values: { nodes, policy },
  variant: policy === 'base' ? null : policy,
  set: [`pools.gpu.nodes=${nodes}`],
  seed: '7',
  hash: `hash${index}`,
  replications: p99.length,
  warmup: { method: 'fixed', length_s: 30 },
  estimates: {
    [P99]: { mean: (p99[0]! + (p99[1] ?? p99[0]!)) / 2, ci_low: p99.length > 1 ? 1 : null, ci_high: null },
    [COST]: { mean: cost, ci_low: cost, ci_high: cost },
  },
  runs: { [P99]: p99, [COST]: p99.map(() => cost) },
  slos: [
    {
      name: 'quick',
      metric: P99,
      comparison: 'at_most',
      threshold: 5,
      estimate: { mean: p99[0]!, ci_low: null, ci_high: null },
      met: p99[0]! <= 5,
      certain: index === 0,
    },
  ],
  interrupted: p99.length < 2,
});

/** Point 1 is missing, as after an interruption. */
const SWEEP = {
  format: 'wipsim-sweep',
  version: 1,
  scenario: { name: 'Small queue', description: '', hash: 'hash', variant: null },
  seed: '7',
  design: { kind: 'grid', requested: 4, duplicates: 0, planned: 4, finished: 1 },
  replications: 2,
  factors: [
    { name: 'nodes', path: 'pools.gpu.nodes', kind: 'number', scale: 'linear', unit: null, levels: [1, 2] },
    {
      name: 'policy',
      path: 'policy',
      kind: 'category',
      scale: 'linear',
      unit: null,
      levels: ['base', 'lifo'],
    },
  ],
  metrics: [P99, COST],
  points: [point(0, 1, 'base', [4, 6], 10), point(2, 2, 'lifo', [9], 20)],
  sensitivity: [
    {
      metric: P99,
      points: 1,
      varies: true,
      effects: [
        {
          factor: 'policy',
          share: { mean: 0.6, ci_low: 0.5, ci_high: 0.7 },
          p_value: 0.01,
          found: true,
          response: [
            { from: 'base', to: 'base', points: 1, mean: 5 },
            { from: 'lifo', to: 'lifo', points: 1, mean: 9 },
          ],
          change: { from: 0, to: 1, estimate: { mean: 4, ci_low: null, ci_high: null } },
          direction: null,
        },
        {
          factor: 'nodes',
          share: { mean: 0.1, ci_low: null, ci_high: null },
          p_value: null,
          found: null,
          response: [
            { from: 1, to: 1, points: 1, mean: 5 },
            { from: 2, to: 2, points: 1, mean: 9 },
          ],
          change: { from: 0, to: 1, estimate: { mean: 4, ci_low: 3, ci_high: 5 } },
          direction: 'rises',
        },
      ],
      unexplained_share: 0.3,
    },
  ],
  warnings: [],
  interrupted: true,
};

const tables = tablesOf(SWEEP, 'result.json');
const rowsOf = (name: string): Record<string, Cell>[] => {
  const { columns, rowCount } = tables.find((one: Table) => one.name === name)!;
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map((column) => [column.name, column.values[row]!])),
  );
};

describe('the result of a sweep as tables', () => {
  it('has a row per point, with its factors and the mean of each metric', () => {
    expect(rowsOf('points')).toEqual([
      {
        point: 0,
        nodes: 1,
        policy: 'base',
        scenario: 'Small queue',
        hash: 'hash0',
        variant: null,
        seed: '7',
        replications: 2,
        interrupted: false,
        slos_met: true,
        slos_certain: true,
        [P99]: 5,
        [COST]: 10,
      },
      expect.objectContaining({ point: 2, nodes: 2, policy: 'lifo', slos_met: false, [P99]: 9 }),
    ]);
  });

  it('has a row per replication of each point', () => {
    expect(
      rowsOf('runs').map((row) => [row.point, row.nodes, row.policy, row.replication, row[P99], row[COST]]),
    ).toEqual([
      [0, 1, 'base', 0, 4, 10],
      [0, 1, 'base', 1, 6, 10],
      [2, 2, 'lifo', 0, 9, 20],
    ]);
  });

  it('has the estimates and SLOs of each point', () => {
    expect(rowsOf('estimates')[0]).toEqual({
      point: 0,
      nodes: 1,
      policy: 'base',
      metric: P99,
      mean: 5,
      ci_low: 1,
      ci_high: null,
      replications: 2,
    });
    expect(rowsOf('estimates')).toHaveLength(4);
    expect(rowsOf('slos').map(({ point: of, slo, met }) => [of, slo, met])).toEqual([
      [0, 'quick', true],
      [2, 'quick', false],
    ]);
  });

  it('has the effect of each factor', () => {
    expect(rowsOf('sensitivity')).toEqual([
      {
        metric: P99,
        factor: 'policy',
        share: 0.6,
        share_ci_low: 0.5,
        share_ci_high: 0.7,
        p_value: 0.01,
        found: true,
        direction: null,
        change: 4,
        change_ci_low: null,
        change_ci_high: null,
      },
      expect.objectContaining({ factor: 'nodes', direction: 'rises', change: 4, change_ci_high: 5 }),
    ]);
  });

  it('keeps a factor beside a column of the same name', () => {
    const { factors, points } = SWEEP;
    const seeds = {
      ...SWEEP,
      factors: [{ ...factors[1]!, name: 'seed', path: 'seed' }],
      points: points.map((one) => ({ ...one, values: { seed: 's' } })),
    };
    const [{ columns }] = tablesOf(seeds, 'result.json') as [Table];
    expect(columns.find(({ name }) => name === 'seed')!.values).toEqual(['s', 's']);
    expect(columns.find(({ name }) => name === 'seed_2')!.values).toEqual(['7', '7']);
  });
});
