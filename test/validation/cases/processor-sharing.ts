/** Processor sharing: the mean sojourn depends on the service's mean alone, and a task's on its own size. */
import { mg1ProcessorSharing, sharedThroughput } from '../../theory/processor-sharing.js';
import type { ExpectedMeasure, SimulatedCase } from '../case.js';
import { exponential, poisson, runOf } from '../scenario.js';

const SOURCE = 'insensitivity of processor sharing';

interface Shared {
  readonly name: string;
  readonly tasks: number;
  readonly arrivalRateHz: number;
  /** By workload: share of the arrivals, and a distribution. */
  readonly work: Readonly<Record<string, readonly [share: number, work: object | number]>>;
  readonly pool?: object;
  readonly source?: string;
  readonly measures: readonly ExpectedMeasure[];
}

const shared = ({ name, tasks, arrivalRateHz, work, pool, source, measures }: Shared): SimulatedCase => ({
  kind: 'simulated',
  name,
  source: source ?? SOURCE,
  scenario: {
    version: 1,
    name,
    run: runOf(name, tasks, arrivalRateHz),
    pools: { gpu: { mode: 'shared', ...pool } },
    stages: { gpu: { pool: 'gpu' } },
    workloads: Object.fromEntries(
      Object.entries(work).map(([workload, [share, demand]]) => [
        workload,
        { arrival: poisson(share * arrivalRateHz), workflow: [{ stage: 'gpu', work: demand }] },
      ]),
    ),
  },
  measures,
});

const one = mg1ProcessorSharing(0.8, 1);

const insensitive = (name: string, tasks: number, work: object | number): SimulatedCase =>
  shared({
    name,
    tasks,
    arrivalRateHz: 0.8,
    work: { all: [1, work] },
    measures: [
      { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: one.meanSojournS },
      {
        label: 'mean in service',
        measure: 'stages.gpu.mean_in_progress',
        expected: 0.8 * one.meanSojournS,
      },
      { label: 'utilisation', measure: 'pools.gpu.utilisation.busy', expected: one.utilisation },
    ],
  });

/** As a batched model server's: eight at a time get four times as much done as one, sixteen five times. */
const CURVE = { 1: 1, 8: 4, 16: 5 };
const curve = (n: number): number => (n <= 8 ? 1 + ((n - 1) * 3) / 7 : n <= 16 ? 4 + (n - 8) / 8 : 5);
const curved = sharedThroughput(4, 1, curve, 5);
const four = sharedThroughput(3.2, 1, (n) => Math.min(n, 4), 4);

const general = (expected: ReturnType<typeof sharedThroughput>): ExpectedMeasure[] => [
  { label: 'mean sojourn, s', measure: 'total.latency_s.mean', expected: expected.meanSojournS },
  { label: 'mean in system', measure: 'total.mean_in_system', expected: expected.meanInSystem },
  { label: 'utilisation', measure: 'pools.gpu.utilisation.busy', expected: expected.utilisation },
];

export const processorSharingCases: readonly SimulatedCase[] = [
  insensitive('M/G/1 processor sharing rho=0.8', 250_000, exponential(1)),
  insensitive('M/D/1 processor sharing rho=0.8', 200_000, 1),
  insensitive('M/G/1 processor sharing, lognormal cv=2', 400_000, { dist: 'lognormal', mean: 1, cv: 2 }),
  shared({
    name: 'M/G/1 processor sharing, by size',
    tasks: 250_000,
    arrivalRateHz: 0.8,
    source: 'Kleinrock: sojourn in proportion to size',
    work: { short: [0.5, 0.25], medium: [0.3, 1], long: [0.2, { dist: 'deterministic', value: 2.875 }] },
    measures: Object.entries({ short: 0.25, medium: 1, long: 2.875 }).map(([workload, sizeS]) => ({
      label: `mean sojourn of ${sizeS} s, s`,
      measure: `workloads.${workload}.latency_s.mean`,
      expected: one.sojournOfS(sizeS),
    })),
  }),
  shared({
    name: 'M/G processor sharing with a throughput curve',
    tasks: 250_000,
    arrivalRateHz: 4,
    source: 'Baskett, Chandy, Muntz & Palacios',
    work: { all: [1, { dist: 'lognormal', mean: 1, cv: 2 }] },
    pool: { sharing: { curve: CURVE } },
    measures: general(curved),
  }),
  shared({
    name: 'M/G/4 processor sharing',
    tasks: 250_000,
    arrivalRateHz: 3.2,
    source: 'Baskett, Chandy, Muntz & Palacios',
    work: { all: [1, { dist: 'erlang', k: 4, mean: 1 }] },
    pool: { gpusPerNode: 4 },
    measures: general(four),
  }),
];
