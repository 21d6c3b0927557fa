/**
 * Fleets of nodes with eight GPUs under gangs of one to eight GPUs, at a load that grows with the fleet: what an event
 * costs as nodes are added. Best fit, strict head of line; sizes and load as in published GPU-cluster traces, where
 * most jobs take one GPU.
 */
const GANGS = [
  { gpus: 1, share: 0.7 },
  { gpus: 2, share: 0.1 },
  { gpus: 4, share: 0.1 },
  { gpus: 8, share: 0.1 },
];
const LOAD = 0.75;
const MEAN_WORK_S = 600;
const GPUS_PER_NODE = 8;

export function fleet(nodes: number, tasks: number): object {
  const gpusPerTask = GANGS.reduce((sum, { gpus, share }) => sum + gpus * share, 0);
  const rateHz = (LOAD * nodes * GPUS_PER_NODE) / (gpusPerTask * MEAN_WORK_S);
  return {
    version: 1,
    name: `fleet of ${nodes} nodes`,
    run: { tasks },
    pools: { fleet: { mode: 'exclusive', nodes, gpusPerNode: GPUS_PER_NODE, price: 2 } },
    stages: { train: { pool: 'fleet' } },
    workloads: Object.fromEntries(
      GANGS.map(({ gpus, share }) => [
        `gang-${gpus}`,
        {
          arrival: { process: 'poisson', rate: rateHz * share },
          workflow: [{ stage: 'train', gpus, work: { mean: MEAN_WORK_S, cv: 2 } }],
        },
      ]),
    ),
    policies: { placement: 'best-fit' },
  };
}
