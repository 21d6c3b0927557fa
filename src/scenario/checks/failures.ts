/** What fails and what is disturbed, against the nodes and workloads that there are. */

import { isActive, type PoliciesInForce } from '../policy-choices.js';
import { nodesIn, nodesPerRackOf } from '../pool-nodes.js';
import type { DisturbanceEntry } from '../schema/disturbance.js';
import type { PoolEntry } from '../schema/pool.js';
import type { CheckContext } from './context.js';

export function checkFailures(context: CheckContext, inForce: PoliciesInForce): void {
  for (const [name, pool] of Object.entries(context.scenario.pools)) checkPool(context, name, pool);
  checkCheckpoints(context, inForce);
  for (const [index, disturbance] of context.scenario.disturbances.entries())
    checkDisturbance(context, index, disturbance);
}

function checkPool(context: CheckContext, name: string, pool: PoolEntry): void {
  const { failures, groups } = pool;
  if (failures === undefined) return;
  const path = ['pools', name, 'failures'];
  if (failures.rack !== undefined && nodesPerRackOf(pool, context.scenario) === undefined)
    context.problem(
      [...path, 'rack'],
      'racks fail, but the pool has none: say how many nodes are in one with `nodesPerRack`',
    );
  const known = Object.keys(groups ?? {});
  for (const group of failures.spot?.groups ?? [])
    context.knows('group', group, known, [...path, 'spot', 'groups']);
}

/** Parameters of a preemption policy that say what the pool says already. */
const SAID_BY_POOL = ['checkpointInterval', 'checkpointCost', 'resumeCost'] as const;

function checkCheckpoints(context: CheckContext, inForce: PoliciesInForce): void {
  const pools = Object.entries(context.scenario.pools);
  for (const policy of inForce.preemption) {
    if (!isActive(policy) || policy.path === null) continue;
    const pool = policy.places
      .map((place) => pools[place]!)
      .find(([, { checkpoint }]) => checkpoint !== undefined);
    if (pool === undefined) continue;
    for (const parameter of SAID_BY_POOL)
      if (((policy.parameters[parameter] as number | undefined) ?? 0) !== 0)
        context.problem(
          [...policy.path, parameter],
          `\`${parameter}\` is said twice: pool \`${pool[0]}\` has a \`checkpoint\` of its own, which counts for preemption as well; leave out one of the two`,
        );
  }
}

function checkDisturbance(context: CheckContext, index: number, disturbance: DisturbanceEntry): void {
  const { scenario } = context;
  const path = ['disturbances', index];
  const { service, pool, workload } = disturbance;
  if (service !== undefined)
    context.knows('service', service, Object.keys(scenario.services), [...path, 'service']);
  if (pool !== undefined && context.knows('pool', pool, Object.keys(scenario.pools), [...path, 'pool']))
    checkNodes(context, index, disturbance, pool);
  if (workload === undefined) return;
  if (!context.knows('workload', workload, Object.keys(scenario.workloads), [...path, 'workload'])) return;
  const { arrival } = scenario.workloads[workload]!;
  if (arrival.kind !== 'open')
    context.problem(
      [...path, 'workload'],
      `the traffic of workload \`${workload}\` cannot be disturbed: it ${arrival.kind === 'trace' ? 'replays a trace' : 'is a closed loop'}, and has no rate of its own`,
    );
}

function checkNodes(
  context: CheckContext,
  index: number,
  { nodes, rack }: DisturbanceEntry,
  name: string,
): void {
  const pool = context.scenario.pools[name]!;
  const path = ['disturbances', index];
  const there = nodesIn(pool);
  const has = `pool \`${name}\` has ${there} node${there === 1 ? '' : 's'}`;
  if (typeof nodes === 'number' && nodes > there)
    context.problem([...path, 'nodes'], `${nodes} nodes are disturbed, but ${has}`);
  if (typeof nodes === 'object')
    for (const [position, node] of nodes.entries())
      if (node >= there)
        context.problem([...path, 'nodes', position], `there is no node ${node}: ${has}, numbered from 0`);
  if (rack === undefined) return;
  const perRack = nodesPerRackOf(pool, context.scenario);
  const racks = perRack === undefined ? 0 : Math.ceil(there / perRack);
  if (rack >= racks)
    context.problem(
      [...path, 'rack'],
      racks === 0
        ? `pool \`${name}\` has no racks: say how many nodes are in one with \`nodesPerRack\``
        : `there is no rack ${rack}: pool \`${name}\` has ${racks}, numbered from 0`,
    );
}
