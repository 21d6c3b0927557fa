/**
 * Networks without closed forms, as another simulator sees them: Ciw 3.2.7 (Palmer et al. 2019, Journal of
 * Simulation 13), mean of 24 replications and half-width of its 95% interval, of 18,000 to 24,000 s each after a
 * warm-up of 2,000 s.
 */
import type { ExpectedMeasure, SimulatedCase } from '../case.js';
import { exponential, oneStage, poisson, prioritised, runOf } from '../scenario.js';

const SOURCE = 'Ciw 3.2.7';

type Figures = readonly (readonly [label: string, measure: string, mean: number, halfWidth: number])[];

const measured = (figures: Figures): ExpectedMeasure[] =>
  figures.map(([label, measure, expected, expectedHalfWidth]) => ({
    label,
    measure,
    expected,
    expectedHalfWidth,
  }));

const blockingTandem: SimulatedCase = {
  kind: 'simulated',
  name: 'tandem-blocking-3',
  source: SOURCE,
  scenario: {
    version: 1,
    name: 'tandem-blocking-3',
    run: runOf('tandem-blocking-3', 300_000, 0.8),
    pools: { first: {}, second: {}, third: {} },
    stages: {
      first: { pool: 'first' },
      second: { pool: 'second', queue: { capacity: 2, whenFull: 'block' } },
      third: { pool: 'third', queue: { capacity: 2, whenFull: 'block' } },
    },
    workloads: {
      all: {
        arrival: poisson(0.8),
        workflow: ['first', 'second', 'third'].map((stage) => ({ stage, work: exponential(1 / 1.4) })),
      },
    },
  },
  measures: measured([
    ['mean sojourn, s', 'total.latency_s.mean', 5.581960034478258, 0.07862593478884825],
    ['sojourn p95, s', 'total.latency_s.p95', 12.42160612187653, 0.32444872510301404],
    ['mean blocked at first, s', 'stages.first.blocked_s.mean', 0.1219248348575578, 0.00243600072824196],
  ]),
};

const lognormalService: SimulatedCase = {
  kind: 'simulated',
  name: 'm-ln-3-fifo',
  source: SOURCE,
  scenario: oneStage({
    name: 'm-ln-3-fifo',
    tasks: 600_000,
    arrivalRateHz: 2.4,
    servers: 3,
    work: { dist: 'lognormal', mean: 1, cv: 2 },
  }),
  measures: measured([
    ['mean wait, s', 'stages.gpu.wait_s.mean', 2.4349956516461844, 0.1979883680266901],
    ['wait p95, s', 'stages.gpu.wait_s.p95', 10.94691517869355, 1.0811820812161699],
    ['wait p99, s', 'stages.gpu.wait_s.p99', 21.586306897047013, 2.8692381930156117],
  ]),
  precision: { relative: 0.06, because: 'a heavy tail; its own interval is ±13%' },
};

const preemptive: SimulatedCase = {
  kind: 'simulated',
  name: 'm-m-3-preemptive',
  source: SOURCE,
  scenario: prioritised({
    name: 'm-m-3-preemptive',
    tasks: 400_000,
    servers: 3,
    classes: [1, 1.4].map((arrivalRateHz) => ({ arrivalRateHz, work: exponential(1) })),
    policies: { ordering: 'priority', preemption: 'priority' },
  }),
  measures: measured([
    ['mean sojourn of A, s', 'workloads.class-1.latency_s.mean', 1.0437183950202427, 0.002592871524808017],
    ['sojourn p95 of A, s', 'workloads.class-1.latency_s.p95', 3.074818175865213, 0.013128066399645066],
    ['mean sojourn of B, s', 'workloads.class-2.latency_s.mean', 2.7953892163235583, 0.03444251358725294],
    ['sojourn p95 of B, s', 'workloads.class-2.latency_s.p95', 8.378096810623484, 0.1485763719805718],
  ]),
};

const constantPatience: SimulatedCase = {
  kind: 'simulated',
  name: 'm-m-4-patience',
  source: SOURCE,
  scenario: oneStage({
    name: 'm-m-4-patience',
    tasks: 250_000,
    arrivalRateHz: 4.2,
    servers: 4,
    work: exponential(1),
    patience: 2,
  }),
  measures: measured([
    ['mean wait of served, s', 'stages.gpu.wait_s.mean', 0.8816639741095393, 0.0060342529393126575],
    ['wait p95 of served, s', 'stages.gpu.wait_s.p95', 1.899268652641562, 0.0017808163436011152],
    ['wait p99 of served, s', 'stages.gpu.wait_s.p99', 1.9799387789201432, 0.0004110958754243931],
    ['p(abandon)', 'total.timeout_fraction', 0.11110228713029785, 0.0016491888260243128],
  ]),
};

export const ciwCases: readonly SimulatedCase[] = [
  blockingTandem,
  lognormalService,
  preemptive,
  constantPatience,
];
