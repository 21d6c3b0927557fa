/** Failures and disturbances of a checked scenario to the engine's. */

import type { ArrivalSpec as ProcessSpec } from '../kernel/arrival/definition.js';
import { createArrivals } from '../kernel/arrival/registry.js';
import { type Surge, SurgeAgain, SurgeOnce, SurgingArrivals } from '../kernel/arrival/surging.js';
import { createDistribution } from '../kernel/distribution/registry.js';
import type { FailuresSpec, OutageSpec } from '../model/failures.js';
import type { ArrivalSpec, DisturbanceSpec, Onset, TrafficDisturbance } from '../model/system.js';
import { ANY_GROUP } from '../model/task-table.js';
import { nodesIn, nodesPerRackOf } from './pool-nodes.js';
import type { DisturbanceEntry } from './schema/disturbance.js';
import type { FailuresEntry } from './schema/failures.js';
import type { Scenario } from './schema.js';

/** @param groups names of the pool's groups of nodes */
export function failuresOf(
  { node, gpu, rack, spot, stragglers, maintenance }: FailuresEntry,
  groups: readonly string[],
): FailuresSpec {
  return {
    node: outageOf(node),
    gpu: outageOf(gpu),
    rack: outageOf(rack),
    spot:
      spot === undefined
        ? null
        : {
            mtbf: createDistribution(spot.mtbf),
            noticeS: spot.notice,
            back: createDistribution(spot.back),
            groups: spot.groups?.reduce((mask, name) => mask | (1 << groups.indexOf(name)), 0) ?? ANY_GROUP,
          },
    stragglers:
      stragglers === undefined
        ? null
        : {
            fraction: stragglers.fraction ?? 0,
            mtbf: stragglers.mtbf === undefined ? null : createDistribution(stragglers.mtbf),
            lasts: stragglers.for === undefined ? null : createDistribution(stragglers.for),
            slowdown: stragglers.slowdown,
          },
    maintenance:
      maintenance === undefined
        ? null
        : {
            everyS: maintenance.every,
            lasts: createDistribution(maintenance.for),
            drainS: maintenance.drain,
          },
  };
}

const outageOf = (outage: FailuresEntry['node']): OutageSpec | null =>
  outage === undefined
    ? null
    : {
        mtbf: createDistribution(outage.mtbf),
        repair: createDistribution(outage.repair),
        whileIdle: outage.whileIdle,
      };

interface Indices {
  of(name: string): number;
}

export function disturbanceOf(
  entry: DisturbanceEntry,
  scenario: Scenario,
  { pools, services, workloads }: { readonly [kind in 'pools' | 'services' | 'workloads']: Indices },
): DisturbanceSpec {
  const timed = { onset: onsetOf(entry.at), forS: entry.for };
  if (entry.service !== undefined)
    return {
      kind: 'service',
      ...timed,
      service: services.of(entry.service),
      slowdown: entry.slowdown ?? 1,
      errorFraction: entry.errorRate ?? null,
      concurrency: entry.concurrency ?? null,
    };
  if (entry.link !== undefined) return { kind: 'links', ...timed, links: entry.link, factor: entry.factor! };
  if (entry.workload !== undefined)
    return { kind: 'traffic', ...timed, workload: workloads.of(entry.workload), factor: entry.rate! };
  return {
    kind: 'nodes',
    ...timed,
    pool: pools.of(entry.pool!),
    nodes: nodesNamed(entry, scenario.pools[entry.pool!]!, scenario),
    slowdown: entry.slowdown ?? Number.POSITIVE_INFINITY,
  };
}

const onsetOf = (at: DisturbanceEntry['at']): Onset =>
  typeof at === 'number'
    ? { kind: 'at', atS: at }
    : { kind: 'every', interval: createDistribution(at.every) };

function nodesNamed(
  { nodes, rack }: DisturbanceEntry,
  pool: Scenario['pools'][string],
  scenario: Scenario,
): number[] {
  if (typeof nodes === 'object') return [...nodes].sort((a, b) => a - b);
  const perRack = nodesPerRackOf(pool, scenario) ?? Number.POSITIVE_INFINITY;
  const from = rack === undefined ? 0 : rack * perRack;
  const to = Math.min(nodesIn(pool), from + (nodes ?? perRack));
  return Array.from({ length: to - from }, (_, index) => from + index);
}

/** The arrivals of a workload, `load` times as fast as written, with the disturbances of its traffic. */
export function openArrivals(
  workload: string,
  spec: ProcessSpec,
  load: number,
  surges: readonly { readonly number: number; readonly disturbance: TrafficDisturbance }[],
): ArrivalSpec {
  const name = `arrivals/${workload}`;
  if (surges.length === 0)
    return { kind: 'open', create: (streams) => createArrivals(spec, streams, name, load) };
  return {
    kind: 'open',
    create: (streams) =>
      new SurgingArrivals(
        surges.map(({ number, disturbance: { onset, forS, factor } }): Surge => {
          if (onset.kind === 'at') return new SurgeOnce(factor, onset.atS, forS);
          const random = streams.stream(`disturbances/${number}`);
          return new SurgeAgain(factor, () => onset.interval.sample(random), forS);
        }),
        (source) => createArrivals(spec, streams, source === 0 ? name : `${name}/surge-${source}`, load),
        (source) => streams.stream(`${name}/surge-${source}/kept`),
      ),
  };
}
