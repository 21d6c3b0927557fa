/**
 * Schedules that other simulators computed from public lists of GPU jobs, as set-ups that anybody can write: preemptive
 * SRTF and SRSF of the Muri artefact without its overheads, FIFO and SJF of the Helios artefact on Philly's virtual
 * clusters.
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { simulate } from '../../../src/simulation/simulate.js';
import type { Agreement, ValidationCase } from '../case.js';
import { load } from '../load.js';

const MURI = 'https://github.com/Rivers-Shall/Muri (trace-data)';
const PHILLY = 'https://github.com/pkusys/ElasticFlow, pollux/pollux_simulator/traces/philly.csv';

/** Average and 99th percentile of job completion time, and makespan, seconds. */
interface Preemptive {
  readonly list: string;
  readonly measure: 'time' | 'gpu-time';
  readonly averageS: number;
  readonly makespanS: number;
  readonly p99S: number;
}

const PREEMPTIVE: readonly Preemptive[] = [
  { list: 'trace1', measure: 'time', averageS: 1333933.079, makespanS: 25776868.39, p99S: 16335720.421 },
  { list: 'trace1', measure: 'gpu-time', averageS: 952242.121, makespanS: 25662719.321, p99S: 15121056.371 },
  { list: 'trace3', measure: 'time', averageS: 180112.953, makespanS: 8171960.802, p99S: 4280223.501 },
  { list: 'trace3', measure: 'gpu-time', averageS: 172680.191, makespanS: 8171960.802, p99S: 3580525.675 },
  { list: 'trace3_pr', measure: 'time', averageS: 825982.353, makespanS: 7110416.139, p99S: 6276628.477 },
  { list: 'trace3_pr', measure: 'gpu-time', averageS: 779182.455, makespanS: 6736975.639, p99S: 6232697.035 },
];

/** Average completion time, average wait and longest wait, seconds, of a virtual cluster with so many nodes of 8. */
interface Consolidated {
  readonly cluster: string;
  readonly nodes: number;
  readonly fifo: readonly [number, number, number];
  readonly sjf: readonly [number, number, number];
}

const CONSOLIDATED: readonly Consolidated[] = [
  { cluster: 'e13805', nodes: 4, fifo: [47295.871, 3288.242, 45702], sjf: [46700.322, 2692.693, 46392] },
  {
    cluster: '2869ce',
    nodes: 8,
    fifo: [254081.089, 167675.254, 635110],
    sjf: [164870.965, 78465.13, 1131444],
  },
  { cluster: '2869ce', nodes: 16, fifo: [97749.203, 11343.368, 101822], sjf: [91550.34, 5144.505, 102672] },
  {
    cluster: '7f04ca',
    nodes: 10,
    fifo: [754463.724, 643316.119, 1097710],
    sjf: [204685.801, 93538.197, 2444837],
  },
  {
    cluster: '7f04ca',
    nodes: 14,
    fifo: [187838.738, 76691.134, 278752],
    sjf: [142918.474, 31770.869, 804703],
  },
  {
    cluster: 'ed69ec',
    nodes: 1,
    fifo: [263184.188, 237725.193, 886110],
    sjf: [123037.1, 97578.106, 1858851],
  },
  { cluster: 'ed69ec', nodes: 2, fifo: [38182.177, 12723.182, 177960], sjf: [36839.904, 11380.91, 223449] },
  {
    cluster: '103959',
    nodes: 4,
    fifo: [103446.832, 78909.523, 281015],
    sjf: [38112.666, 13575.357, 1395270],
  },
  {
    cluster: 'ee9e8c',
    nodes: 21,
    fifo: [294684.102, 189687.84, 592760],
    sjf: [140672.253, 35675.991, 1926381],
  },
  { cluster: 'ee9e8c', nodes: 26, fifo: [145134.012, 40137.75, 257982], sjf: [114896.62, 9900.358, 641401] },
  {
    cluster: 'b436b2',
    nodes: 5,
    fifo: [163014.247, 158479.011, 1974862],
    sjf: [21473.25, 16938.015, 1401394],
  },
  { cluster: 'b436b2', nodes: 8, fifo: [37066.691, 32531.456, 632855], sjf: [12263.399, 7728.163, 568929] },
  {
    cluster: '6c71a0',
    nodes: 7,
    fifo: [895364.82, 881177.604, 1391156],
    sjf: [55006.795, 40819.58, 2535956],
  },
  { cluster: '6c71a0', nodes: 12, fifo: [23112.432, 8925.217, 236027], sjf: [18139.208, 3951.993, 225902] },
  { cluster: '6214e9', nodes: 10, fifo: [31947.363, 26498.503, 118992], sjf: [19154.052, 13705.193, 278005] },
];

const SRTF_TOLERANCE = 1e-6;
/** The published figures have three decimals. */
const HALF_A_DIGIT_S = 0.0005001;

/** @param folder where the traces are, each in a folder of its own */
export function gpuScheduleCases(folder: string): ValidationCase[] {
  return [
    ...PREEMPTIVE.map((expected) =>
      caseOf(
        `${expected.measure === 'time' ? 'SRTF' : 'SRSF'}, 64 GPUs, list ${expected.list}`,
        'Muri artefact (SIGCOMM 2022) without overheads',
        join(folder, 'muri-philly', `${expected.list}.csv`),
        MURI,
        (file) => comparePreemptive(expected, file),
      ),
    ),
    ...[...new Set(PREEMPTIVE.map(({ list }) => list))].map((list) =>
      caseOf(
        `SRSF, SRTF, Tiresias-L, list ${list}`,
        'Muri artefact (SIGCOMM 2022), figures 9 and 10',
        join(folder, 'muri-philly', `${list}.csv`),
        MURI,
        (file) => compareOrder(list, file),
      ),
    ),
    ...CONSOLIDATED.flatMap((expected) =>
      (['fifo', 'sjf'] as const).map((ordering) =>
        caseOf(
          `${ordering.toUpperCase()}, consolidated, ${expected.cluster} on ${expected.nodes} nodes`,
          'Helios artefact (SC 2021) on Philly',
          join(folder, 'philly-2017', 'philly.csv'),
          PHILLY,
          (file) => compareConsolidated(expected, ordering, file),
        ),
      ),
    ),
  ];
}

