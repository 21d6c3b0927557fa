/**
 * Placements of the open trace of Alibaba's GPU cluster: how much of it can be allocated. Pods come one by one and never
 * leave, what does not fit is dropped (Weng et al., "Beware of Fragmentation", USENIX ATC 2023, Figure 9a; figures from the
 * authors' artefact, kubernetes-scheduler-simulator, mean and standard deviation over the seeds 42 to 51).
 */
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { State } from '../../../src/model/life-cycle.js';
import { gpusOf } from '../../../src/model/system.js';
import type { CompiledScenario } from '../../../src/scenario/compile.js';
import { startRun } from '../../../src/simulation/simulate.js';
import type { Agreement, ValidationCase } from '../case.js';
import { load } from '../load.js';

const ORIGIN = 'https://github.com/hkust-adsl/kubernetes-scheduler-simulator, data/csv';
/** Requested GPUs as a share of the cluster's, percent. */
const REQUESTED = [80, 90, 95, 100, 110, 120, 130];
const SEEDS = 10;

interface Published {
  readonly name: string;
  readonly policy: object | string;
  /** Allocated share in percent with its standard deviation, by `REQUESTED`. */
  readonly allocated: readonly (readonly [number, number])[];
}

const PUBLISHED: readonly Published[] = [
  {
    name: 'Random',
    policy: 'random',
    allocated: [
      [78.66, 0.4],
      [85.02, 0.29],
      [85.72, 0.34],
      [86.3, 0.33],
      [86.88, 0.34],
      [87.28, 0.31],
      [87.47, 0.32],
    ],
  },
  {
    name: 'Dot product',
    policy: 'dot-product',
    allocated: [
      [80.02, 0.02],
      [89.98, 0.05],
      [90.58, 0.19],
      [90.62, 0.19],
      [90.7, 0.2],
      [90.76, 0.2],
      [90.85, 0.2],
    ],
  },
  {
    name: 'GPU clustering',
    policy: 'gpu-clustering',
    allocated: [
      [80.02, 0.02],
      [89.98, 0.05],
      [91.6, 0.61],
      [91.65, 0.61],
      [91.73, 0.63],
      [91.8, 0.62],
      [91.88, 0.62],
    ],
  },
  {
    name: 'GPU packing',
    policy: 'gpu-packing',
    allocated: [
      [80.02, 0.02],
      [89.98, 0.05],
      [91.74, 0.53],
      [91.78, 0.53],
      [91.85, 0.55],
      [91.92, 0.55],
      [92, 0.54],
    ],
  },
  {
    name: 'Best fit',
    policy: { policy: 'best-fit', by: 'resources' },
    allocated: [
      [80.02, 0.02],
      [89.99, 0.04],
      [92.82, 0.15],
      [92.86, 0.14],
      [92.94, 0.13],
      [93, 0.14],
      [93.08, 0.13],
    ],
  },
  {
    name: 'FGD',
    policy: { policy: 'fragmentation-aware', mix: 'trace' },
    allocated: [
      [80.02, 0.02],
      [89.98, 0.05],
      [94.9, 0.06],
      [95.23, 0.11],
      [95.3, 0.1],
      [95.35, 0.1],
      [95.39, 0.08],
    ],
  },
];

/** @param folder where the traces are, each in a folder of its own */
export function fragmentationCases(folder: string): ValidationCase[] {
  const name = 'allocated GPUs by placement, Alibaba 2023';
  const source = 'FGD artefact (USENIX ATC 2023), Figure 9a';
  const place = join(folder, 'alibaba-gpu-2023');
  const files = ['openb_node_list_all_node.csv.gz', 'openb_pod_list_default.csv.gz'];
  if (!files.every((file) => existsSync(join(place, file))))
    return [{ kind: 'skipped', name, source, reason: `no ${join(place, files[1]!)}; get it from ${ORIGIN}` }];
  return [{ kind: 'exact', name, source, compare: () => compareAll(resolve(place)) }];
}

