/** Whether tasks that may lose their nodes save their progress at a good interval. */

import { dalyIntervalS, timePerWork } from '../model/checkpoint-interval.js';
import { type FailuresSpec, failureRateHz } from '../model/failures.js';
import { NO_STAGE, type PoolSpec, type SystemSpec } from '../model/system.js';
import type { PoliciesInForce } from './policy-choices.js';

/** Of the time between failures: shorter work has little to lose. */
const LONG = 0.1;
/** Of the work: what a better interval would have to save. */
const WORTH_SAYING = 0.01;

/** @param meanWorkS mean work of a step at speed 1, where it is known */
export function checkpointHints(
  system: SystemSpec,
  inForce: PoliciesInForce,
  meanWorkS: (workload: SystemSpec['workloads'][number], step: number) => number,
): string[] {
  return system.pools.flatMap((pool, index) => {
    if (pool.failures === null || pool.mode === 'shared') return [];
    const policy = inForce.preemption.find(({ places }) => places.includes(index))?.parameters;
    const checkpoint = pool.checkpoint ?? checkpointOf(policy);
    if (checkpoint?.everyS === 0) return [];
    const speed = Math.max(...pool.groups.map((group) => group.speed));
    const worst = longest(system, index, pool, (workload, step) => meanWorkS(workload, step) / speed);
    if (worst === undefined) return [];
    const { mtbfS, workS, nodes } = worst;
    const gang = `${nodes} node${nodes === 1 ? '' : 's'}`;
    const facts = `tasks that work ${duration(workS)} on ${gang} are interrupted every ${duration(mtbfS)} of it on average`;
    if (checkpoint === null || checkpoint.everyS === Number.POSITIVE_INFINITY) {
      const never = workS > 3 * mtbfS ? ' and hardly ever complete' : '';
      return [`pool ${pool.name}: ${facts}, save nothing on the way${never}; give the pool a \`checkpoint\``];
    }
    const { everyS, costS, restoreS } = checkpoint;
    if (costS === 0) return [];
    const bestS = dalyIntervalS(costS, mtbfS);
    if (bestS >= workS && everyS >= workS) return [];
    const lossAt = (intervalS: number) => timePerWork({ intervalS, costS, restoreS }, mtbfS) - 1;
    const [now, best] = [lossAt(everyS), lossAt(bestS)];
    if (!(now - best > WORTH_SAYING)) return [];
    return [
      `pool ${pool.name}: ${facts}; a checkpoint every ${duration(bestS)} instead of ${duration(everyS)} would cost them least (Daly 2006): ${percent(best)} of their work in time lost, not ${percent(now)}`,
    ];
  });
}

interface Gang {
  readonly mtbfS: number;
  readonly workS: number;
  readonly nodes: number;
}

/** The step of a pool that runs longest, as counted by the failures that it meets. */
function longest(
  { workloads, stages }: SystemSpec,
  index: number,
  pool: PoolSpec,
  runS: (workload: SystemSpec['workloads'][number], step: number) => number,
): Gang | undefined {
  let worst: Gang | undefined;
  for (const workload of workloads)
    for (const [number, { stage, units }] of workload.steps.entries()) {
      const resource = stage === NO_STAGE ? undefined : stages[stage]!.resource;
      if (resource?.kind !== 'pool' || resource.index !== index || units === 'trace') continue;
      const gang = { ...gangOf(pool, pool.failures!, units), workS: runS(workload, number) };
      const isLong = gang.workS > LONG * gang.mtbfS;
      if (isLong && (worst === undefined || gang.workS / gang.mtbfS > worst.workS / worst.mtbfS))
        worst = gang;
    }
  return worst;
}

/** Of a task on the largest nodes that there are. */
function gangOf(pool: PoolSpec, failures: FailuresSpec, units: number): Omit<Gang, 'workS'> {
  const perGpu = pool.mode === 'slots' ? pool.slotsPerGpu : pool.slicesPerGpu;
  const gpusPerNode = Math.max(...pool.groups.map((group) => group.gpusPerNode));
  const nodes = Math.max(1, Math.ceil(units / (perGpu * gpusPerNode)));
  const racks = Math.ceil(nodes / pool.nodesPerRack);
  // A GPU's failure takes its whole node, whoever uses the GPU.
  const rateHz = failureRateHz(failures, { nodes, gpus: nodes * gpusPerNode, racks });
  return { mtbfS: rateHz === 0 ? Number.POSITIVE_INFINITY : 1 / rateHz, nodes };
}

/** What a preemption policy saves on the way. */
function checkpointOf(parameters: Readonly<Record<string, unknown>> | undefined): PoolSpec['checkpoint'] {
  const everyS = parameters?.checkpointInterval;
  if (typeof everyS !== 'number' || !(everyS > 0)) return null;
  const seconds = (value: unknown) => (typeof value === 'number' ? value : 0);
  return {
    everyS,
    costS: seconds(parameters?.checkpointCost),
    restoreS: seconds(parameters?.resumeCost),
    sizeBytes: 0,
  };
}

const UNITS = [
  [86_400, 'd'],
  [3600, 'h'],
  [60, 'min'],
  [1, 's'],
] as const;

/** To two digits, in the largest unit that gives at least 1. */
function duration(s: number): string {
  const [unitS, name] = UNITS.find(([one]) => s >= one) ?? [1, 's'];
  return `${Number((s / unitS).toPrecision(2))} ${name}`;
}

const percent = (share: number): string => `${Number((100 * share).toPrecision(2))}%`;