function caseOf(
  name: string,
  source: string,
  place: string,
  origin: string,
  compare: (file: string) => Promise<Agreement[]>,
): ValidationCase {
  const path = [`${place}.gz`, place].find((candidate) => existsSync(candidate));
  if (path === undefined)
    return { kind: 'skipped', name, source, reason: `no ${place}[.gz]; get it from ${origin}` };
  return { kind: 'exact', name, source, compare: () => compare(resolve(path)) };
}

const within = (label: string, expected: number, measured: number, tolerance: number): Agreement => ({
  label,
  expected,
  measured,
  tolerance,
});

/** Attained service in three levels, in GPU-seconds: Tiresias-L as the artefact sets it. */
const TIRESIAS = { policy: 'refill', by: 'attained', measure: 'gpu-time', levels: [3250, 7200] };

/** With its overheads the artefact has SRSF before SRTF before Tiresias-L on every list: the order, not the figures. */
async function compareOrder(list: string, file: string): Promise<Agreement[]> {
  const averageS = async (preemption: object) =>
    (await runMuri(file, preemption)).measures.total.latency_s.mean;
  const [srsf, srtf, tiresias] = [
    await averageS({ policy: 'refill', measure: 'gpu-time' }),
    await averageS({ policy: 'refill', measure: 'time' }),
    await averageS(TIRESIAS),
  ];
  return [
    {
      label: 'policies in the published order of average JCT',
      expected: 3,
      measured: srsf < srtf && srtf < tiresias ? 3 : 1,
      difference:
        srsf < srtf && srtf < tiresias
          ? undefined
          : `${list}: SRSF ${srsf} s, SRTF ${srtf} s, Tiresias-L ${tiresias} s`,
    },
  ];
}

const runMuri = (file: string, preemption: object) =>
  run({
    run: { replications: 1 },
    pools: { cluster: { mode: 'exclusive', nodes: 8, gpusPerNode: 8, spanNodes: true } },
    stages: { train: { pool: 'cluster' } },
    workloads: {
      jobs: {
        arrival: {
          trace: {
            file,
            columns: {
              arrival: { column: 'submit_time', unit: 'ms' },
              work: { product: ['iterations', 'iteration_time'], unit: 'ms' },
              gpus: 'num_gpu',
            },
          },
        },
        workflow: [{ stage: 'train', work: 'trace', gpus: 'trace' }],
      },
    },
    policies: { placement: 'best-fit', preemption },
  });

async function comparePreemptive(expected: Preemptive, file: string): Promise<Agreement[]> {
  const { measures, makespanS } = await runMuri(file, { policy: 'refill', measure: expected.measure });
  const { mean, p99 } = measures.total.latency_s;
  const relative = (label: string, wanted: number, measured: number) =>
    within(label, wanted, measured, SRTF_TOLERANCE * wanted);
  return [
    relative('average JCT', expected.averageS, mean),
    relative('makespan', expected.makespanS, makespanS),
    relative('99th percentile of JCT', expected.p99S, p99),
  ];
}

async function compareConsolidated(
  { cluster, nodes, ...expected }: Consolidated,
  ordering: 'fifo' | 'sjf',
  file: string,
): Promise<Agreement[]> {
  const { measures } = await run({
    run: { replications: 1 },
    // The simulator takes in all ends and arrivals of a second before it starts anybody.
    pools: {
      cluster: { mode: 'exclusive', nodes, gpusPerNode: 8, spanNodes: true, schedulingInterval: '1s' },
    },
    stages: { train: { pool: 'cluster' } },
    workloads: {
      jobs: {
        arrival: {
          trace: {
            file,
            columns: {
              arrival: { column: 'timestamp', unit: 'datetime' },
              work: 'duration',
              gpus: 'num_gpus',
            },
            where: { cluster },
            from: '2017-10-01 00:00:00',
            to: '2017-11-30 23:59:00',
            origin: 'from',
          },
        },
        workflow: [{ stage: 'train', work: 'trace', gpus: 'trace' }],
      },
    },
    policies: { ordering, placement: 'best-fit' },
  });
  const [averageS, waitS, longestS] = expected[ordering];
  const { latency_s, starvation } = measures.total;
  return [
    within('average JCT', averageS, latency_s.mean, HALF_A_DIGIT_S),
    within('average wait', waitS, measures.stages.train!.wait_s.mean, HALF_A_DIGIT_S),
    within('longest wait', longestS, starvation.longest_wait_s, HALF_A_DIGIT_S),
  ];
}

async function run(scenario: object) {
  const { compiled } = await load({ version: 1, name: 'gpu schedules', ...scenario });
  let makespanS = 0;
  const { measures } = simulate(compiled.system, compiled.policies, compiled.seed, {
    warmupS: 0,
    observe: (_latencyS, nowS) => {
      makespanS = nowS;
    },
  });
  return { measures, makespanS };
}
