import { describe, expect, it } from 'vitest';
import type { Cell, Table } from '../../src/store/table.js';
import { tablesOf } from '../../src/store/tables.js';

const estimate = (mean: number) => ({ mean, ci_low: mean - 1, ci_high: mean + 1 });
const slo = (mean: number) => ({
  name: 'quick',
  metric: 'total.latency_s.p99',
  comparison: 'at_most',
  threshold: 10,
  estimate: estimate(mean),
  slack_fraction: (10 - mean) / 10,
});

const candidate = (nodes: number, setting: number, p99: number) => ({
  nodes: { gpu: nodes, cpu: 1 },
  setting,
  cost_usd_per_hour: nodes * 2,
  status: p99 <= 10 ? 'met' : 'missed',
  replications: 8,
  slos: [slo(p99)],
  p99_s: estimate(p99),
  on_frontier: true,
});

const PLAN = {
  format: 'wipsim-plan',
  version: 1,
  scenario: { name: 'Small queue', description: '', hash: 'hash', variant: null },
  seed: '7',
  confidence: 0.95,
  load: 1,
  interrupted: false,
  space: {
    pools: ['gpu', 'cpu'].map((name) => ({
      name,
      path: `pools.${name}.nodes`,
      min_nodes: 1,
      max_nodes: 4,
      base_nodes: 1,
      usd_per_node_hour: 2,
    })),
    settings: [
      { name: 'as written', values: {} },
      { name: 'policy=lifo', values: { policy: 'lifo' } },
    ],
    candidates: 32,
  },
  answer: {
    nodes: { gpu: 2, cpu: 1 },
    setting: 1,
    cost_usd_per_hour: 4,
    billed_usd_per_hour: estimate(4),
    replications: 8,
    slos: [slo(8)],
    p99_s: estimate(8),
    utilisation: { gpu: estimate(0.5), cpu: estimate(0.5) },
    binding_slo: 'quick',
    bottleneck_pool: 'gpu',
    bottleneck_by: 'utilisation',
  },
  nearest_miss: null,
  head_room: {
    loads: [
      { load: 1.1, status: 'met', broken_slos: [], slos: [slo(9)] },
      { load: 1.25, status: 'missed', broken_slos: ['quick'], slos: [slo(14)] },
    ],
    largest_load_met: 1.1,
    least_load_not_met: 1.25,
    first_broken_slo: 'quick',
  },
  extra_nodes: [
    {
      pool: 'gpu',
      cost_usd_per_hour: 2,
      slos: [{ name: 'quick', metric: 'total.latency_s.p99', change: estimate(-3) }],
      p99_s: estimate(-3),
    },
  ],
  cheaper: [],
  candidates: [candidate(1, 0, 20), candidate(2, 0, 12), candidate(2, 1, 8)],
  growth: null,
  nodes_down: null,
  tuning: null,
  work: {
    search: { candidates: 3, runs: 24, events: 1000 },
    questions: { candidates: 0, runs: 0, events: 0 },
    exhaustive: { candidates: 32, runs: 256, events: 10_000 },
  },
  warnings: [],
};

const rowsOf = (plan: object, name: string): Record<string, Cell>[] => {
  const { columns, rowCount } = tablesOf(plan, 'result.json').find((one: Table) => one.name === name)!;
  return Array.from({ length: rowCount }, (_, row) =>
    Object.fromEntries(columns.map((column) => [column.name, column.values[row]!])),
  );
};

describe('the result of a plan as tables', () => {
  it('has a row per candidate, and says which is the answer', () => {
    const rows = rowsOf(PLAN, 'candidates');
    expect(
      rows.map((row) => [row.candidate, row['nodes.gpu'], row.policy, row.status, row.is_answer]),
    ).toEqual([
      [0, 1, null, 'missed', false],
      [1, 2, null, 'missed', false],
      [2, 2, 'lifo', 'met', true],
    ]);
    expect(rows[2]).toEqual({
      candidate: 2,
      'nodes.gpu': 2,
      'nodes.cpu': 1,
      policy: 'lifo',
      scenario: 'Small queue',
      cost_usd_per_hour: 4,
      status: 'met',
      is_answer: true,
      on_frontier: true,
      replications: 8,
      p99_s: 8,
      p99_s_ci_low: 7,
      p99_s_ci_high: 9,
    });
  });

  it('has each SLO of each candidate, and of the answer at other loads', () => {
    expect(rowsOf(PLAN, 'slos').map((row) => [row.candidate, row.slo, row.mean, row.slack_fraction])).toEqual(
      [
        [0, 'quick', 20, -1],
        [1, 'quick', 12, -0.2],
        [2, 'quick', 8, 0.2],
      ],
    );
    expect(rowsOf(PLAN, 'head_room').map((row) => [row.load, row.status, row.mean])).toEqual([
      [1.1, 'met', 9],
      [1.25, 'missed', 14],
    ]);
  });

  it('has what one node more changes', () => {
    expect(rowsOf(PLAN, 'extra_nodes')).toEqual([
      {
        pool: 'gpu',
        cost_usd_per_hour: 2,
        slo: 'quick',
        metric: 'total.latency_s.p99',
        change: -3,
        change_ci_low: -4,
        change_ci_high: -2,
      },
    ]);
  });

  it('has its tables without an answer too', () => {
    const none = { ...PLAN, answer: null, head_room: null, extra_nodes: [] };
    expect(rowsOf(none, 'candidates').map((row) => row.is_answer)).toEqual([false, false, false]);
    expect(rowsOf(none, 'head_room')).toEqual([]);
  });
});