async function compareAll(folder: string): Promise<Agreement[]> {
  const figures: Agreement[] = [];
  const whole: number[] = [];
  for (const published of PUBLISHED) {
    const seeds = await allocatedBySeed(folder, published.policy);
    for (const [index, requested] of REQUESTED.entries()) {
      const values = seeds.map((seed) => seed[index]!);
      const [mean, deviation] = published.allocated[index]!;
      figures.push(within(`${published.name}, ${requested}% requested: %`, mean, deviation, values));
    }
    whole.push(meanOf(seeds.map((seed) => seed[3]!)));
  }
  const [random, dot, clustering, packing, bestFit, fgd] = whole as [
    number,
    number,
    number,
    number,
    number,
    number,
  ];
  const inOrder =
    random < dot &&
    dot < Math.min(clustering, packing) &&
    Math.max(clustering, packing) < bestFit &&
    bestFit < fgd;
  return [
    ...figures,
    {
      label: 'Random < Dot product < Clustering, Packing < Best fit < FGD',
      expected: 1,
      measured: inOrder ? 1 : 0,
    },
  ];
}

const meanOf = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Two standard deviations of the published figure, and two standard errors of the mean measured here. */
function within(label: string, expected: number, deviation: number, values: readonly number[]): Agreement {
  const measured = meanOf(values);
  const squares = values.reduce((sum, value) => sum + (value - measured) ** 2, 0);
  const standardError = Math.sqrt(squares / (values.length - 1) / values.length);
  return { label, expected, measured, tolerance: 2 * deviation + 2 * standardError };
}

/** The scenario as one would write it. */
export const scenarioOf = (folder: string, placement: object | string) => ({
  version: 1,
  name: 'Allocated GPUs',
  run: { drain: false },
  pools: {
    cluster: {
      mode: 'exclusive',
      slicesPerGpu: 100,
      nodeList: {
        file: join(folder, 'openb_node_list_all_node.csv.gz'),
        columns: {
          gpus: 'gpu',
          cpus: { column: 'cpu_milli', unit: 'milli' },
          hostMemory: { column: 'memory_mib', unit: 'MiB' },
          hardware: 'model',
        },
        where: { gpu: [1, 2, 4, 8] },
      },
    },
  },
  stages: { pods: { pool: 'cluster', queue: { capacity: 0 } } },
  workloads: {
    pods: {
      arrival: {
        trace: {
          file: join(folder, 'openb_pod_list_default.csv.gz'),
          columns: {
            arrival: 'creation_time',
            gpus: 'num_gpu',
            gpuShare: { column: 'gpu_milli', unit: 'milli' },
            cpus: { column: 'cpu_milli', unit: 'milli' },
            hostMemory: { column: 'memory_mib', unit: 'MiB' },
            hardware: 'gpu_spec',
          },
          sample: { gpus: 8076, every: '1s', draw: 'shuffled' },
        },
      },
      workflow: [
        {
          stage: 'pods',
          work: '1000d',
          gpus: 'trace',
          cpus: 'trace',
          hostMemory: 'trace',
          hardware: 'trace',
        },
      ],
    },
  },
  policies: { placement },
});

async function allocatedBySeed(folder: string, policy: object | string): Promise<number[][]> {
  const { compiled } = await load(scenarioOf(folder, policy));
  return Array.from({ length: SEEDS }, (_, seed) => allocated(compiled, `42/${seed}`));
}

/** Percent allocated whenever the requests, rounded to whole percent, are those of `REQUESTED`; the mean of each. */
function allocated({ system, policies }: CompiledScenario, seed: string): number[] {
  const capacity = gpusOf(system.pools[0]!);
  const seen = REQUESTED.map(() => ({ sum: 0, count: 0 }));
  let asked = 0;
  let got = 0;
  const run = startRun(system, policies, seed, {
    warmupS: 0,
    listener: (task, _from, to) => {
      if (to !== State.inProgress && to !== State.rejected) return;
      const gpus = run.state.tasks.gpus(task) / system.pools[0]!.slicesPerGpu;
      asked += gpus;
      if (to === State.inProgress) got += gpus;
      const at = seen[REQUESTED.indexOf(Math.round((100 * asked) / capacity))];
      if (at === undefined) return;
      at.sum += (100 * got) / capacity;
      at.count++;
    },
  });
  while (!run.advance(1_000_000)) {
    // Nothing to do between the pieces.
  }
  return seen.map(({ sum, count }) => sum / count);
}
